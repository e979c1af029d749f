/** Five mutants are killed, and the runner can tell when one is not. */
import { describe, expect, it } from "vitest";
import { outcomeOf, runMutant } from "./mutant.js";
import { MUTANTS, MUTANTS_IN_TESTS } from "./mutants.js";

describe("mutants", () => {
  it.each(MUTANTS.slice(0, MUTANTS_IN_TESTS))("F4-$row $file is noticed", async (mutant) => {
    const { outcome, output } = await runMutant(mutant);
    expect(outcome, output).toBe("killed");
  });

  it("survive where nothing was changed, and are invalid where they do not fit", async () => {
    const [first] = MUTANTS;
    if (first === undefined) throw new RangeError("no mutants");
    const harmless = { ...first, to: `${first.from} ` };
    expect((await runMutant(harmless)).outcome).toBe("survived");
    expect((await runMutant({ ...first, from: "no such line" })).outcome).toBe("invalid");
    expect((await runMutant({ ...first, to: "if (" })).outcome).toBe("invalid");
  });

  it("tells a failed assertion from a run without tests", () => {
    expect(outcomeOf(1, " Tests  1 failed | 3 passed (4)")).toBe("killed");
    expect(outcomeOf(0, " Tests  4 passed (4)")).toBe("survived");
    expect(outcomeOf(0, " Tests  4 skipped (4)")).toBe("invalid");
    expect(outcomeOf(1, "no test files found")).toBe("invalid");
    expect(outcomeOf(1, "ERROR TS1003: Identifier expected. Tests 1 failed")).toBe("invalid");
  });
});
