/** What the table did and what the cache did: which designs are taken, and from which windows. */
import { describe, expect, it } from "vitest";
import { DEFAULT_DESIGNS, parseDesign } from "../../../src/image/designs.js";
import { analyseCell } from "../../../src/measure/analyse.js";
import { findCachePair, findTablePair, separationLines } from "../../../src/report/separation.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

function designsOf(...names: string[]) {
  return names.map((name) => parseDesign(name));
}

describe("the pairs", () => {
  it("are, of the default designs, one of the table alone and one on the same table", () => {
    const designs = designsOf(...DEFAULT_DESIGNS);
    expect(findTablePair(designs)).toEqual({ base: 0, other: 1 });
    expect(findCachePair(designs)).toMatchObject({ base: 1, other: 3 });
  });

  it("take the same kernel without its cache where it is there", () => {
    const none = "linux-2.6.18+route-cache=none";
    const designs = designsOf("linux-2.6.18", "no-cache+fib=hash", none);
    expect(findCachePair(designs)).toMatchObject({ base: 0, other: 2 });
    expect(findTablePair(designs)).toBeNull();
  });

  it("are not there where tables or caches are alike", () => {
    const designs = designsOf("linux-3.10", "no-cache", "nexthop-direct");
    expect([findTablePair(designs), findCachePair(designs)]).toEqual([null, null]);
    expect(findCachePair(designsOf("linux-2.6.18", "no-cache"))).toBeNull();
    expect(findTablePair([null, ...designsOf("linux-2.6.18")])).toBeNull();
  });
});

describe("separationLines", () => {
  it("gives ratios of those two designs, whatever the first one is", () => {
    const ns = [400, 200, 150, 300, 100];
    const cell = buildCell({
      designs: DEFAULT_DESIGNS,
      blocks: 10,
      nsPerPacket: (arm, block) => (ns[arm] ?? 1) * (1 + (block % 3) / 1_000),
    });
    const [table = "", cache = ""] = separationLines(cell, analyseCell);
    expect(table).toMatch(
      /^What the table did: \S+\+fib=trie takes 0.50 times \[\S+, \S+\] as long as \S+.18\.$/,
    );
    expect(cache).toMatch(
      /fib=trie: no-cache takes 1.50 times \[\S+, \S+\] as long as linux-2.6.18/,
    );
    expect(cache).toMatch(/\(\d+ other knobs differ too\)\.$/);
  });

  it("takes the placebo for one of the first design only, and keeps the control", () => {
    const ns = [400, 200, 150, 300, 100, 450, 50];
    const cell = buildCell({
      designs: DEFAULT_DESIGNS,
      blocks: 10,
      processes: 6,
      extras: ["placebo", "control"],
      nsPerPacket: (arm, block, _, process) =>
        (ns[arm] ?? 1) * (1 + (block % 3) / 1_000 + (process % 2) / 900),
    });
    const seen: Cell[] = [];
    const lines = separationLines(cell, (pair) => {
      seen.push(pair);
      return analyseCell(pair);
    });
    expect(lines.map((line) => Number(/takes (\S+) times/.exec(line)?.[1]))).toEqual([0.5, 1.5]);
    expect(seen.map(({ extras }) => extras.map(({ role }) => role))).toEqual([
      ["placebo", "control"],
      ["control"],
    ]);
    for (const pair of seen) {
      const arms = pair.arms.length + pair.extras.length;
      expect(new Set(pair.windows.map(({ arm }) => arm)).size).toBe(arms);
      expect(pair.processes.every(({ warmUp }) => warmUp.length === arms)).toBe(true);
    }
  });

  it("says so where no difference is shown, and nothing for designs that it does not know", () => {
    const noisy = buildCell({
      designs: ["linux-2.6.18", "linux-2.6.18+fib=trie"],
      blocks: 10,
      nsPerPacket: (arm, block) => 100 * (1 + ((block * (arm + 3)) % 7) / 10),
    });
    expect(separationLines(noisy, analyseCell)).toHaveLength(1);
    expect(separationLines(noisy, analyseCell)[0]).toContain("which shows no difference");
    const unknown = buildCell({ designs: ["a", "b"], blocks: 4, nsPerPacket: () => 1 });
    expect(separationLines(unknown, analyseCell)).toEqual([]);
  });
});
