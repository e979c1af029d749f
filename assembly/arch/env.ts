/**
 * The clock of timed images: the only function an image may import (`env.nowNs`; asc names the
 * import's module after this file). Other flavours never call it, so their binary lacks it.
 */

/** Nanoseconds of a monotonic clock. */
export declare function nowNs(): f64;
