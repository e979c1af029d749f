/** The classes of a warm-up, from times with and without a trend. */
import { describe, expect, it } from "vitest";
import { isSettled, type WarmUpClass, warmUpClass } from "../../../src/measure/warmUpClass.js";
import { buildCell } from "../../helpers/resultBuilder.js";

type Time = (block: number, process: number) => number;

function classOf(time: Time, settled = true, blocks = 12): WarmUpClass {
  const cell = buildCell({
    designs: ["a"],
    blocks,
    processes: 3,
    nsPerPacket: (_arm, block, _cpu, process) => time(block, process),
  });
  const processes = cell.processes.map((one) => ({ ...one, warmUp: [{ windows: 30, settled }] }));
  return warmUpClass({ ...cell, processes }, 0, cell.windows);
}

describe("warmUpClass", () => {
  it.each([
    ["steady", () => 100],
    ["steady", (block) => 100 + (block % 3 === 0 ? 30 : 0)],
    ["steady", (block) => 100 + 0.3 * block],
    ["steady", (block, process) => (process === 2 ? 100 + 10 * block : 100)],
    ["growing", (block) => 100 + 2 * block],
    ["drifting", (block) => 200 - 5 * block],
    ["drifting", (block) => (block < 6 ? 100 : 110)],
  ] satisfies [WarmUpClass, Time][])("is %s for %s", (wanted, time) => {
    expect(classOf(time)).toBe(wanted);
  });

  it("is no steady state where there was none before the first block either", () => {
    expect(classOf((block) => 200 - 5 * block, false)).toBe("no steady state");
    expect(classOf(() => 100, false)).toBe("steady");
  });

  it("is unknown for a handful of windows", () => {
    expect(classOf(() => 100, true, 3)).toBe("unknown");
    expect(classOf(() => 100, true, 4)).toBe("steady");
    expect(classOf((block) => 100 + 10 * block, true, 4)).toBe("growing");
    expect(classOf((block) => 100 + 10 * block, true, 7)).toBe("growing");
  });
});

describe("isSettled", () => {
  it("looks at the last times only, and needs so many", () => {
    expect(isSettled([200, 100, 103, 105], 3)).toBe(true);
    expect(isSettled([100, 103, 106], 3)).toBe(false);
    expect(isSettled([100, 100], 3)).toBe(false);
  });
});
