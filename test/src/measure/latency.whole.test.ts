/** A latency run: what is refused before anything runs, and one on real threads and processes. */
import { describe, expect, it } from "vitest";
import { type LatencyOptions, measureLatencies } from "../../../src/measure/latency.js";
import { measureClock } from "../../../src/measure/measureLatency.js";
import { parseLoads } from "../../../src/measure/openLoop.js";
import { capacityPlan } from "../../../src/measure/searchCapacity.js";
import { type LatencyDocument, latencyContradiction } from "../../../src/result/latencyDocument.js";
import { smallTable } from "../machine/smallExperiment.js";

function options(change: Partial<LatencyOptions> = {}): LatencyOptions {
  return {
    designs: ["linux-2.6.18", "no-cache"],
    workloads: ["scan"],
    cpus: [1, 2],
    loads: parseLoads("closed,20k,50%").loads,
    capacity: null,
    table: smallTable(1_000),
    nexthops: 8,
    seed: 3,
    packetsPerSecond: 1e6,
    flowPackets: 131_072,
    rhashEntries: 1_024,
    processes: 2,
    rounds: 1,
    trialMs: 40,
    goalNs: 1e6,
    giveUpNs: 3e8,
    budgetMs: 60_000,
    deadlineMs: 20_000,
    command: "a test",
    version: "0.1.0",
    say: () => {},
    progress: () => {},
    stopped: () => false,
    ...change,
  };
}

describe("measureLatencies", () => {
  it("runs every design at every load in each process, judged and audited", async () => {
    const document = await measureLatencies(options());
    expect([document.errors, latencyContradiction(document)]).toEqual([[], null]);
    expect(document.processes.map(({ auditFailures }) => auditFailures)).toEqual([[], []]);
    expect(document.cells.map(({ cpus }) => cpus).sort()).toEqual([1, 2]);
    for (const cell of document.cells) {
      expect(cell.judgedPackets.every((n) => n > 10_000)).toBe(true);
      const keys = cell.trials.map(({ process, design, load }) => `${process} ${design} ${load}`);
      expect(new Set(keys).size).toBe(2 * 2 * 3);
      expect(cell.loads[1]).toEqual({ packetsPerSecond: 20_000 });
      expect(cell.loads[2]?.packetsPerSecond).toBeGreaterThan(1_000);
    }
    offeredIsKept(document);
  });

  it("searches for the capacity of every design in each process", async () => {
    const capacity = capacityPlan({ trialMs: 40, widthShare: 0.2, searchMs: 2_000 });
    const asked = { capacity, loads: [], cpus: [1], goalNs: 2e7 };
    const document = await measureLatencies(options(asked));
    expect([document.errors, latencyContradiction(document)]).toEqual([[], null]);
    const [cell] = document.cells;
    expect([cell?.loads, cell?.trials]).toEqual([[], []]);
    const searches = cell?.searches ?? [];
    const keys = searches.map(({ process, design }) => `${process} ${design}`);
    expect(keys).toEqual(["0 0", "0 1", "1 0", "1 1"]);
    for (const { trials, spentMs, loadMax, results } of searches) {
      expect(trials.length).toBeGreaterThan(2);
      expect(trials[0]?.packetsPerSecond).toBeCloseTo(loadMax / 8, -3);
      expect(spentMs).toBeLessThan(2_000 + 4_000);
      for (const { packetsPerSecond, packets, cpus } of trials) {
        for (const { startNs, endNs, unrun } of cpus) {
          if (unrun > 0) continue;
          const leastNs = (packets / 64 - 1) * ((64 * 1e9) / packetsPerSecond);
          expect(endNs - startNs).toBeGreaterThan(0.999 * leastNs);
        }
      }
      expect(results).toHaveLength(2);
    }
    // Some design must be in time somewhere.
    expect(searches.some(({ results }) => results.some(({ lower }) => lower !== null))).toBe(true);
  });

  it.each<[Partial<LatencyOptions>, RegExp]>([
    [{ workloads: ["hit-share:0.5"] }, /--workload hit-share:0.5; allowed: workloads whose flows/],
    [{ trialMs: 19_000 }, /--trial and --give-up take 19300 ms; allowed: half of --deadline/],
    [{ cpus: [65] }, /--cpus 65; allowed/],
    [{ designs: ["no-cache", "no-cache"] }, /"no-cache" is given twice/],
    [{ flowPackets: 64 }, /--flow-packets 64/],
  ])("refuses %o before anything runs", async (change, message) => {
    await expect(measureLatencies(options(change))).rejects.toThrow(message);
  });
});

/** 13 bursts 3.2 ms apart cannot end before 12 periods are over, however fast a design is. */
function offeredIsKept({ cells }: LatencyDocument): void {
  const open = cells.flatMap(({ trials }) => trials.filter(({ load }) => load === 1));
  for (const { cpus, packets } of open) {
    for (const { startNs, endNs, unrun } of cpus) {
      if (unrun > 0) continue;
      expect(endNs - startNs).toBeGreaterThan((packets / 64 - 1) * 3.2e6);
    }
  }
}

describe("measureClock", () => {
  it("tells the mean of reads and the least step that is not 0", () => {
    let reads = 0;
    expect(measureClock(() => Math.floor(reads++ / 4) * 100)).toEqual({ readNs: 25, stepNs: 100 });
  });

  it("tells no step of a clock that stands still", () => {
    expect(measureClock(() => 7)).toEqual({ readNs: 0, stepNs: 0 });
  });
});
