/** Quantiles against sorted latencies, merged before anything is taken from them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeLatency, QUANTILES, quantileNs } from "../../../src/measure/latencyQuantiles.js";
import { cpuOf } from "../../helpers/latencyBuilder.js";

const latency = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe("merged histograms", () => {
  it("are the histogram of all bursts, however they are split", () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency), fc.array(latency), (a, b, c) => {
        const { startNs: _s, endNs: _e, ...whole } = cpuOf([...a, ...b, ...c]);
        expect(mergeLatency([cpuOf(a), cpuOf(b), cpuOf(c)])).toEqual(whole);
      }),
    );
  });

  it("are not averages: a slow CPU's tail stays", () => {
    const fast = cpuOf(new Array<number>(990).fill(1_000));
    const slow = cpuOf(new Array<number>(20).fill(900_000));
    expect(quantileNs(mergeLatency([fast, slow]), 0.99)).toBe(900_000);
  });
});

describe("quantiles", () => {
  it("are never too low and less than 1/128 too high", () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 20, maxLength: 2_000 }),
        fc.constantFrom(...QUANTILES),
        (latencies, q) => {
          const found = quantileNs(cpuOf(latencies), q);
          const above = latencies.length * (1 - q);
          if (found === null) return expect(above).toBeLessThan(10.001);
          const rank = Math.ceil(q * latencies.length - 1e-6);
          const truth = latencies.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
          expect(found).toBeGreaterThanOrEqual(truth);
          expect(found).toBeLessThan(truth * (1 + 1 / 128) + 1);
          expect(found).toBeLessThanOrEqual(Math.max(...latencies));
        },
      ),
    );
  });

  it.each([
    [0.5, 20],
    [0.9, 100],
    [0.99, 1_000],
    [0.999, 10_000],
    [0.9999, 100_000],
  ])("%f needs ten bursts above it: %i in all", (q, bursts) => {
    const of = (n: number) => ({ ...cpuOf([]), bursts: n, maxNs: 9, histogram: [[9, n]] as const });
    expect(quantileNs(of(bursts - 1), q)).toBeNull();
    expect(quantileNs(of(bursts), q)).toBe(9);
  });
});
