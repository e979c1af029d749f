/**
 * Classes of the ping-pong by its time, and processes that disagree.
 */
import { describe, expect, it } from "vitest";
import { pingPongClass, pingPongOf } from "../../../src/measure/pingPongClass.js";
import { buildCell } from "../../helpers/resultBuilder.js";

const CELL = buildCell({
  designs: ["no-cache"],
  blocks: 1,
  cpus: 2,
  processes: 3,
  nsPerPacket: () => 100,
});

describe("pingPongClass", () => {
  it("goes by the time", () => {
    expect(pingPongClass(12)).toMatch(/SMT siblings/);
    expect(pingPongClass(37)).toMatch(/one core complex/);
    expect(pingPongClass(84)).toMatch(/one socket/);
    expect(pingPongClass(169)).toMatch(/between sockets/);
    expect(pingPongClass(10_765)).toMatch(/took turns/);
  });

  it("believes the system where it names the two as threads of one core", () => {
    expect(pingPongClass(45, true)).toMatch(/SMT siblings/);
    expect(pingPongClass(45, false)).toBe(pingPongClass(45));
    expect(pingPongClass(5_000, true)).toMatch(/took turns/);
  });
});

describe("pingPongOf", () => {
  const withTimes = (times: readonly (number | null)[]) => ({
    ...CELL,
    processes: CELL.processes.map((one, i) => ({ ...one, pingPongNs: times[i] ?? null })),
  });

  it("takes the median and says where processes are of several classes", () => {
    expect(pingPongOf(withTimes([37, 169, 38]))).toEqual({
      ns: 38,
      leastNs: 37,
      mostNs: 169,
      processes: 3,
      className: "as between cores of one core complex",
      mixed: true,
    });
    expect(pingPongOf(withTimes([37, null, 38]))?.mixed).toBe(false);
  });

  it("is null where it was not measured", () => {
    expect(pingPongOf(withTimes([]))).toBeNull();
  });
});
