/**
 * Flavours of an image: the same sources, built three ways by the targets of `asconfig.json`.
 */

/**
 * `release` for throughput, `timed` with a clock read once a burst, `debug` with checks and costs.
 */
export type Flavour = "release" | "timed" | "debug";

/** All flavours, in the order in which they are built. */
export const FLAVOURS: readonly Flavour[] = ["release", "timed", "debug"];
