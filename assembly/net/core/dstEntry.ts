/**
 * dst_entry: where packets of a route go next, and who may still point at it.
 *
 * The contract of its layout; with `dstOffsets.ts` and `net/ipv4/rtable.ts` (its tail) the only
 * reader of DST_LAYOUT: three layouts of 64-bit kernels, drawn in `dstLayout208.ts` (2.6.18),
 * `dstLayout160.ts` (2.6.39) and `dstLayout152.ts` (3.10). A pointer slot is 8 bytes and holds a
 * 32-bit offset. A field that a layout lacks does not compile there.
 *
 * What else came with a layout is said here as constants: whether metrics are copied, neighbours
 * bound, the entry zeroed, who sets the first reference, when the dead hear of a device's end.
 *
 * Kinds of field: `dev`, `input`, `output`, `obsolete` are published, and changed later by device
 * events, so they are read atomically; `use` and `lastuse` are racy-ok; the rest is written before
 * the entry can be seen. Who frees: `dst.ts`.
 *
 * Invariant: refcnt == references in skbs and callers (+ 1 for each slot that points here where
 * slots are counted). Where they are not, and in a route cache's chains, 0 does not mean free.
 */
import { atomicLoad16s, atomicStore16, publish32, readOnce32 } from "../../arch/atomic";
import { DST_LAYOUT, DST_LAYOUT_152, DST_LAYOUT_160, DST_LAYOUT_208 } from "../../config";
import { DstEntry152 } from "./dstLayout152";
import { DstEntry160 } from "./dstLayout160";
import { DstEntry208 } from "./dstLayout208";
import {
  DST_DEV_OFFSET,
  DST_INPUT_OFFSET,
  DST_METRICS_OFFSET,
  DST_NEXT_OFFSET,
  DST_OBSOLETE_OFFSET,
  DST_OUTPUT_OFFSET,
  DST_RCU_HEAD_OFFSET,
  DST_REFCNT_OFFSET,
} from "./dstOffsets";

/** Client must validate with `ops.check` before each use; alive. */
export const DST_OBSOLETE_FORCE_CHK: i32 = -1;
/** Stop using, resolve again. */
export const DST_OBSOLETE_KILL: i32 = -2;
export const DST_OBSOLETE_NONE: i32 = 0;
/** Removed from its owner. */
export const DST_OBSOLETE_DEAD: i32 = 2;

export const DST_HOST: u32 = 0x0001;
export const DST_NOXFRM: u32 = 0x0002;
export const DST_NOPOLICY: u32 = 0x0004;
export const DST_NOHASH: u32 = 0x0008;
/**
 * No table or slot points here, so the last release may destroy it (2.6.37 on). In 2.6.18 the bit
 * is BALANCED, of a multipath cache that is not here: its hash sets it in no entry.
 */
export const DST_NOCACHE: u32 = 0x0010;
export const DST_NOCOUNT: u32 = 0x0020;

/** What `dst.input` and `dst.output` point to: ids for the switch in `calls/dst.ts`. */
export const DST_CALL_NONE: u32 = 0;
export const DST_CALL_DISCARD: u32 = 1;
export const DST_CALL_IP_LOCAL_DELIVER: u32 = 2;
export const DST_CALL_IP_FORWARD: u32 = 3;
export const DST_CALL_IP_ERROR: u32 = 4;
export const DST_CALL_IP_OUTPUT: u32 = 5;
export const DST_CALL_IP_RT_BUG: u32 = 6;

/** The entry has pointers to its neighbour and hardware header (to 3.5). */
export const DST_HAS_NEIGHBOUR: bool = DST_LAYOUT != DST_LAYOUT_152;
/** Each entry has a private copy of its route's metrics (2.6.18). */
export const DST_METRICS_COPIED: bool = DST_LAYOUT == DST_LAYOUT_208;
/** Metrics are shared and copied when one is written (2.6.39). */
export const DST_METRICS_COW: bool = DST_LAYOUT == DST_LAYOUT_160;
/** Memory is zeroed by the allocator; else each field is assigned, and the tail is not. */
export const DST_ZEROED: bool = DST_LAYOUT != DST_LAYOUT_152;
/** New entries are FORCE_CHK: clients ask `ops.check` before each use (2.6.39 on). */
export const DST_OBSOLETE_INITIAL: i32 =
  DST_LAYOUT == DST_LAYOUT_208 ? DST_OBSOLETE_NONE : DST_OBSOLETE_FORCE_CHK;
/** `dst_alloc` leaves the count at 0, and who builds the entry sets it to 1 (2.6.18). */
export const DST_REF_BY_BUILDER: bool = DST_LAYOUT == DST_LAYOUT_208;
/** `obsolete` above which an entry is dead already for `dst_free`. */
export const DST_OBSOLETE_ALIVE_MAX: i32 = DST_LAYOUT == DST_LAYOUT_152 ? 0 : 1;
/** The dead hear of an unregistered device after the barrier (3.7 on), not before it. */
export const DST_EVENT_FINAL: bool = DST_LAYOUT == DST_LAYOUT_152;
/** The dead hear of a device's end before the FIB drops its routes (2.6.18), not after. */
export const DST_EVENT_FIRST: bool = DST_LAYOUT == DST_LAYOUT_208;
/** There is an uncached list, and links for it in each rtable (3.6 on). */
export const DST_HAS_UNCACHED: bool = DST_LAYOUT == DST_LAYOUT_152;

@unmanaged
export class DstEntry {
  @inline get child(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).child;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).child;
    return changetype<DstEntry152>(changetype<usize>(this)).child;
  }
  @inline set child(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).child = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).child = v;
    else changetype<DstEntry152>(changetype<usize>(this)).child = v;
  }
  /** DST_OPS_*: which protocol's operations. Published. */
  @inline get ops(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).ops;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).ops;
    return changetype<DstEntry152>(changetype<usize>(this)).ops;
  }
  @inline set ops(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).ops = v;
    else if (DST_LAYOUT == DST_LAYOUT_160) changetype<DstEntry160>(changetype<usize>(this)).ops = v;
    else changetype<DstEntry152>(changetype<usize>(this)).ops = v;
  }
  /** Offset of the metrics array, bit 0 = read-only. Published; see `metricsAt`. */
  @inline get metrics(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).metrics;
    if (DST_LAYOUT == DST_LAYOUT_208) ERROR("metrics: no such field in this layout");
    return changetype<DstEntry152>(changetype<usize>(this)).metrics;
  }
  @inline set metrics(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) ERROR("metrics: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_160) changetype<DstEntry160>(changetype<usize>(this)).metrics = v;
    else changetype<DstEntry152>(changetype<usize>(this)).metrics = v;
  }
  /** Jiffies at which the entry ends, 0 = never. */
  @inline get expires(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).expires;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).expires;
    return changetype<DstEntry152>(changetype<usize>(this)).expires;
  }
  @inline set expires(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).expires = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).expires = v;
    else changetype<DstEntry152>(changetype<usize>(this)).expires = v;
  }
  @inline get path(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).path;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).path;
    return changetype<DstEntry152>(changetype<usize>(this)).path;
  }
  @inline set path(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).path = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).path = v;
    else changetype<DstEntry152>(changetype<usize>(this)).path = v;
  }
  @inline get from(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("from: no such field in this layout");
    return changetype<DstEntry152>(changetype<usize>(this)).from;
  }
  @inline set from(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("from: no such field in this layout");
    changetype<DstEntry152>(changetype<usize>(this)).from = v;
  }
  @inline get xfrm(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).xfrm;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).xfrm;
    return changetype<DstEntry152>(changetype<usize>(this)).xfrm;
  }
  @inline set xfrm(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).xfrm = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).xfrm = v;
    else changetype<DstEntry152>(changetype<usize>(this)).xfrm = v;
  }
  /** Neighbour that the entry is bound to; one reference. Published. */
  @inline get neighbour(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).neighbour;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("neighbour: no such field in this layout");
    return changetype<DstEntry160>(changetype<usize>(this)).neighbour;
  }
  @inline set neighbour(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("neighbour: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208)
      changetype<DstEntry208>(changetype<usize>(this)).neighbour = v;
    else changetype<DstEntry160>(changetype<usize>(this)).neighbour = v;
  }
  /** Hardware header cache; one reference. */
  @inline get hh(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).hh;
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("hh: no such field in this layout");
    return changetype<DstEntry160>(changetype<usize>(this)).hh;
  }
  @inline set hh(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_152) ERROR("hh: no such field in this layout");
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).hh = v;
    else changetype<DstEntry160>(changetype<usize>(this)).hh = v;
  }
  /** Token bucket of `ip_error`, per entry. */
  @inline get rateLast(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("rateLast: no such field in this layout");
    return changetype<DstEntry208>(changetype<usize>(this)).rateLast;
  }
  @inline set rateLast(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("rateLast: no such field in this layout");
    changetype<DstEntry208>(changetype<usize>(this)).rateLast = v;
  }
  @inline get rateTokens(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("rateTokens: no such field in this layout");
    return changetype<DstEntry208>(changetype<usize>(this)).rateTokens;
  }
  @inline set rateTokens(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_208) ERROR("rateTokens: no such field in this layout");
    changetype<DstEntry208>(changetype<usize>(this)).rateTokens = v;
  }
  @inline get pendingConfirm(): u16 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("pendingConfirm: no such field in this layout");
    return changetype<DstEntry152>(changetype<usize>(this)).pendingConfirm;
  }
  @inline set pendingConfirm(v: u16) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("pendingConfirm: no such field in this layout");
    changetype<DstEntry152>(changetype<usize>(this)).pendingConfirm = v;
  }
  /** Errno (positive) that `ip_error` reports; 0 is a silent drop. Written before it is seen. */
  @inline get error(): i16 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).error;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).error;
    return changetype<DstEntry152>(changetype<usize>(this)).error;
  }
  @inline set error(v: i16) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).error = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).error = v;
    else changetype<DstEntry152>(changetype<usize>(this)).error = v;
  }
  @inline get headerLen(): u16 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).headerLen;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).headerLen;
    return changetype<DstEntry152>(changetype<usize>(this)).headerLen;
  }
  @inline set headerLen(v: u16) {
    if (DST_LAYOUT == DST_LAYOUT_208)
      changetype<DstEntry208>(changetype<usize>(this)).headerLen = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).headerLen = v;
    else changetype<DstEntry152>(changetype<usize>(this)).headerLen = v;
  }
  @inline get trailerLen(): u16 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).trailerLen;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).trailerLen;
    return changetype<DstEntry152>(changetype<usize>(this)).trailerLen;
  }
  @inline set trailerLen(v: u16) {
    if (DST_LAYOUT == DST_LAYOUT_208)
      changetype<DstEntry208>(changetype<usize>(this)).trailerLen = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).trailerLen = v;
    else changetype<DstEntry152>(changetype<usize>(this)).trailerLen = v;
  }
  @inline get tclassid(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).tclassid;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).tclassid;
    return changetype<DstEntry152>(changetype<usize>(this)).tclassid;
  }
  @inline set tclassid(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).tclassid = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).tclassid = v;
    else changetype<DstEntry152>(changetype<usize>(this)).tclassid = v;
  }
  /** CPU whose uncached list the entry is on. Written before it is put there. */
  @inline get uncachedCpu(): u32 {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("uncachedCpu: no such field in this layout");
    return changetype<DstEntry152>(changetype<usize>(this)).uncachedCpu;
  }
  @inline set uncachedCpu(v: u32) {
    if (DST_LAYOUT != DST_LAYOUT_152) ERROR("uncachedCpu: no such field in this layout");
    changetype<DstEntry152>(changetype<usize>(this)).uncachedCpu = v;
  }
  /** Statistics of use; racy-ok. */
  @inline get use(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).use;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).use;
    return changetype<DstEntry152>(changetype<usize>(this)).use;
  }
  @inline set use(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).use = v;
    else if (DST_LAYOUT == DST_LAYOUT_160) changetype<DstEntry160>(changetype<usize>(this)).use = v;
    else changetype<DstEntry152>(changetype<usize>(this)).use = v;
  }
  /** Jiffies of the last use; racy-ok. */
  @inline get lastuse(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return changetype<DstEntry208>(changetype<usize>(this)).lastuse;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return changetype<DstEntry160>(changetype<usize>(this)).lastuse;
    return changetype<DstEntry152>(changetype<usize>(this)).lastuse;
  }
  @inline set lastuse(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).lastuse = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).lastuse = v;
    else changetype<DstEntry152>(changetype<usize>(this)).lastuse = v;
  }
  /** DST_* flags; NOCACHE may be added by the creator before others can see the entry. */
  @inline get flags(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208)
      return <u32>changetype<DstEntry208>(changetype<usize>(this)).flags;
    if (DST_LAYOUT == DST_LAYOUT_160)
      return <u32>changetype<DstEntry160>(changetype<usize>(this)).flags;
    return <u32>changetype<DstEntry152>(changetype<usize>(this)).flags;
  }
  @inline set flags(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208)
      changetype<DstEntry208>(changetype<usize>(this)).flags = <u32>v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).flags = <u32>v;
    else changetype<DstEntry152>(changetype<usize>(this)).flags = <u16>v;
  }
  /** Garbage-list link once DEAD, under its lock; while cached the chain pointer (`nextAt`). */
  @inline get next(): u32 {
    if (DST_LAYOUT == DST_LAYOUT_208) return changetype<DstEntry208>(changetype<usize>(this)).next;
    if (DST_LAYOUT == DST_LAYOUT_160) return changetype<DstEntry160>(changetype<usize>(this)).next;
    return changetype<DstEntry152>(changetype<usize>(this)).next;
  }
  @inline set next(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).next = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).next = v;
    else changetype<DstEntry152>(changetype<usize>(this)).next = v;
  }

  /** Output device; one device reference is held. Moved to another by device events. */
  @inline get dev(): usize {
    return readOnce32(changetype<usize>(this) + DST_DEV_OFFSET);
  }
  @inline set dev(v: usize) {
    publish32(changetype<usize>(this) + DST_DEV_OFFSET, <u32>v);
  }
  /** Device while nobody else can see the entry: a plain store. */
  @inline set devInit(v: usize) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).dev = <u32>v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).dev = <u32>v;
    else changetype<DstEntry152>(changetype<usize>(this)).dev = <u32>v;
  }
  @inline get input(): u32 {
    return readOnce32(changetype<usize>(this) + DST_INPUT_OFFSET);
  }
  @inline set input(v: u32) {
    publish32(changetype<usize>(this) + DST_INPUT_OFFSET, v);
  }
  @inline set inputInit(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).input = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).input = v;
    else changetype<DstEntry152>(changetype<usize>(this)).input = v;
  }
  @inline get output(): u32 {
    return readOnce32(changetype<usize>(this) + DST_OUTPUT_OFFSET);
  }
  @inline set output(v: u32) {
    publish32(changetype<usize>(this) + DST_OUTPUT_OFFSET, v);
  }
  @inline set outputInit(v: u32) {
    if (DST_LAYOUT == DST_LAYOUT_208) changetype<DstEntry208>(changetype<usize>(this)).output = v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).output = v;
    else changetype<DstEntry152>(changetype<usize>(this)).output = v;
  }
  /** DST_OBSOLETE_*. Every cached use reads it; owners and device events write it. */
  @inline get obsolete(): i32 {
    return atomicLoad16s(changetype<usize>(this) + DST_OBSOLETE_OFFSET);
  }
  @inline set obsolete(v: i32) {
    atomicStore16(changetype<usize>(this) + DST_OBSOLETE_OFFSET, v);
  }
  @inline set obsoleteInit(v: i32) {
    if (DST_LAYOUT == DST_LAYOUT_208)
      changetype<DstEntry208>(changetype<usize>(this)).obsolete = <i16>v;
    else if (DST_LAYOUT == DST_LAYOUT_160)
      changetype<DstEntry160>(changetype<usize>(this)).obsolete = <i16>v;
    else changetype<DstEntry152>(changetype<usize>(this)).obsolete = <i16>v;
  }
  /** Address of the metric words (RTAX_x at index x − 1), 0 if there are none. */
  @inline get metricsAt(): usize {
    if (DST_METRICS_COPIED) return changetype<usize>(this) + DST_METRICS_OFFSET;
    if (DST_METRICS_COW) return readOnce32(changetype<usize>(this) + DST_METRICS_OFFSET) & ~1;
    return this.metrics & ~1;
  }
  /** Address of the chain pointer of the route cache, a published word. */
  @inline get nextAt(): usize {
    return changetype<usize>(this) + DST_NEXT_OFFSET;
  }
  /** Address of the reference count, for `lib/refcount.ts`. */
  @inline get refcntAt(): usize {
    return changetype<usize>(this) + DST_REFCNT_OFFSET;
  }
  /** Address of the rcu_head, for `callRcu`. */
  @inline get rcuHeadAt(): usize {
    return changetype<usize>(this) + DST_RCU_HEAD_OFFSET;
  }
}
