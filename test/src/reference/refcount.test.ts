/**
 * The four reference counts of the model, each by the rule that tells it from the others.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  RCUREF_MAX_REFERENCES,
  type RefcountEngine,
  ReferenceRefcount,
} from "../../../src/reference/refcount.js";

const engines: RefcountEngine[] = ["plain", "inc-not-zero", "rcuref", "per-cpu"];

describe("ReferenceRefcount", () => {
  it.each(["inc-not-zero", "rcuref"] as const)("%s dies once, for good", (engine) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean()), (first, gets) => {
        const count = new ReferenceRefcount(engine, first);
        let balance = first;
        let lasts = 0;
        for (const isGet of gets) {
          if (isGet) {
            expect(count.get()).toBe(balance > 0);
            if (balance > 0) balance++;
          } else {
            const result = count.put();
            expect(result).toBe(balance === 0 ? "imbalanced" : balance === 1 ? "last" : "held");
            if (result === "last") lasts++;
            balance = Math.max(0, balance - 1);
          }
        }
        expect(lasts).toBe(balance === 0 ? 1 : 0);
        expect(count.state.kind).toBe(balance === 0 ? "dead" : "live");
      }),
    );
  });

  it("plain revives from zero and says last each time", () => {
    const count = new ReferenceRefcount("plain", 1);
    expect(count.put()).toBe("last");
    expect(count.get()).toBe(true);
    expect(count.put()).toBe("last");
    expect(count.put()).toBe("imbalanced");
    expect(count.state).toEqual({ kind: "live", references: 0 });
  });

  it("per-cpu never notices zero and may pass below it", () => {
    const count = new ReferenceRefcount("per-cpu", 0);
    expect([count.put(), count.put(), count.get()]).toEqual(["held", "held", true]);
    expect(count.state).toEqual({ kind: "live", references: -1 });
  });

  it("rcuref saturates past its greatest count and is never freed", () => {
    const count = new ReferenceRefcount("rcuref", RCUREF_MAX_REFERENCES);
    expect(count.state.kind).toBe("live");
    expect(count.get()).toBe(true);
    expect(count.state.kind).toBe("saturated");
    expect([count.put(), count.put(), count.get()]).toEqual(["held", "held", true]);
    expect(count.state.kind).toBe("saturated");
  });

  it("begins with at least one reference where zero is dead", () => {
    const refuses = engines.map((engine) => {
      try {
        return new ReferenceRefcount(engine, 0) === undefined;
      } catch {
        return true;
      }
    });
    expect(refuses).toEqual([false, true, true, false]);
  });
});
