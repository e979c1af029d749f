/**
 * Sums of windows over a list that goes round, by adding answers one by one; and arms that notice a
 * wrong answer.
 */
import { describe, expect, it } from "vitest";
import { pairNs } from "../../../bench/harness/cpuPair.js";
import { KeyList } from "../../../bench/harness/keyList.js";
import { checkedLoop } from "../../../bench/harness/wasmWindow.js";

const keys = Uint32Array.from({ length: 8 }, (_, i) => i * 7);
const answers = Uint32Array.from([1, 0xffffffff, 3, 0, 5, 0x80000000, 7, 8]);

function slowSum(from: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + (answers[(from + i) % 8] ?? 0)) >>> 0;
  return sum;
}

describe("KeyList", () => {
  it("sums any window, however often it goes round", () => {
    const list = new KeyList("some", keys, answers);
    for (let from = 0; from < 8; from++) {
      for (let count = 0; count < 40; count++) {
        expect(list.sumOf(from, count)).toBe(slowSum(from, count));
      }
    }
  });

  it("refuses a list that is no power of two", () => {
    expect(() => new KeyList("odd", keys.subarray(1), answers.subarray(1))).toThrow(/power of two/);
    expect(() => new KeyList("short", keys, answers.subarray(1))).toThrow(/power of two/);
  });

  it("goes on where the last window ended, and notices one wrong answer", async () => {
    const list = new KeyList("some", keys, answers);
    const starts: number[] = [];
    const right = list.arm(
      "right",
      (from, count) => {
        starts.push(from);
        return slowSum(from, count) | 0;
      },
      0.01,
    );
    await right.window();
    expect(new Set(starts).size).toBeGreaterThan(0);
    const wrong = (from: number, count: number): number => slowSum(from, count) + 1;
    expect(() => list.arm("wrong", wrong, 0.01)).toThrow(/wrong: .* keys of "some"/);
  });
});

describe("checkedLoop", () => {
  it("fails a loop that does nothing", () => {
    const expected = (operations: number): number => operations;
    expect(checkedLoop("busy", (operations) => operations, expected)(64)).toBe(64);
    expect(() => checkedLoop("idle", () => 0, expected)(64)).toThrow(
      "idle: 64 operations returned 0, not 64",
    );
  });
});

describe("pairNs", () => {
  const answer = (result: number, endNs: number) => ({
    ...{ result, leadInResult: 0, startNs: 0, endNs },
  });

  it("adds the rates of the CPUs, each by what it did itself", () => {
    expect(pairNs([answer(100, 1000)], 100)).toBeCloseTo(10);
    expect(pairNs([answer(100, 1000), answer(100, 1000)], 200)).toBeCloseTo(5);
    expect(pairNs([answer(300, 1000), answer(100, 1000)], 400)).toBeCloseTo(2.5);
  });

  it("counts an object that both CPUs handle once", () => {
    expect(pairNs([answer(100, 1000), answer(100, 1000)], 100)).toBeCloseTo(10);
  });
});
