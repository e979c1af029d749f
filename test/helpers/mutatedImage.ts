/**
 * The debug image of a design with one place of its sources changed: for tests that show that a
 * defect is seen. Compiled anew each time.
 */
import { compileImage } from "../../src/image/compile.js";
import { parseDesign } from "../../src/image/designs.js";
import { type Image, sha256 } from "../../src/image/imageStore.js";

/** A change of one source: `from` stands there exactly once. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Compiles the design with that change. @throws {RangeError} where there is nothing to change */
export async function mutatedImage(name: string, mutation: Mutation): Promise<Image> {
  const { row, defines } = parseDesign(name);
  let isChanged = false;
  const change = (file: string, text: string): string => {
    if (file !== mutation.file) return text;
    isChanged = text.split(mutation.from).length === 2;
    return text.replace(mutation.from, mutation.to);
  };
  const bytes = await compileImage({ flavour: "debug", defines, change });
  if (!isChanged) throw new RangeError(`«${mutation.from}» is not once in ${mutation.file}`);
  const label = `${name} (mutated)`;
  return { name: label, row, flavour: "debug", bytes, sha256: sha256(bytes), compiledNow: true };
}
