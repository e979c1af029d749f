/** The host's view of a machine's bursts: per CPU, cleared, and bounds of buckets. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketBounds,
  bucketOf,
  clearBursts,
  readBursts,
  setBurstTiming,
} from "../../../src/machine/burstLatency.js";
import { machineOf, setWorkload, smallExperiment } from "./smallExperiment.js";

const CLOSED = { periodNs: 0, goalNs: 0, giveUpNs: 0 };

describe("buckets", () => {
  it("hold the values between their bounds", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (ns) => {
        const { leastNs, mostNs } = bucketBounds(bucketOf(ns));
        expect(leastNs <= ns && ns <= mostNs).toBe(true);
      }),
    );
  });
});

describe("bursts of a machine", () => {
  it("are counted for each CPU alone, until they are cleared", async () => {
    const small = await smallExperiment(["linux-3.10.timed"], 2);
    setWorkload(small, "internet-mix", 2);
    const machine = machineOf(small, 0);
    for (const [cpu, packets] of [640, 65].entries()) {
      machine.cpu(cpu).call("rcuCpuOnline");
      setBurstTiming(machine.memory, machine.layout, machine.areaOf(cpu), CLOSED);
      machine.cpu(cpu).call("forwardPackets", packets);
      setBurstTiming(machine.memory, machine.layout, machine.areaOf(cpu), null);
    }
    const found = [0, 1].map((cpu) => readBursts(machine, cpu));
    expect(found.map(({ bursts }) => bursts)).toEqual([10, 2]);
    for (const { bursts, histogram, maxNs, sumNs } of found) {
      expect(histogram.reduce((sum, [, count]) => sum + count, 0)).toBe(bursts);
      expect(histogram.at(-1)?.[0]).toBe(bucketOf(maxNs));
      expect(sumNs).toBeLessThanOrEqual(bursts * maxNs);
    }
    clearBursts(machine, 0);
    expect(readBursts(machine, 0)).toMatchObject({ bursts: 0, maxNs: 0, histogram: [] });
    expect(readBursts(machine, 1).bursts).toBe(2);
  });

  it("are not there in an image that is not timed", async () => {
    const small = await smallExperiment(["linux-3.10.release"]);
    expect(() => readBursts(machineOf(small, 0), 0)).toThrow(/the image is not timed/);
  });
});
