/**
 * Which exports are held against golden figures. Counts are cheap to keep, listings are read by
 * people: the second list stays a handful of leaf functions (no calls) of hot paths.
 */

/** Exports whose opcodes are counted, by name; all of them. */
export const COUNTED_EXPORTS = /^/;

/** The image whose leaf functions are listed. */
export const LEAF_IMAGE = "linux-3.10.release.wasm";

/** Exported leaf functions whose listing is golden, in the order in which they are listed. */
export const LEAF_EXPORTS: readonly string[] = [
  "attach",
  "jiffies",
  "rtGenid",
  "rcuCpuOnline",
  "dstHold",
  "devHold",
];
