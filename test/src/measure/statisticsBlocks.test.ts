/**
 * The order of arms in blocks, and ratios paired by block.
 */
import { describe, expect, it } from "vitest";
import { blockOrder, layoutOrder, pairedLogRatios } from "../../../src/measure/statisticsBlocks.js";

function countAt(order: readonly number[][], arms: number, place: number): number[] {
  const counts = new Array<number>(arms).fill(0);
  for (const block of order) {
    const arm = block.at(place) ?? -1;
    counts[arm] = (counts[arm] ?? 0) + 1;
  }
  return counts;
}

describe("blockOrder", () => {
  it("has every arm once in every block", () => {
    for (const arms of [1, 2, 3, 5, 7]) {
      for (const block of blockOrder(arms, 23, 9)) {
        expect([...block].sort()).toEqual(Array.from({ length: arms }, (_, arm) => arm));
      }
    }
  });

  it("balances first and last places over each round", () => {
    for (const arms of [2, 3, 4, 6]) {
      const order = blockOrder(arms, arms * 5, 3);
      expect(countAt(order, arms, 0)).toEqual(new Array(arms).fill(5));
      expect(countAt(order, arms, -1)).toEqual(new Array(arms).fill(5));
      const broken = blockOrder(arms, arms * 5 + 1, 3);
      expect(Math.max(...countAt(broken, arms, 0))).toBe(6);
      expect(Math.min(...countAt(broken, arms, 0))).toBe(5);
    }
  });

  it("follows the seed and nothing else", () => {
    expect(blockOrder(5, 20, 42)).toEqual(blockOrder(5, 20, 42));
    expect(blockOrder(5, 20, 42)).not.toEqual(blockOrder(5, 20, 43));
    expect(blockOrder(5, 20, 2 ** 40)).not.toEqual(blockOrder(5, 20, 2 ** 41));
  });

  it("favours no order: each of the six of three arms comes up about as often", () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++) {
      for (const block of blockOrder(3, 3, seed)) {
        const key = block.join("");
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    }
    expect(seen.size).toBe(6);
    // 200 expected each, standard deviation about 13.
    for (const count of seen.values()) {
      expect(count).toBeGreaterThan(140);
      expect(count).toBeLessThan(260);
    }
  });

  it("refuses numbers that are none", () => {
    expect(() => blockOrder(0, 1, 1)).toThrow("0 arms; allowed: 1 or more");
    expect(() => blockOrder(2, 1.5, 1)).toThrow("1.5 blocks; allowed: 0 or more");
    expect(blockOrder(3, 0, 1)).toEqual([]);
  });
});

describe("pairedLogRatios", () => {
  it("pairs within blocks, by medians, and leaves out blocks without a pair", () => {
    const values = [
      { block: 1, arm: 1, logNs: 7 },
      { block: 0, arm: 0, logNs: 1 },
      { block: 0, arm: 1, logNs: 4 },
      { block: 1, arm: 0, logNs: 2 },
      { block: 0, arm: 1, logNs: 6 },
      { block: 2, arm: 1, logNs: 100 },
      { block: 0, arm: 2, logNs: 50 },
    ];
    expect(pairedLogRatios(values, 0, 1)).toEqual([4, 5]);
    expect(pairedLogRatios(values, 1, 0)).toEqual([-4, -5]);
    expect(pairedLogRatios(values, 0, 3)).toEqual([]);
  });
});

describe("layoutOrder", () => {
  it("has each layout of an arm once in every round of its own", () => {
    const order = layoutOrder([4, 1, 3], 24, 5);
    expect(order).toHaveLength(24);
    for (const [arm, count] of [4, 1, 3].entries()) {
      for (let at = 0; at < 24; at += count) {
        const round = order.slice(at, at + count).map((block) => block[arm]);
        expect(round.sort()).toEqual(Array.from({ length: count }, (_, i) => i));
      }
    }
  });

  it("draws the order of each arm and round, by the seed", () => {
    const order = layoutOrder([4, 4], 400, 5);
    expect(layoutOrder([4, 4], 400, 5)).toEqual(order);
    expect(layoutOrder([4, 4], 400, 6)).not.toEqual(order);
    // Two arms meet in all pairs of layouts: neither follows the other.
    const pairs = new Map<string, number>();
    for (const [a, b] of order) pairs.set(`${a} ${b}`, (pairs.get(`${a} ${b}`) ?? 0) + 1);
    expect(pairs.size).toBe(16);
    expect(Math.max(...pairs.values())).toBeLessThan(50);
    expect(Math.min(...pairs.values())).toBeGreaterThan(8);
  });
});
