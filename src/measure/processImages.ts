/**
 * The images as one process runs them: each with its functions in orders that the process draws,
 * and the placebo, which is the first design in orders of its own. A machine has several layouts,
 * modules that do the same to the same bytes: where code lies decides some percent of a window's
 * time, and a process that drew once would have that luck in all its windows.
 */
import { functionCount, reorderFunctions } from "../image/functionOrder.js";
import { type Image, sha256 } from "../image/imageStore.js";
import { shuffled } from "./statisticsBlocks.js";
import type { RandomSource } from "./statisticsRandom.js";

/** Name of the placebo's machine in messages. */
export const PLACEBO_NAME = "placebo";

/** Modules that a process compiles of all designs together; each of them takes 50 to 80 ms. */
const MODULES = 12;
const LAYOUTS_MAX = 4;

/** Layouts of each machine in a process where so many arms take turns. */
export function layoutsOf(arms: number): number {
  return Math.max(1, Math.min(LAYOUTS_MAX, Math.floor(MODULES / arms)));
}

/** The image with its functions in random orders; its name stays, its hash is of the first one. */
export function withRandomOrder(image: Image, random: RandomSource, layouts = 1): Image {
  const functions = Array.from({ length: functionCount(image.bytes) }, (_, i) => i);
  const draw = (): Uint8Array => reorderFunctions(image.bytes, shuffled(functions, random));
  const bytes = draw();
  const otherOrders = Array.from({ length: layouts - 1 }, draw);
  return { ...image, bytes, sha256: sha256(bytes), otherOrders };
}

/** The first design's image once more, in an order that gives other bytes than `taken` has. */
export function placeboOf(image: Image, taken: Image, random: RandomSource): Image {
  const layouts = 1 + (taken.otherOrders?.length ?? 0);
  for (;;) {
    const placebo = withRandomOrder(image, random, layouts);
    if (placebo.sha256 !== taken.sha256) return { ...placebo, name: PLACEBO_NAME };
  }
}
