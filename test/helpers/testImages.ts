/**
 * Images for tests of whole machines: those that `npm run build` made, and busted ones, which have
 * the planted defects of `assembly/config.ts` compiled in and are never in `build/` under a
 * design's name.
 */
import { type Design, parseDesign } from "../../src/image/designs.js";
import type { Flavour } from "../../src/image/flavour.js";
import { findImage, type Image, sha256 } from "../../src/image/imageStore.js";
import type { Machine } from "../../src/machine/machine.js";
import { cachedImage } from "./testMachine.js";

/** Planted defects, by the names and numbers of `assembly/config.ts`. */
export const BUSTED = {
  none: 0,
  forwardingOff: 1,
  lastRelease: 2,
  entries: 3,
  slab: 4,
  hold: 5,
  genid: 6,
  checksum: 7,
  devPut: 8,
  fibNumber: 9,
} as const;

export type BustedName = keyof typeof BUSTED;

/** The image of a design as it is built. */
export function builtImage(design: string, flavour: Flavour = "release"): Promise<Image> {
  return findImage(parseDesign(design), flavour);
}

/** The image of a design with all planted defects, none of which breaks yet. */
export async function bustedImage(name: string, flavour: Flavour = "release"): Promise<Image> {
  const design: Design = parseDesign(name);
  const defines = { ...design.defines, DST_BUSTED: 1 };
  const bytes = await cachedImage("assembly/index.ts", flavour, defines);
  const label = `${name} (busted)`;
  const made = { name: label, row: design.row, flavour, bytes, sha256: sha256(bytes) };
  return { ...made, compiledNow: false };
}

/** Makes one planted defect of a busted image break in this machine. */
export function bust(machine: Machine, which: BustedName): void {
  machine.setWord("SB_BUSTED", BUSTED[which]);
}
