/** The histogram against its definition in arithmetic of its own. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bucketBounds, bucketOf } from "../../../src/machine/burstLatency.js";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const BUCKETS = 4_352;
const AT = 0x20000;

describe("the log-linear histogram", () => {
  let machine: TestMachine;
  const bucket = (value: bigint): number => {
    const find = machine.cpu(0).histogramBucket as unknown as (value: bigint) => number;
    return find(value) >>> 0;
  };

  beforeAll(async () => {
    machine = await testMachine("test/assembly/lib/lib.as.ts");
  });

  it("puts every value into the bucket whose bounds hold it, none wider than 1/128 of it", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 40n - 1n), fc.nat(39), (drawn, bits) => {
        const value = drawn >> BigInt(bits);
        const found = bucket(value);
        expect(found).toBe(bucketOf(Number(value)));
        expect(found).toBeLessThan(BUCKETS);
        const { leastNs, mostNs } = bucketBounds(found);
        expect(leastNs).toBeLessThanOrEqual(Number(value));
        expect(mostNs).toBeGreaterThanOrEqual(Number(value));
        expect(mostNs - leastNs).toBeLessThanOrEqual(Number(value) / 128);
      }),
      { numRuns: 2_000 },
    );
  });

  it("has buckets that follow each other without gap, to the last", () => {
    for (let i = 1; i < BUCKETS; i++) {
      expect(bucketBounds(i).leastNs).toBe(bucketBounds(i - 1).mostNs + 1);
      expect(bucket(BigInt(bucketBounds(i).leastNs))).toBe(i);
    }
    expect(bucketBounds(BUCKETS - 1).mostNs).toBe(2 ** 40 - 1);
  });

  it("counts what is beyond in the last bucket", () => {
    for (const value of [2n ** 40n, 2n ** 52n, 2n ** 63n]) expect(bucket(value)).toBe(BUCKETS - 1);
  });

  it("adds one to one count", () => {
    const add = machine.cpu(0).histogramAdd as unknown as (at: number, value: bigint) => void;
    const counts = new Uint32Array(machine.memory.buffer, AT, BUCKETS);
    counts.fill(0);
    for (const value of [0n, 300n, 300n, 301n, 2n ** 50n]) add(AT, value);
    const filled = [...counts.entries()].filter(([, count]) => count > 0);
    expect(filled).toEqual([
      [0, 1],
      [bucketOf(300), 3],
      [BUCKETS - 1, 1],
    ]);
  });
});
