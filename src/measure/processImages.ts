/**
 * The images as one process runs them: each with its functions in an order that the process draws,
 * and the placebo, which is the first design in one more order.
 */
import { functionCount, reorderFunctions } from "../image/functionOrder.js";
import { type Image, sha256 } from "../image/imageStore.js";
import { shuffled } from "./statisticsBlocks.js";
import type { RandomSource } from "./statisticsRandom.js";

/** Name of the placebo's machine in messages. */
export const PLACEBO_NAME = "placebo";

/** The image with its functions in random order; name and flavour stay. */
export function withRandomOrder(image: Image, random: RandomSource): Image {
  const functions = Array.from({ length: functionCount(image.bytes) }, (_, i) => i);
  const bytes = reorderFunctions(image.bytes, shuffled(functions, random));
  return { ...image, bytes, sha256: sha256(bytes) };
}

/** The first design's image once more, in an order that gives other bytes than `taken` has. */
export function placeboOf(image: Image, taken: Image, random: RandomSource): Image {
  for (;;) {
    const placebo = withRandomOrder(image, random);
    if (placebo.sha256 !== taken.sha256) return { ...placebo, name: PLACEBO_NAME };
  }
}
