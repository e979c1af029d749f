/**
 * A log-linear histogram in shared memory: 128 buckets for each power of two, so that a bucket is
 * less than 1/128 of its values wide; values below 256 have a bucket each.
 *
 *   value   0 … 255         bucket = value
 *   value   2^k … 2^(k+1)   128 buckets of 2^(k-7):   (k - 7) · 128 + (value >> (k - 7))
 *   count of bucket i       u32 at + 4·i
 *
 * Follows the layout of HdrHistogram (a range of magnitudes, equal steps within each); the counts
 * are not merged here but by who reads them. Owner only while it grows; the host reads it at rest.
 */
import { plainLoad32, plainStore32 } from "../arch/atomic";

/** Buckets of a power of two, as a power of two. */
export const HISTOGRAM_SUB_BITS: u32 = 7;
/** Values from 2^40 on (18 minutes in nanoseconds) are in the last bucket. */
export const HISTOGRAM_VALUE_BITS: u32 = 40;
export const HISTOGRAM_BUCKETS: u32 = (HISTOGRAM_VALUE_BITS - HISTOGRAM_SUB_BITS + 1) << 7;
export const HISTOGRAM_BYTES: usize = 4 * <usize>HISTOGRAM_BUCKETS;

if (HISTOGRAM_SUB_BITS != 7) ERROR("the number of buckets assumes 128 for each power of two");

/** The bucket of a value. */
export function histogramBucket(value: u64): u32 {
  if (value >> HISTOGRAM_VALUE_BITS) return HISTOGRAM_BUCKETS - 1;
  const top: u32 = 63 - <u32>clz<u64>(value | 1);
  const shift = top > HISTOGRAM_SUB_BITS ? top - HISTOGRAM_SUB_BITS : 0;
  return (shift << HISTOGRAM_SUB_BITS) + <u32>(value >> shift);
}

/** Counts a value in the histogram at `at`. */
export function histogramAdd(at: usize, value: u64): void {
  const countAt = at + ((<usize>histogramBucket(value)) << 2);
  plainStore32(countAt, plainLoad32(countAt) + 1);
}
