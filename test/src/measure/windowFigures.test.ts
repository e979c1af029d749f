/** What one window says, and how its time is taken apart: worked out by hand. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  armOfRole,
  byProcess,
  isDeferredCommon,
  logNsPerPacket,
  overlapOf,
  packetsOf,
  spanNs,
  timePartsOf,
} from "../../../src/measure/windowFigures.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const CELL = buildCell({
  designs: ["a", "b"],
  extras: ["placebo", "control"],
  blocks: 2,
  cpus: 2,
  processes: 2,
  nsPerPacket: (_arm, _block, cpu) => 100 + 25 * cpu,
});

describe("a window", () => {
  it("lasts from the first start to the last end", () => {
    const window = CELL.windows[0];
    if (window === undefined) throw new RangeError("no window");
    expect(spanNs(window)).toBe(1_250_000);
    expect(packetsOf(window)).toBe(20_000);
    expect(Math.exp(logNsPerPacket(window))).toBeCloseTo(125, 9);
    expect(overlapOf(window)).toBeCloseTo(0.8, 12);
  });

  it("belongs to a process and an arm", () => {
    expect([...byProcess(CELL.windows)].map(([p, list]) => [p, list.length])).toEqual([
      [0, 8],
      [1, 8],
    ]);
    expect([armOfRole(CELL, "placebo"), armOfRole(CELL, "control")]).toEqual([2, 3]);
    expect(armOfRole({ ...CELL, extras: [] }, "control")).toBeNull();
  });
});

describe("timePartsOf", () => {
  const timed = (ns: number, deferred = false) => ({ ns, packets: 10, deferred });

  it("adds what windows with deferred work took more, over all packets", () => {
    // Median 100 a packet; one window of four took 500 ns more for 40 packets in all.
    const parts = timePartsOf([timed(1_000), timed(900), timed(1_100), timed(1_500, true)]);
    expect(parts).toEqual({ baseNs: 100, deferredNs: 12.5 });
  });

  it("leaves the cost of common deferred work in the median", () => {
    const parts = timePartsOf([timed(1_000), timed(1_500, true), timed(1_600, true)]);
    expect(parts).toEqual({ baseNs: 150, deferredNs: 0 });
    expect([isDeferredCommon(4, 2), isDeferredCommon(4, 3)]).toEqual([false, true]);
  });

  it("gives the mean where all other windows are alike", () => {
    const extras = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(extras, (list) => {
        const plain = list.map(() => timed(1_000));
        const all = [...plain, timed(1_000), ...list.map((ns) => timed(1_000 + ns, true))];
        const mean = all.reduce((sum, { ns }) => sum + ns, 0) / (10 * all.length);
        const { baseNs, deferredNs } = timePartsOf(all);
        expect(baseNs).toBe(100);
        expect(baseNs + deferredNs).toBeCloseTo(mean, 9);
      }),
    );
  });
});
