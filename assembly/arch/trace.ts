/**
 * The event trace of debug images: which functions a packet went through, which branch each took,
 * the dst it carried and that dst's count. Release and timed images have nothing of it.
 *
 *   REGION_TRACE ┌ 0 bytes of a ring │ 4 events of a ring, a power of two ┐      host writes both
 *          + 64  ├ ring of CPU 0 ────┬ ring of CPU 1 ─ … ─ control plane ───┤
 *   ring         │ 0 events ever     │ 64 …  TraceEvent, 32 bytes each      │      its CPU writes
 *                └───────────────────┴──────────────────────────────────────┘
 *
 * A base of 0 in the region table means off; then an event costs two plain loads and no cost
 * counter moves. The newest events of a ring are kept: lost == max(0, ever − capacity).
 *
 * An event names the function it happened in, so the call tree follows from events alone and
 * nothing is recorded when a function returns: `traceCall` says that the function `caller`, which
 * is running, calls `callee`; any later event of `caller` says that the callee is over. Names and
 * numbers are in `tracePoints.ts`. Owner only; the host reads while no window runs.
 */
import { plainLoad32, plainStore16, plainStore32 } from "./atomic";
import { smpProcessorId } from "./percpu";
import { regionBase } from "./regions";
import { G_CLOCK, REGION_TRACE, superBlockAt } from "./superblock";

/** One event. */
@unmanaged
export class TraceEvent {
  /** Function in which it happened; TRACE_CURRENT: the one of the event before. */
  where: u16;
  /** A branch, or TRACE_CALL and the function that is called. */
  what: u16;
  jiffies: u32;
  /** What the point says: a dst and its count, an address and its length, an error. */
  a: u32;
  b: u32;
  c: u32;
  private _pad: u32;
  private _pad1: u64;
}

export const TRACE_EVENT_BYTES: usize = 32;
if (offsetof<TraceEvent>() != TRACE_EVENT_BYTES) ERROR("TraceEvent has 32 bytes");
/** Bytes of the region's head, and of a ring's. */
export const TRACE_HEAD_BYTES: usize = 64;
/** Bit of `what`: a call, not a branch. */
export const TRACE_CALL: u32 = 0x8000;

/** True while events are recorded. Only ever asked in debug images. */
export function traceIsOn(): bool {
  return regionBase(REGION_TRACE) != 0;
}

/** Records that `what` happened in function `where`. */
export function traceEvent(where: u32, what: u32, a: u32, b: u32, c: u32): void {
  const region = regionBase(REGION_TRACE);
  if (!region) return;
  const ring = region + TRACE_HEAD_BYTES + <usize>smpProcessorId() * plainLoad32(region);
  const ever = plainLoad32(ring);
  const index = <usize>(ever & (plainLoad32(region + 4) - 1));
  const at = ring + TRACE_HEAD_BYTES + index * TRACE_EVENT_BYTES;
  plainStore16(at + offsetof<TraceEvent>("where"), where);
  plainStore16(at + offsetof<TraceEvent>("what"), what);
  // The clock, past the counted accessor: a trace must not change what a packet costs.
  plainStore32(at + offsetof<TraceEvent>("jiffies"), plainLoad32(superBlockAt() + G_CLOCK));
  plainStore32(at + offsetof<TraceEvent>("a"), a);
  plainStore32(at + offsetof<TraceEvent>("b"), b);
  plainStore32(at + offsetof<TraceEvent>("c"), c);
  plainStore32(ring, ever + 1);
}

/** Records that function `caller` calls `callee`, with two words about what for. */
export function traceCall(caller: u32, callee: u32, a: u32, b: u32): void {
  traceEvent(caller, TRACE_CALL | callee, a, b, 0);
}
