/** One cell on two CPUs: its facts are those of the run, and its windows are whole. */
import { availableParallelism } from "node:os";
import { beforeAll, describe, expect, it } from "vitest";
import { compare } from "../../../src/measure/compare.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import { smallTable } from "../machine/smallExperiment.js";

describe("a cell", () => {
  let cells: readonly Cell[];

  beforeAll(async () => {
    const document = await compare({
      designs: ["linux-3.10", "no-cache"],
      workloads: ["internet-mix:0.8", "single-flow", "local-send"],
      cpus: [2],
      table: smallTable(1_000),
      nexthops: 8,
      seed: 3,
      packetsPerSecond: 500_000,
      flowPackets: 8_193,
      processes: 1,
      blocks: 3,
      budgetMs: 3_000,
      marginShare: 0.02,
      deadlineMs: 20_000,
      command: "dstbench compare",
      version: "0.1.0",
      say: () => {},
      progress: () => {},
      stopped: () => false,
    });
    cells = document.cells;
  });

  const cell = (i: number): Cell => {
    const found = cells[i];
    if (found === undefined) throw new RangeError(`no cell ${i}`);
    return found;
  };

  it("tells its flows and its clock", () => {
    expect(cell(0).flows).toMatchObject({ listPackets: 8_192, zipfExponent: 0.8, sources: 4_096 });
    expect(cell(0).flows).toMatchObject({ receiveDevices: 4, transmitDevices: 4, frameBytes: 64 });
    expect(cell(1).flows).toMatchObject({ distinctFlows: 2, sources: 2, packetsPerFlow: 4_096 });
    expect(cell(2)).toMatchObject({ path: "local-send", flows: { receiveDevices: 0 } });
    for (const { time } of cells) {
      expect(time).toEqual({ source: "packets", packetsPerSecondPerCpu: 500_000, hz: 1_000 });
    }
  });

  it("tells its CPUs", () => {
    const cores = availableParallelism();
    for (const one of cells) {
      expect(one).toMatchObject({ cpus: 2, cores, oversubscribed: cores < 2 });
      const [process] = one.processes;
      expect(new Set(process?.threadIds).size).toBe(2);
      expect(process?.pingPongNs ?? 1).toBeGreaterThan(0);
    }
  });

  it("has a window of every design in every block, on both CPUs, in order of time", () => {
    for (const { windows, windowPackets, leadInPackets, processes, extras } of cells) {
      expect(extras.map(({ role }) => role)).toEqual(["placebo", "control"]);
      // Two designs and the placebo in each of three blocks, the control in the first.
      expect(windows.filter((window) => window.retried !== true)).toHaveLength(3 * 3 + 1);
      const controlPackets = processes[0]?.controlPackets ?? 0;
      expect([windowPackets % 64, leadInPackets % 64, controlPackets % 64]).toEqual([0, 0, 0]);
      let last = 0;
      for (const { arm, packets, startNs, endNs } of windows) {
        const wanted = arm === 3 ? controlPackets : windowPackets;
        expect(packets).toEqual([wanted, wanted]);
        expect(Math.min(...startNs)).toBeGreaterThan(last);
        last = Math.max(...endNs);
      }
    }
  });

  it("counts entries, memory and costs by design", () => {
    const [cached, uncached] = cell(0).arms;
    expect(cached?.entries).toBeGreaterThan(0);
    // A slot for input and one for each CPU's output on 8 next hops; the setup's routes have more.
    expect(cached?.entries).toBeLessThanOrEqual(2 * 8 * 4);
    expect(uncached?.entries).toBe(0);
    expect(cached?.counted?.perPacket.hits).toBe(1);
    expect(uncached?.counted?.perPacket.allocations).toBe(1);
    for (const arm of [cached, uncached]) {
      expect(arm?.memory.slabBytes).toBeGreaterThan(0);
      expect(arm?.memory.tableBytes).toBeGreaterThan(0);
      expect(arm?.judge.perFate["workload forwarded"]).toBe(10_048);
    }
  });
});
