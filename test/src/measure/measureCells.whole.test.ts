/** The work of a measuring process, here: judge once, the same frames ever after. */
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { JudgeError } from "../../../src/measure/judge.js";
import { measureCells } from "../../../src/measure/measureCells.js";
import { auditAll, openContext } from "../../../src/measure/processContext.js";
import type { CellPart, ProcessRequest } from "../../../src/measure/processRequest.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { smallRequest } from "./smallRequest.js";

async function measured(request: ProcessRequest) {
  const parts: CellPart[] = [];
  const end = await measureCells(request, {
    say: () => {},
    progress: () => {},
    stopped: () => false,
    cell: (part) => parts.push(part),
  });
  const [part] = parts;
  if (part === undefined) throw new RangeError("no part");
  return { end, part };
}

describe("measureCells", () => {
  it("hands what the first process found to the others, which must do the same", async () => {
    const request = await smallRequest();
    const first = await measured(request);
    expect(first.part.facts).toMatchObject({ workload: "internet-mix", cpus: 1 });
    expect(first.part.arms.map(({ counted }) => counted !== null)).toEqual([true, true]);
    expect(first.part.process.warmUp).toHaveLength(4);
    expect(first.end.audits.every(({ failures }) => failures.length === 0)).toBe(true);
    const { lengths, digest } = first.part;
    const [cell] = request.cells;
    if (cell === undefined) throw new RangeError("no cell");
    const later = { ...request, process: 1, seed: 78, debug: [] };
    const second = await measured({ ...later, cells: [{ ...cell, lengths, digest }] });
    expect(second.part).toMatchObject({ facts: null, lengths, digest });
    expect(second.end.placebo).not.toBe(first.end.placebo);
    const wrong = { ...later, cells: [{ ...cell, lengths, digest: "0".repeat(64) }] };
    await expect(measured(wrong)).rejects.toThrow(JudgeError);
    await expect(measured(wrong)).rejects.toThrow(/process 1: linux-3.10: expected the frames/);
    rmSync(request.flowsFolder, { recursive: true });
  });

  it("plants more work in the placebo where a test of the engine wants it", async () => {
    const base = await smallRequest({ plantedShare: 3, blocksMax: 4 });
    const request = {
      ...base,
      designs: base.designs.slice(0, 1),
      release: base.release.slice(0, 1),
    };
    const { part } = await measured({ ...request, debug: request.debug.slice(0, 1) });
    const spans = (arm: number): number[] =>
      part.windows
        .filter((window) => window.arm === arm)
        .map(({ startNs, endNs }) => (endNs[0] ?? 0) - (startNs[0] ?? 0));
    expect(Math.min(...spans(1))).toBeGreaterThan(1.5 * Math.min(...spans(0)));
    expect(
      part.windows.every(
        ({ arm, packets }) => arm === 2 || packets[0] === part.lengths.windowPackets,
      ),
    ).toBe(true);
    rmSync(request.flowsFolder, { recursive: true });
  });
});

describe("openContext", () => {
  it("boots a machine for each image and the placebo, and audits them all", async () => {
    const request = await smallRequest({ process: 1, debug: [] });
    const context = await openContext(request, createRandom(5), () => {});
    try {
      expect(context.experiment.machines).toHaveLength(3);
      expect([context.judging, context.debug]).toEqual([null, []]);
      const { audits, placeboAudit } = await auditAll(context);
      expect(audits.map(({ failures }) => failures)).toEqual([[], []]);
      // The table that all share is walked once.
      expect(placeboAudit?.checks).toBe((audits[0]?.checks ?? 0) - 1);
    } finally {
      await context.cpus.close();
      rmSync(request.flowsFolder, { recursive: true });
    }
  });
});
