/**
 * Scaling from built cells: figures that can be worked out by hand, pairing within processes, and
 * what keeps a law from being fitted.
 */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import { analyseScaling, jainIndex } from "../../../src/measure/scaling.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import { buildCell } from "../../helpers/resultBuilder.js";

/** 100 ns a packet on one CPU; σ = 0.1 for the first design, linear for the second. */
function cellOf(cpus: number, processes: number, level: (process: number) => number): Cell {
  return buildCell({
    designs: ["linux-3.10", "no-cache"],
    blocks: 6,
    cpus,
    processes,
    nsPerPacket: (arm, _block, _cpu, process) =>
      100 * level(process) * (arm === 0 ? 1 + 0.1 * (cpus - 1) : 1),
  });
}

function scale(cells: readonly Cell[]) {
  return analyseScaling(
    cells,
    cells.map((cell) => analyseCell(cell)),
  );
}

describe("jainIndex", () => {
  it("is 1 for equal rates and 1 / n where one CPU does all", () => {
    expect(jainIndex([3, 3, 3])).toBeCloseTo(1, 12);
    expect(jainIndex([5, 0, 0, 0])).toBeCloseTo(0.25, 12);
    expect(jainIndex([1, 3])).toBeCloseTo(16 / 20, 12);
  });
});

describe("analyseScaling", () => {
  it("pairs within processes: levels that differ between them leave no width", () => {
    const level = (process: number) => 1 + process;
    const [one] = scale([cellOf(2, 4, level), cellOf(1, 4, level)]);
    expect(one?.baseCpus).toBe(1);
    const point = one?.designs[0]?.points[1];
    expect(point?.cpus).toBe(2);
    expect(point?.speedUp.value).toBeCloseTo(2 / 1.1, 9);
    expect(point?.speedUp.low).toBeCloseTo(2 / 1.1, 9);
    expect(point?.speedUp.high).toBeCloseTo(2 / 1.1, 9);
    expect(point?.efficiency).toBeCloseTo(1 / 1.1, 9);
    expect(point?.processes).toBe(4);
    expect(one?.designs[1]?.points[1]?.speedUp.value).toBeCloseTo(2, 9);
  });

  it("is wider where processes scale differently, and has no interval within one", () => {
    const uneven = cellOf(2, 4, (process) => 1 + 0.1 * process);
    const [many] = scale([cellOf(1, 4, () => 1), uneven]);
    const { low, high, value } = many?.designs[1]?.points[1]?.speedUp ?? {};
    expect(low ?? 9).toBeLessThan((value ?? 0) * 0.9);
    expect(high ?? 0).toBeGreaterThan((value ?? 9) * 1.1);
    const [single] = scale([cellOf(1, 1, () => 1), cellOf(2, 1, () => 1)]);
    expect(single?.designs[0]?.points[1]?.speedUp.low).toBeNull();
  });

  it("takes processes only that measured both", () => {
    const [one] = scale([cellOf(1, 2, () => 1), cellOf(2, 4, () => 1)]);
    expect(one?.designs[0]?.points[1]?.processes).toBe(2);
  });

  it("sees a CPU that is slower than the other", () => {
    const cell = buildCell({
      designs: ["no-cache"],
      blocks: 6,
      cpus: 2,
      nsPerPacket: (_arm, _block, cpu) => (cpu === 0 ? 100 : 300),
    });
    const base = buildCell({ designs: ["no-cache"], blocks: 6, nsPerPacket: () => 100 });
    const point = scale([base, cell])[0]?.designs[0]?.points[1];
    expect(point?.jain).toBeCloseTo(16 / 20, 9);
    expect(point?.slowestShare).toBeCloseTo(1 / 3, 9);
    // 2 packets in 300 ns against 1 in 100.
    expect(point?.speedUp.value).toBeCloseTo(2 / 3, 9);
  });

  it("fits the law from four numbers of CPUs on", () => {
    const cells = [1, 2, 4, 8].map((cpus) => cellOf(cpus, 3, (p) => 1 + 0.1 * p));
    const [one] = scale(cells);
    expect(one?.noFit).toBeNull();
    expect(one?.designs[0]?.usl?.sigma.value).toBeCloseTo(0.1, 6);
    expect(one?.designs[0]?.usl?.kappa.value).toBeCloseTo(0, 6);
    expect(one?.designs[1]?.usl?.sigma.value).toBeCloseTo(0, 6);
    expect(scale(cells.slice(0, 3))[0]?.noFit).toMatch(/^3 numbers of CPUs with a core for each/);
  });

  it("does not count CPUs that take turns, nor cells that failed", () => {
    const cells = [1, 2, 4, 8].map((cpus) => cellOf(cpus, 2, () => 1));
    const turns = cells.map((cell) =>
      cell.cpus < 8 ? cell : { ...cell, cores: 4, oversubscribed: true },
    );
    const [one] = scale(turns);
    expect(one?.noFit).toMatch(/^3 numbers/);
    expect(one?.designs[0]?.usl).toBeNull();
    expect(one?.designs[0]?.points.map(({ oversubscribed }) => oversubscribed)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const failed = cells.map((cell) => (cell.cpus === 1 ? { ...cell, windows: [] } : cell));
    expect(scale(failed)[0]?.baseCpus).toBe(2);
  });

  it("says nothing of a workload on one number of CPUs", () => {
    expect(scale([cellOf(2, 2, () => 1)])).toEqual([]);
  });
});
