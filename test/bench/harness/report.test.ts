/**
 * The text of a group: ratio first, times in brackets, the aim and whether it is met.
 */
import { describe, expect, it } from "vitest";
import type { Group, Window } from "../../../bench/harness/arm.js";
import { environmentText, groupText, resultOf } from "../../../bench/harness/report.js";

function windows(...ns: number[]): Window[] {
  return ns.map((value) => ({ ns: value, disturbed: value > 1e8 }));
}

const group: Group = {
  thing: "slab",
  title: "192 bytes",
  operation: "pair",
  arms: [],
  rows: [
    { arm: "slab", yardstick: "LIFO", aim: { atMost: 2.5 } },
    { arm: "load", yardstick: "LIFO", aim: { secondsAtMost: 0.001 } },
  ],
  notes: ["a note"],
};
const samples = new Map([
  ["LIFO", windows(2, 2, 2)],
  ["slab", windows(4, 4, 6)],
  ["load", windows(2e6, 3e6, 4e8)],
]);

describe("report", () => {
  it("has a line for each row and each note", () => {
    expect(groupText(resultOf(group, samples)).split("\n")).toEqual([
      "slab: 192 bytes (times of one pair, 3 rounds)",
      "          ratio  × yardstick        quartiles     time  its time  aim",
      "  slab     2.00  × LIFO             2.00–2.50  4.00 ns   2.00 ns  ≤ 2.5: met",
      "  load  1250000  × LIFO       1125000–1375000  2.50 ms   2.00 ns  < 0.001 s: not met",
      "  a note",
      "  1 of 9 windows lost their core to others",
    ]);
  });

  it("has the ping-pong of the two CPUs and its class beside figures of contention", () => {
    const pair = { pingPong: "way", pinned: false };
    const contended = { ...group, arms: [], rows: [], notes: [], pair };
    const withWay = new Map([...samples, ["way", windows(40, 50, 60)]]);
    const result = resultOf(contended, withWay);
    expect(result.pair).toEqual({
      oneWayNs: 50,
      quartilesNs: [45, 55],
      class: "as between cores of one core complex",
      pinned: false,
    });
    expect(groupText(result)).toContain(
      "the two CPUs: ping-pong 50.0 ns one way (45.0–55.0), not pinned; " +
        "class: as between cores of one core complex",
    );
    expect(resultOf(group, samples).pair).toBeNull();
  });

  it("marks rows of which most rounds were disturbed", () => {
    const rough = new Map([
      ["slab", windows(2e8, 3e8, 4e8)],
      ["LIFO", windows(2, 2, 2)],
    ]);
    const result = resultOf({ ...group, rows: [{ arm: "slab", yardstick: "LIFO" }] }, rough);
    expect(groupText(result)).toMatch(/ few calm rounds\n/);
    const calm = new Map([...rough, ["slab", windows(2, 3, 4)]]);
    const other = resultOf({ ...group, rows: [{ arm: "slab", yardstick: "LIFO" }] }, calm);
    expect(groupText(other)).not.toContain("few calm rounds");
  });

  it("names no class where the two CPUs did not run side by side", () => {
    const pair = { pingPong: "way", pinned: false };
    expect(() => resultOf({ ...group, pair }, samples)).toThrow(/no arm named "way"/);
  });

  it("keeps median and tenth percentile of every arm", () => {
    const [lifo, slab] = resultOf(group, samples).arms;
    expect(lifo).toMatchObject({ name: "LIFO", nsMedian: 2, nsP10: 2, windows: 3, disturbed: 0 });
    expect(slab).toMatchObject({ name: "slab", nsMedian: 4, nsP10: 4 });
  });

  it("says where the figures were seen", () => {
    const text = environmentText({
      node: "20.1.0",
      v8: "11",
      v8Flags: [],
      platform: "linux-x64",
      cpuModel: "A CPU",
      cores: 2,
      loadAverage: [0.5, 1, 2],
      startedAt: "2026-01-02T03:04:05.000Z",
    });
    expect(text).toContain("not measurements of Linux");
    expect(text).toContain("2026-01-02T03:04:05.000Z");
    expect(text).toContain("Node 20.1.0 (V8 11, no V8 flags), linux-x64, 2 cores of A CPU");
    expect(text).toContain("load 0.5 1.0 2.0");
  });
});
