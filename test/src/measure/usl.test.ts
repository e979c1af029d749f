/**
 * The fit of the universal scalability law: planted parameters come back, bounds hold, and the
 * intervals cover the truth as often as they say.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import {
  fitUsl,
  fitUslOverProcesses,
  type UslParameters,
  uslRate,
} from "../../../src/measure/usl.js";
import { normal } from "./simulation.js";

const CPUS = [1, 2, 3, 4, 6, 8];

function curve(truth: UslParameters, cpus: readonly number[] = CPUS) {
  return cpus.map((n) => ({ cpus: n, rate: uslRate(truth, n) }));
}

describe("fitUsl", () => {
  it("gives back what was planted, without noise", () => {
    const share = (max: number) =>
      fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max, noNaN: true }));
    const lambdas = fc.double({ min: 0.01, max: 1_000, noNaN: true });
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 4, maxLength: 9 });
    fc.assert(
      fc.property(lambdas, share(0.9), share(0.3), numbers, (lambda, sigma, kappa, cpus) => {
        const points = curve({ lambda, sigma, kappa }, cpus);
        const found = fitUsl(points);
        // Without one CPU among the points λ, σ and κ may trade for each other; the curve may not.
        for (const { cpus: n, rate } of points) {
          expect(Math.abs(uslRate(found, n) / rate - 1)).toBeLessThan(1e-9);
        }
        const near = 1e-6 * Math.max(...cpus) ** 2;
        expect(Math.abs(found.sigma - sigma)).toBeLessThan(near);
        expect(Math.abs(found.kappa - kappa)).toBeLessThan(near);
        if (cpus.includes(1)) {
          expect(Math.abs(found.lambda / lambda - 1)).toBeLessThan(1e-9);
          expect(Math.abs(found.sigma - sigma)).toBeLessThan(1e-6);
          expect(Math.abs(found.kappa - kappa)).toBeLessThan(1e-6);
        }
      }),
      { seed: 1 },
    );
  });

  it("keeps within its bounds whatever the rates", () => {
    const rates = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 4 });
    fc.assert(
      fc.property(rates, (list) => {
        const found = fitUsl(list.map((rate, i) => ({ cpus: i + 1, rate })));
        expect(found.lambda).toBeGreaterThan(0);
        expect(found.sigma).toBeGreaterThanOrEqual(0);
        expect(found.kappa).toBeGreaterThanOrEqual(0);
      }),
      { seed: 2 },
    );
  });

  it("has a lower rate for more contention or coherence, at every number above 1", () => {
    const base = { lambda: 1, sigma: 0.1, kappa: 0.01 };
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.3, noNaN: true }), (more) => {
        for (const n of [2, 5, 50]) {
          expect(uslRate({ ...base, sigma: 0.1 + more }, n)).toBeLessThan(uslRate(base, n));
          expect(uslRate({ ...base, kappa: 0.01 + more }, n)).toBeLessThan(uslRate(base, n));
        }
      }),
      { seed: 3 },
    );
  });

  it("recovers more contention and more coherence in order", () => {
    const sigmas = [0, 0.02, 0.1, 0.4].map((sigma) => {
      return fitUsl(curve({ lambda: 3, sigma, kappa: 0.01 })).sigma;
    });
    expect(sigmas).toEqual(sigmas.toSorted((a, b) => a - b));
    expect(sigmas[3]).toBeCloseTo(0.4, 9);
  });

  it("calls faster than linear linear, not negative contention", () => {
    const found = fitUsl([1, 2, 3, 4].map((n) => ({ cpus: n, rate: n ** 1.2 })));
    expect(found.sigma).toBe(0);
    expect(found.kappa).toBe(0);
  });

  it("is the least of all: no neighbour of the fit is nearer to noisy rates", () => {
    const random = createRandom(11);
    for (let trial = 0; trial < 50; trial++) {
      const truth = { lambda: 5, sigma: 0.05 * random.unit(), kappa: 0.01 * random.unit() };
      const points = curve(truth).map((point) => ({
        ...point,
        rate: point.rate * Math.exp(0.05 * normal(random)),
      }));
      // The same measure as the fit's, from the law itself.
      const error = (one: UslParameters) =>
        points.reduce((sum, { cpus, rate }) => sum + (rate / uslRate(one, cpus) - 1) ** 2, 0);
      const found = fitUsl(points);
      for (const name of ["lambda", "sigma", "kappa"] as const) {
        for (const step of [-1e-3, 1e-3]) {
          const other = { ...found, [name]: Math.max(0, found[name] + step) };
          expect(error(other)).toBeGreaterThanOrEqual(error(found) - 1e-12);
        }
      }
    }
  });

  it("refuses three numbers of CPUs, and rates of nothing", () => {
    const three = [1, 2, 2, 4].map((cpus) => ({ cpus, rate: cpus }));
    expect(() => fitUsl(three)).toThrow("3 numbers of CPUs; allowed: 4 or more");
    const still = [1, 2, 3, 4].map((cpus) => ({ cpus, rate: cpus - 1 }));
    expect(() => fitUsl(still)).toThrow("a rate of 0; allowed: more than 0");
  });
});

describe("fitUslOverProcesses", () => {
  it("covers planted parameters with its 95 % intervals", () => {
    const truth = { lambda: 5, sigma: 0.08, kappa: 0.01 };
    const random = createRandom(4);
    const trials = 400;
    const hits = { lambda: 0, sigma: 0, kappa: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const processes = Array.from({ length: 8 }, () => {
        const level = 0.05 * normal(random);
        return curve(truth).map(({ cpus, rate }) => ({
          cpus,
          rate: rate * Math.exp(level + 0.01 * normal(random)),
        }));
      });
      const fit = fitUslOverProcesses(processes);
      for (const name of ["lambda", "sigma", "kappa"] as const) {
        const { low, high } = fit[name];
        if ((low ?? 1e9) <= truth[name] && truth[name] <= (high ?? -1e9)) hits[name]++;
      }
    }
    for (const name of ["lambda", "sigma", "kappa"] as const) {
      // 95 % of 400 with four standard errors; intervals that cover always would be too wide.
      expect(hits[name] / trials).toBeGreaterThan(0.905);
      expect(hits[name] / trials).toBeLessThan(0.995);
    }
  });

  it("keeps σ = κ = 0 inside its intervals where scaling is linear", () => {
    const random = createRandom(9);
    const linear = { lambda: 5, sigma: 0, kappa: 0 };
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const processes = Array.from({ length: 8 }, () =>
        curve(linear).map(({ cpus, rate }) => ({
          cpus,
          rate: rate * Math.exp(0.01 * normal(random)),
        })),
      );
      const { sigma, kappa } = fitUslOverProcesses(processes);
      if (sigma.low === 0 && kappa.low === 0) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.9);
  });

  it("has no interval within one process", () => {
    const fit = fitUslOverProcesses([curve({ lambda: 2, sigma: 0.1, kappa: 0.02 })]);
    expect(fit.sigma.low).toBeNull();
    expect(fit.worstShare).toBeLessThan(1e-9);
    expect(fit.peakCpus).toBeCloseTo(Math.sqrt(0.9 / 0.02), 6);
  });

  it("has no peak without coherence, and one at 1 CPU where every further one costs", () => {
    const flat = fitUslOverProcesses([curve({ lambda: 2, sigma: 0.1, kappa: 0 })]);
    // What rounding leaves of κ puts the peak far beyond any machine.
    expect(flat.peakCpus ?? Number.POSITIVE_INFINITY).toBeGreaterThan(1_000);
    const falling = fitUslOverProcesses([curve({ lambda: 2, sigma: 0.5, kappa: 2 })]);
    expect(falling.peakCpus).toBe(1);
  });
});
