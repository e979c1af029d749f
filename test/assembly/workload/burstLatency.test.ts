/**
 * The latency of bursts on a timed image whose clock is the test's: closed loop, open loop with
 * intended starts, and a loop that is given up.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type BurstTiming,
  bucketOf,
  clearBursts,
  readBursts,
  setBurstTiming,
} from "../../../src/machine/burstLatency.js";
import { COMPILE_MS, flowsToRows, type Router, routersOf } from "../machine/router.js";

const BURST = 64;
const CLOSED: BurstTiming = { periodNs: 0, goalNs: 0, giveUpNs: 0 };

describe("the latency of bursts", () => {
  let router: Router;
  let other: Router;
  /** What the image's next clock reads say, in nanoseconds; the last stays. */
  let reads: number[] = [];
  let readCount = 0;

  beforeAll(async () => {
    const routers = await routersOf(["linux-3.10", "no-cache"], { flavour: "timed" });
    [router, other] = routers as [Router, Router];
    router.setFlows(flowsToRows([1, 2, 3], BURST));
    other.setFlows(flowsToRows([1, 2, 3], BURST));
  }, COMPILE_MS);

  beforeEach(() => {
    clearBursts(router.machine, 0);
    readCount = 0;
    // Read by `env.nowNs`, in milliseconds.
    vi.spyOn(performance, "now").mockImplementation(() => {
      const at = Math.min(readCount++, reads.length - 1);
      return (reads[at] ?? 0) / 1e6;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  function time(timing: BurstTiming | null): void {
    const { machine } = router;
    setBurstTiming(machine.memory, machine.layout, machine.areaOf(0), timing);
  }

  function run(timing: BurstTiming | null, clock: number[], packets: number): void {
    reads = clock;
    time(timing);
    router.forward(packets);
    time(null);
  }

  it("of a closed loop is from end to end, with one clock read a burst", () => {
    run(CLOSED, [1_000, 1_500, 4_500, 4_600], 3 * BURST);
    expect(readCount).toBe(4);
    const found = readBursts(router.machine, 0);
    expect(found).toMatchObject({ bursts: 3, maxNs: 3_000, sumNs: 3_600, unrun: 0 });
    expect(found.histogram).toEqual([
      [bucketOf(100), 1],
      [bucketOf(500), 1],
      [bucketOf(3_000), 1],
    ]);
  });

  it("counts bursts that took longer than the goal, and a short last burst as one", () => {
    run({ ...CLOSED, goalNs: 500 }, [0, 500, 1_001, 1_002], 2 * BURST + 1);
    expect(readBursts(router.machine, 0)).toMatchObject({ bursts: 3, late: 1, maxNs: 501 });
  });

  it("of an open loop counts from intended starts: a stall is in all that wait behind it", () => {
    const timing = { periodNs: 1_000, goalNs: 0, giveUpNs: 0 };
    // Begin at 0; the first burst stalls to 3,500; those due at 1,000, 2,000 and 3,000 follow.
    run(timing, [0, 3_500, 3_600, 3_700, 3_800, 3_900, 4_000, 4_150], 5 * BURST);
    const found = readBursts(router.machine, 0);
    const latencies = [3_500, 2_600, 1_700, 800, 150];
    expect(found.bursts).toBe(5);
    expect(found.sumNs).toBe(latencies.reduce((sum, ns) => sum + ns, 0));
    expect(found.histogram.map(([bucket]) => bucket)).toEqual(
      latencies.map(bucketOf).sort((a, b) => a - b),
    );
    // A closed loop that is as fast would have seen one slow burst, and four of 100 ns.
  });

  it("waits for a burst that is not due yet, and starts its time when it is", () => {
    const timing = { periodNs: 1_000, goalNs: 0, giveUpNs: 0 };
    run(timing, [0, 100, 200, 900, 1_040, 1_100], 2 * BURST);
    expect(readBursts(router.machine, 0)).toMatchObject({ bursts: 2, maxNs: 100, sumNs: 200 });
    expect(readCount).toBe(6);
  });

  it("gives up a loop that is later than it may be, and says what was left", () => {
    const timing = { periodNs: 1_000, goalNs: 0, giveUpNs: 2_000 };
    const before = router.machine.ringsWord(0, "RINGS_TX_SENT");
    run(timing, [0, 3_001], 9 * BURST + 1);
    expect(router.machine.ringsWord(0, "RINGS_TX_SENT") - before).toBe(BURST);
    expect(readBursts(router.machine, 0)).toMatchObject({ bursts: 1, unrun: 9, maxNs: 3_001 });
  });

  it("runs a lead-in as a closed loop that counts nothing", () => {
    run(null, [0, 1_000, 2_000], 2 * BURST);
    expect(readBursts(router.machine, 0)).toMatchObject({ bursts: 0, histogram: [] });
  });

  it("times the sending loop as well", () => {
    reads = [0, 700, 1_500];
    time(CLOSED);
    router.send(2 * BURST);
    time(null);
    expect(readBursts(router.machine, 0)).toMatchObject({ bursts: 2, maxNs: 800 });
  });

  it("keeps the words of machines apart", () => {
    run(CLOSED, [0, 1_000], BURST);
    expect(readBursts(other.machine, 0).bursts).toBe(0);
  });
});
