/**
 * Images with planted defects (`BUSTED_…` in `assembly/config.ts`): real ones with one thing
 * broken, to show that what checks machines can fail. No design's name leads to one, they lie in a
 * folder of their own, and their name says what they are. One image has all defects; which of them
 * breaks is a word of each machine (`SB_BUSTED`), so who checks cannot tell from the image.
 */
import path from "node:path";
import { UsageError } from "../reference/usageError.js";
import { compileImage } from "./compile.js";
import type { Design } from "./designs.js";
import type { Flavour } from "./flavour.js";
import { findImage, type Image, type ImageStore } from "./imageStore.js";
import { packageRoot } from "./packageRoot.js";

/** Defects that only a race shows, by the numbers of `assembly/config.ts`, and what is broken. */
export const BUSTED_VARIANTS = {
  qsbr: { number: 10, broken: "a grace period waits for no CPU" },
  refcount: { number: 11, broken: "a reference count is changed without an atomic" },
  lock: { number: 12, broken: "who has waited long enough for a spinlock goes in" },
  "remote-free": { number: 13, broken: "an object freed for another CPU is lost in a race" },
  uncached: { number: 14, broken: "an entry that ends on another CPU stays on its uncached list" },
} as const;

export type BustedVariant = keyof typeof BUSTED_VARIANTS;

/** The value of `--busted`. @throws {UsageError} that names what is allowed */
export function parseBusted(text: string): BustedVariant {
  if (Object.hasOwn(BUSTED_VARIANTS, text)) return text as BustedVariant;
  throw new UsageError(`--busted ${text}; allowed: ${Object.keys(BUSTED_VARIANTS).join(", ")}`);
}

/** Where busted images lie. */
export const BUSTED_STORE: ImageStore = {
  folder: path.join(packageRoot, "build", "busted"),
  compile: compileImage,
};

/** The image of a design with all planted defects; in a machine none breaks until it is told to. */
export function findBustedImage(
  design: Design,
  flavour: Flavour,
  store: ImageStore = BUSTED_STORE,
): Promise<Image> {
  const name = `${design.name} (busted)`;
  const busted = { ...design, name, defines: { ...design.defines, DST_BUSTED: 1 } };
  return findImage(busted, flavour, store);
}
