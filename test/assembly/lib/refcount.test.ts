/**
 * The contract of the reference count, against a number, for each engine that the knob can choose.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/lib/lib.as.ts";

describe.each([
  ["plain atomic", 0],
  ["inc-not-zero", 1],
  ["rcuref", 2],
])("refcount, %s", (_, engine) => {
  let m: TestMachine;
  let at: number;
  const on = (name: string): number => m.cpu(0)[name]?.(at) ?? Number.NaN;

  beforeAll(async () => {
    const defines = { DST_REFCOUNT: engine, DST_SLOT_REF: 1 };
    m = await testMachine(ENTRY, { defines });
    at = m.regions.boot.base;
  });

  it("agrees with a number while references exist, and refuses a safe hold at the end", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 60, size: "max" }), (steps) => {
        on("refcountInit");
        let count = 1;
        for (const step of steps) {
          if (count === 0) break;
          if (step === 0) {
            on("refcountHold");
            count++;
          } else if (step === 1) {
            expect(on("refcountHoldSafe")).toBe(1);
            count++;
          } else {
            count--;
            expect(on("refcountRelease")).toBe(count === 0 ? 1 : 0);
          }
          expect(on("refcountRead")).toBe(count);
        }
        while (count > 0) {
          count--;
          expect(on("refcountRelease")).toBe(count === 0 ? 1 : 0);
        }
        expect(on("refcountHoldSafe")).toBe(0);
        expect(on("refcountRead")).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("starts at none: only the plain count and rcuref can be held from there", () => {
    on("refcountInitZero");
    expect(on("refcountRead")).toBe(0);
    if (engine === 1) {
      expect(() => on("refcountHold")).toThrow(/unreachable/);
      expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(204);
    } else {
      on("refcountHold");
      expect(on("refcountRead")).toBe(1);
    }
  });

  it("traps on a release too many, and where it is a bug, on a hold of the dead", () => {
    on("refcountInit");
    on("refcountRelease");
    expect(() => on("refcountRelease")).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(204);
    on("refcountInit");
    on("refcountRelease");
    if (engine === 0) expect(() => on("refcountHold")).not.toThrow();
    else expect(() => on("refcountHold")).toThrow(/unreachable/);
  });
});
