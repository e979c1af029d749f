/** `compare()` end to end on a small table: cells, judge, audit, notes, refusals. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { CpuFailure } from "../../../src/machine/cpus.js";
import { analyseCell } from "../../../src/measure/analyse.js";
import { carriedFigures } from "../../../src/measure/carriedFigures.js";
import { type CompareOptions, compare, unreadKnobNotes } from "../../../src/measure/compare.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { checkResult } from "../../../src/result/parseResult.js";
import type { ResultDocument } from "../../../src/result/resultDocument.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { NEXTHOPS, smallTable } from "../machine/smallExperiment.js";

function optionsOf(change: Partial<CompareOptions> = {}): CompareOptions {
  return {
    designs: ["linux-3.10", "nexthop-direct"],
    workloads: ["single-flow"],
    cpus: [1],
    table: smallTable(1_000),
    nexthops: NEXTHOPS,
    seed: 1,
    packetsPerSecond: 1e6,
    flowPackets: 8_192,
    processes: 1,
    blocks: 2,
    budgetMs: 2_000,
    marginShare: 0.02,
    deadlineMs: 20_000,
    command: "dstbench compare",
    version: "0.1.0",
    say: () => {},
    progress: () => {},
    stopped: () => false,
    ...change,
  };
}

describe("compare", () => {
  it("runs cells in order, each judged, counted and audited", async () => {
    const said: string[] = [];
    const partial: ResultDocument[] = [];
    const workloads = ["local-send", "internet-mix"];
    const options = optionsOf({ workloads, cpus: [2, 1], say: (line) => said.push(line) });
    const document = await compare(options, (begun) => partial.push(begun));
    expect(checkResult(document)).toEqual(document);
    expect(partial).toEqual([document]);
    expect(document.errors).toEqual([]);
    expect(document.cells.map(({ workload, cpus }) => `${workload} ${cpus}`)).toEqual([
      "local-send 2",
      "local-send 1",
      "internet-mix 2",
      "internet-mix 1",
    ]);
    for (const cell of document.cells) {
      for (const arm of cell.arms) {
        expect(arm.judge.packets).toBeGreaterThanOrEqual(20_000);
        expect(arm.counted?.perPacket.lookups).toBeGreaterThan(0);
        expect(arm.audit).toMatchObject({ ok: true, failures: [] });
      }
    }
    expect(said[0]).toMatch(/^memory \d+ MiB: .* 14 machines of/);
    expect(said.at(-1)).toMatch(/^loaded 1000 routes in \d+ ms$/);
  });

  it("fills the cache of scan until its collector runs, by the workload's clock", async () => {
    const { packetsPerSecond: _, ...options } = optionsOf({
      designs: ["no-cache", "linux-2.6.18"],
      workloads: ["scan", "single-flow"],
      rhashEntries: 4_096,
      flowPackets: 262_144,
    });
    const document = await compare(options);
    expect(checkResult(document)).toEqual(document);
    expect(document.errors).toEqual([]);
    const rates = document.cells.map((cell) => cell.time.packetsPerSecondPerCpu);
    expect(rates).toEqual([100_000, 1_000_000]);
    const [scan, single] = document.cells.map((cell) => cell.arms[1]?.cache);
    expect(document.cells[0]?.arms[0]?.cache).toBeUndefined();
    expect(single?.carried).toBeUndefined();
    if (scan?.carried === undefined) throw new RangeError("the cache of scan was not filled");
    const figures = carriedFigures(scan.carried);
    // 0.5 s of the machine's time are 50,000 packets.
    expect(figures?.lastPackets).toBeGreaterThan(100_000);
    expect(figures?.lastRuns).toBeGreaterThan(2);
    expect(figures?.rounds.at(-1)).toBeGreaterThan(scan.gcThresh);
    expect(figures?.collectorNs).toBeGreaterThan(0);
    expect(Math.max(...scan.carried.entries)).toBeLessThanOrEqual(scan.maxSize);
  });

  it("measures all cells in several processes, each laid out anew", async () => {
    const options = optionsOf({ processes: 3, workloads: ["single-flow", "local-send"] });
    const document = await compare(options);
    expect(checkResult(document)).toEqual(document);
    expect(document.plan).toMatchObject({ mode: "processes", stoppedBy: "processes" });
    const { processes } = document;
    expect(processes).toHaveLength(3);
    expect(new Set(processes.map(({ seed }) => seed)).size).toBe(3);
    expect(new Set(processes.map(({ placebo }) => placebo)).size).toBe(3);
    const hashes = document.designs.flatMap(({ images }) => Object.values(images));
    for (const { placebo, cellOrder, setUpMs } of processes) {
      expect(hashes).not.toContain(placebo);
      expect([...cellOrder].sort()).toEqual(["local-send, 1 CPU", "single-flow, 1 CPU"]);
      expect(setUpMs).toBeGreaterThan(0);
    }
    for (const cell of document.cells) {
      expect(cell.processes.map(({ process }) => process)).toEqual([0, 1, 2]);
      const orders = [0, 1, 2].map((process) => {
        const own = cell.windows.filter((w) => w.process === process && w.retried !== true);
        // Two designs and the placebo in each of two blocks, the control in the first.
        expect(own).toHaveLength(2 * 3 + 1);
        return own.map(({ arm }) => arm).join();
      });
      expect(new Set(orders).size).toBeGreaterThan(1);
      // Equations on every object of four machines: two in the first process, one in each other.
      for (const { audit } of cell.arms) expect(audit.checks).toBeGreaterThan(4 * 40);
      expect(analyseCell(cell)).toMatchObject({ kind: "analysed", processes: 3 });
    }
  });

  it("stops after the cell at hand, and keeps none without a window", async () => {
    const measured = new Set<string>();
    const progress = (text: string): void => {
      const cell = /: (.*, 1 CPU): judge$/.exec(text)?.[1];
      if (cell !== undefined) measured.add(cell);
    };
    const workloads = ["single-flow", "scan"];
    const stopped = (): boolean => measured.size === 2;
    const document = await compare(optionsOf({ workloads, blocks: 400, progress, stopped }));
    expect(document.cells.length).toBeGreaterThan(0);
    expect(document.plan.stoppedBy).toBe("signal");
    for (const cell of document.cells) {
      expect(cell.windows.length).toBeGreaterThan(0);
      expect(cell.arms.every((arm) => arm.audit.ok)).toBe(true);
    }
  });

  it("ends with the CPU that does not answer in time, and leaves what there is", async () => {
    let partial: ResultDocument | undefined;
    // A deadline in which no worker can start.
    const run = compare(optionsOf({ deadlineMs: 1 }), (begun) => {
      partial = begun;
    });
    await expect(run).rejects.toThrow(CpuFailure);
    await expect(run).rejects.toThrow(/within 1 ms|for 1 ms: CPU 0/);
    expect(partial?.cells).toEqual([]);
  });

  it.each([
    ["no CPU", { cpus: [0] }, "--cpus 0; allowed: 1 to 64"],
    ["half a CPU", { cpus: [1.5] }, "--cpus 1.5; allowed: 1 to 64"],
    ["a design twice", { designs: ["no-cache", "no-cache"] }, "allowed: each design once"],
    [
      "a short flow list",
      { flowPackets: 63 },
      "the cache of linux-3.10 can hold 16 entries; allowed: 64",
    ],
    ["an unknown workload", { workloads: ["x"] }, 'unknown workload "x"'],
    ["next hops beyond the setup", { nexthops: 200, flowPackets: 9_999 }, "allowed: 1 to 190"],
  ])("refuses %s before it starts anything", async (_, change, message) => {
    const said: string[] = [];
    const run = compare(optionsOf({ ...change, say: (line) => said.push(line) }));
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow(message);
    expect(said).toEqual([]);
  });
});

describe("unreadKnobNotes", () => {
  const notes = (designs: string[], workload: string): string[] =>
    unreadKnobNotes(designs.map(parseDesign), findWorkload(workload));

  it("tells of designs that differ only in knobs that the workload never reads", () => {
    const designs = ["linux-3.10", "linux-3.10+output-slot=shared"];
    expect(notes(designs, "internet-mix")).toEqual([
      "internet-mix never reads output-slot: linux-3.10+output-slot=shared and linux-3.10 " +
        "do the same work here",
    ]);
    expect(notes(designs, "local-send")).toEqual([]);
    expect(notes(["linux-3.10", "linux-3.10+noref=off"], "local-send")).toHaveLength(1);
  });

  it("tells of designs that are the same under two names", () => {
    expect(notes(["linux-3.10", "linux-3.10+noref=on"], "scan")).toEqual([
      "linux-3.10+noref=on and linux-3.10 are the same design",
    ]);
  });

  it("is silent about designs that differ where the workload looks", () => {
    expect(notes(["linux-3.10", "no-cache", "nexthop-direct"], "scan")).toEqual([]);
    expect(notes([], "scan")).toEqual([]);
  });
});
