/**
 * Metrics of an entry: the MTU and what a transport has learned of a path, as words by RTAX_x.
 *
 *   208  twelve words in each entry, copied from the route when it is built; always writable
 *   160  a tagged pointer: shared with the route and read-only (bit 0), until somebody writes: then
 *        `ops->cow_metrics` finds an array to write to and the pointer is exchanged, once
 *   152  the same pointer, but IPv4 refuses to copy: nothing is ever written
 *
 * An entry without metrics points to `dst_default_metrics`, which are all 0: "not set".
 *
 * Kinds of field: the words of a shared array are racy-ok (the kernel's writers do not lock
 * either); the pointer is shared: readers load it atomically where it can change, and it changes by
 * cmpxchg from a read-only one to a writable one only.
 */
import {
  atomicCmpxchg32,
  copyBytes,
  plainLoad32,
  plainStore32,
  readOnce32,
} from "../../arch/atomic";
import { dstOpsCowMetrics } from "../../calls/dst";
import { DST_METRICS_COPIED, DstEntry } from "./dstEntry";
import { DST_METRICS_OFFSET } from "./dstOffsets";

/** Bit 0 of the pointer: the array is somebody else's. */
export const DST_METRICS_READ_ONLY: u32 = 1;
/** Metrics that there are, numbered from 1. */
export const RTAX_MAX: u32 = DST_METRICS_COPIED ? 12 : 14;
const METRICS_BYTES: usize = (<usize>RTAX_MAX) << 2;

/** Metric `metric` (RTAX_x, from 1); 0 = not set. Follows `dst_metric_raw`. */
export function dstMetric(at: usize, metric: u32): u32 {
  return plainLoad32(changetype<DstEntry>(at).metricsAt + ((<usize>metric - 1) << 2));
}

/** Whether a write would have to copy first. Follows `dst_metrics_read_only`. */
export function dstMetricsReadOnly(at: usize): bool {
  if (DST_METRICS_COPIED) return false;
  return (readOnce32(at + DST_METRICS_OFFSET) & DST_METRICS_READ_ONLY) != 0;
}

/**
 * Gives an entry that nobody has seen the metrics at `metrics`: a copy of them, or a pointer.
 * Follows `dst_init_metrics`; in 2.6.18 each builder copies.
 */
export function dstInitMetrics(at: usize, metrics: usize, readOnly: bool): void {
  if (DST_METRICS_COPIED) copyBytes(changetype<DstEntry>(at).metricsAt, metrics, METRICS_BYTES);
  else changetype<DstEntry>(at).metrics = <u32>metrics | (readOnly ? DST_METRICS_READ_ONLY : 0);
}

/** Address of metrics that may be written, 0 if there are none. Follows
 * `dst_metrics_write_ptr`. */
export function dstMetricsWritePtr(at: usize): usize {
  if (DST_METRICS_COPIED) return changetype<DstEntry>(at).metricsAt;
  const seen = readOnce32(at + DST_METRICS_OFFSET);
  if (seen & DST_METRICS_READ_ONLY) return dstOpsCowMetrics(changetype<DstEntry>(at).ops, at, seen);
  return seen;
}

/** Writes a metric; false if this entry's cannot be written. Follows `dst_metric_set`. */
export function dstMetricSet(at: usize, metric: u32, value: u32): bool {
  const metrics = dstMetricsWritePtr(at);
  if (!metrics) return false;
  plainStore32(metrics + ((<usize>metric - 1) << 2), value);
  return true;
}

/** Copies the metrics behind the tagged pointer `old` to `metrics`. */
export function dstMetricsCopy(metrics: usize, old: u32): void {
  copyBytes(metrics, <usize>(old & ~DST_METRICS_READ_ONLY), METRICS_BYTES);
}

/**
 * The pointer goes from `old` to the writable array `metrics`, by one cmpxchg. Returns `metrics`;
 * if another CPU was faster, its array, or 0 if that is read-only. Follows the exchange of
 * `dst_cow_metrics_generic`, whose loser frees its own array: here the caller does.
 */
export function dstMetricsExchange(at: usize, old: u32, metrics: usize): usize {
  if (DST_METRICS_COPIED) return 0;
  const seen = atomicCmpxchg32(at + DST_METRICS_OFFSET, old, <u32>metrics);
  if (seen == old) return metrics;
  return seen & DST_METRICS_READ_ONLY ? 0 : <usize>seen;
}
