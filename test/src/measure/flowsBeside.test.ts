/** Flow lists drawn on a thread of their own: the same files and facts, the same refusal. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { drawFlows } from "../../../src/measure/cellFlows.js";
import { drawFlowsBeside } from "../../../src/measure/flowsBeside.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { smallTable } from "../machine/smallExperiment.js";

const folders = ["here", "beside"].map((name) =>
  mkdtempSync(path.join(tmpdir(), `dstbench-flows-${name}-`)),
);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe("drawFlowsBeside", () => {
  const [here = "", beside = ""] = folders;
  const cells = [
    { workload: "internet-mix", cpus: 2 },
    { workload: "single-flow", cpus: 1 },
  ];
  const request = { cells, table: smallTable(1_000), nexthops: 8, runSeed: 4, flowPackets: 4_096 };

  it("leaves what drawing here leaves", async () => {
    const facts = await drawFlowsBeside({ ...request, flowsFolder: beside });
    expect(facts).toEqual(drawFlows({ ...request, flowsFolder: here }, () => {}));
    for (const number of cells.keys()) {
      const [one, other] = [here, beside].map((folder) =>
        readFileSync(path.join(folder, `flows-${number}.bin`)),
      );
      expect(other?.equals(one ?? Buffer.of())).toBe(true);
    }
  });

  it("refuses what drawing here refuses, as bad input", async () => {
    const tooFew = { ...request, table: smallTable(1), flowsFolder: beside };
    const crowded = { ...tooFew, cells: [{ workload: "internet-mix", cpus: 64 }] };
    const refused = drawFlowsBeside(crowded);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(/too few flows for CPU/);
  });
});
