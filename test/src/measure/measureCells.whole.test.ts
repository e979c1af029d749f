/** The work of a measuring process, here: judge once, the same frames ever after. */
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
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
      // Two designs and the placebo, each on four machines; a design's first ones come first.
      expect(context.experiment.machines).toHaveLength(12);
      expect(context.machinesOf).toEqual([
        [0, 3, 4, 5],
        [1, 6, 7, 8],
        [2, 9, 10, 11],
      ]);
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

  it("holds a design to account for each of its machines, the placebo for its own", async () => {
    const request = await smallRequest({ process: 1, debug: [] });
    const context = await openContext(request, createRandom(5), () => {});
    try {
      for (const number of [8, 11]) {
        const machine = context.experiment.machines[number];
        if (machine === undefined) throw new RangeError(`no machine ${number}`);
        const received = (machine.areaOf(0) + machine.layout.at("PCPU_MIB")) / 4;
        machine.u32[received] = (machine.u32[received] ?? 0) + 1;
      }
      const { audits, placeboAudit } = await auditAll(context);
      const found = [...audits, placeboAudit].map((part) => part?.failures.length);
      expect(found[0]).toBe(0);
      expect(found[1]).toBeGreaterThan(0);
      expect(found[2]).toBeGreaterThan(0);
    } finally {
      await context.cpus.close();
      rmSync(request.flowsFolder, { recursive: true });
    }
  });

  it("keeps to one machine a design where a state would grow, and where one is asked", async () => {
    for (const { designs, layouts, modules } of [
      { designs: ["linux-2.6.18", "no-cache"], layouts: "several", modules: 2 },
      { designs: ["linux-3.10", "no-cache"], layouts: "one", modules: 1 },
    ] as const) {
      const release = await Promise.all(designs.map((d) => findImage(parseDesign(d), "release")));
      const request = await smallRequest({ process: 1, debug: [], designs, release });
      const context = await openContext(request, createRandom(5), () => {}, layouts);
      expect(context.machinesOf).toEqual([[0], [1], [2]]);
      expect(context.experiment.machines.map((m) => m.modules.length)).toEqual(
        new Array(3).fill(modules),
      );
      await context.cpus.close();
      rmSync(request.flowsFolder, { recursive: true });
    }
  });
});
