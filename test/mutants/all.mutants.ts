/** Every mutant, for `npm run mutants`: a line each, killed or not. */
import { expect, it } from "vitest";
import { runMutant } from "./mutant.js";
import { MUTANTS } from "./mutants.js";

it.each(MUTANTS)("F4-$row $file: $from → $to", async (mutant) => {
  const { outcome, output } = await runMutant(mutant);
  console.log(`${outcome}: F4-${mutant.row} ${mutant.file}: ${mutant.from} -> ${mutant.to}`);
  expect(outcome, output).toBe("killed");
});
