/** Which trials are still to be run, and a trial's cell as the pair it is about. */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import { asPair, missingTrials } from "../../../src/measure/selftest.js";
import { buildCell } from "../../helpers/resultBuilder.js";
import { trialOf } from "./selftestBuilder.js";

describe("missingTrials", () => {
  it("takes turns, and counts those that are there", () => {
    const wanted = new Map([
      [1, 3],
      [1.05, 2],
      [0.95, 1],
    ]);
    expect(missingTrials([], wanted)).toEqual([1, 1.05, 0.95, 1, 1.05, 1]);
    const there = [trialOf(), trialOf({ share: 1.05 }), trialOf({ share: 1.05 })];
    expect(missingTrials(there, wanted)).toEqual([1, 0.95, 1]);
    expect(missingTrials(there, new Map([[1.05, 1]]))).toEqual([]);
  });
});

describe("asPair", () => {
  const plan = {
    designs: ["linux-3.10"],
    blocks: 8,
    processes: 6,
    nsPerPacket: (arm: number, block: number, _cpu: number, process: number) =>
      (arm === 1 ? 105 : 100) * (1 + ((block + process) % 3) / 500),
  };

  it("makes the placebo a second design, which the engine then finds slower", () => {
    const pair = asPair(buildCell({ ...plan, extras: ["placebo", "control"] }));
    expect(pair.arms.map(({ design }) => design)).toEqual(["linux-3.10", "linux-3.10 again"]);
    expect(pair.extras.map(({ role }) => role)).toEqual(["control"]);
    const analysis = analyseCell(pair);
    expect(analysis).toMatchObject({ kind: "analysed", ratios: [{ verdict: "slower" }] });
  });

  it("refuses a cell without one", () => {
    expect(() => asPair(buildCell({ ...plan, extras: ["control"] }))).toThrow(RangeError);
  });
});
