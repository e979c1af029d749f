/**
 * `show fib` follows the tables: where a rule of growth is changed in the image, the zones and
 * the trie come out otherwise, with the same prefixes in them.
 */
import { describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { readFibStatistics } from "../../../src/machine/fibStatistics.js";
import { bootInspected } from "../../../src/measure/inspectMachine.js";
import { fibLines } from "../../../src/report/showFib.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { type Mutation, mutatedImage } from "../../helpers/mutatedImage.js";
import { builtImage } from "../../helpers/testImages.js";
import { smallTable } from "./smallExperiment.js";

const SIZES = { leafBytes: 40, tnodeBytes: 64 };

async function shown(image: Image): Promise<string[]> {
  const world = standardWorld({ nexthops: 8 });
  const table = smallTable(1_000);
  const sizes = { cpus: 1, seed: 1, packetsPerSecond: 1_000_000, flowPairs: 64, traceEvents: 0 };
  const { machine } = await bootInspected({ image, world, table, ...sizes });
  return fibLines([{ name: "Main", statistics: readFibStatistics(machine, "main") }], SIZES);
}

const GROWTH: Mutation = {
  file: "assembly/net/fib/fnHashBuild.ts",
  from: "if (divisor == 16) return 256;",
  to: "if (divisor == 16) return 32;",
};

const INFLATION: Mutation = {
  file: "assembly/net/fib/trieResize.ts",
  from: "const INFLATE_PERCENT_ROOT: u32 = 30;",
  to: "const INFLATE_PERCENT_ROOT: u32 = 99;",
};

describe("show fib", () => {
  it.each([
    ["zones", "linux-3.10+fib=hash", GROWTH, /^\tPrefixes: \d+$/],
    ["trie statistics", "linux-3.10", INFLATION, /^\tPrefixes: {7}\d+$/],
  ] as const)(
    "shows other %s where growth is broken in the image",
    async (_, name, change, same) => {
      const good = await shown(await builtImage(name, "debug"));
      const broken = await shown(await mutatedImage(name, change));
      expect(broken).not.toEqual(good);
      const prefixes = good.find((line) => same.test(line));
      expect(prefixes).toBeDefined();
      expect(broken).toContain(prefixes);
    },
  );
});
