/**
 * Compiles the images that a run will ask for and that nobody has compiled yet, as many at a time
 * as there are cores. A comparison of several designs that are not among the built images would
 * else wait for one after the other.
 */
import { type BuildTask, buildInPool } from "./buildImages.js";
import type { Design } from "./designs.js";
import type { Flavour } from "./flavour.js";
import { isBuilt } from "./imageStore.js";

/**
 * @returns a line for each image that was compiled
 * Failures are not raised: whoever asks for the image then fails in the same way, and says so.
 */
export async function compileAhead(
  designs: readonly Design[],
  flavours: readonly Flavour[],
): Promise<string[]> {
  const missing: BuildTask[] = [];
  for (const design of designs) {
    for (const flavour of flavours) {
      if (!(await isBuilt(design, flavour))) missing.push({ design: design.name, flavour });
    }
  }
  // One alone is compiled as fast where it is asked for.
  if (missing.length < 2) return [];
  try {
    await buildInPool(missing);
  } catch {
    return [];
  }
  return missing.map(({ design, flavour }) => compiledLine(design, flavour));
}

/** What is said of an image that had to be compiled. */
export function compiledLine(design: string, flavour: Flavour): string {
  return `compiled ${design} (${flavour}): not among the built images`;
}
