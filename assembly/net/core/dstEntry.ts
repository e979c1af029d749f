/**
 * dst_entry: where packets of a route go next, and who may still point at it.
 *
 * Layout of the 64-bit kernel 3.10 (spec era B). A pointer slot is 8 bytes and holds a 32-bit
 * offset.
 *
 *        0              8              16             24
 *   0  │ rcu_head                    │ child        │ dev          │
 *  32  │ ops          │ _metrics     │ expires      │ path         │
 *  64  │ from         │ xfrm         │ input        │ output       │
 *  96  │ flags pc err obs hl tl classid │ pad (see rtUncachedCpu)  │
 * 128  │ refcnt  use  │ lastuse      │ next         │ protocol part …
 *
 * Line 2 (offset 128) is apart because every holder writes it: if the count shared a line with
 * input, output, ops or dev, each packet's read of those would miss. Asserted below.
 *
 * Kinds of field: `dev`, `input`, `output`, `obsolete` are published, and changed later by device
 * events, so they are read atomically; `__use` and `lastuse` are racy-ok; the rest is written
 * before the entry can be seen. Who frees: `dst.ts`.
 *
 * Invariant: refcnt == references in skbs and callers (+ 1 for each slot that points here where
 * slots are counted). Where they are not, 0 does not mean free.
 */
import { atomicLoad16s, atomicStore16, publish32, readOnce32 } from "../../arch/atomic";
import { LINE_BYTES } from "../../config";

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
/** No table or slot points here, so the last release may destroy it. */
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

@unmanaged
export class DstEntry {
  private _rcuNext: u32;
  private _rcuNextHigh: u32;
  private _rcuFunc: u32;
  private _rcuFuncHigh: u32;
  child: u32;
  private _childHigh: u32;
  private _dev: u32;
  private _devHigh: u32;
  /** DST_OPS_*: which protocol's operations. Published. */
  ops: u32;
  private _opsHigh: u32;
  /** Offset of the metrics array, bit 0 = read-only. Published. */
  metrics: u32;
  private _metricsHigh: u32;
  /** Jiffies at which the entry ends, 0 = never. */
  expires: u32;
  private _expiresHigh: u32;
  path: u32;
  private _pathHigh: u32;
  from: u32;
  private _fromHigh: u32;
  xfrm: u32;
  private _xfrmHigh: u32;
  private _input: u32;
  private _inputHigh: u32;
  private _output: u32;
  private _outputHigh: u32;
  private _flags: u16;
  pendingConfirm: u16;
  /** Errno (positive) that `ip_error` reports; 0 is a silent drop. Written before it is seen. */
  error: i16;
  private _obsolete: i16;
  headerLen: u16;
  trailerLen: u16;
  tclassid: u32;
  /** In the padding of 3.10: the CPU whose uncached list the entry is on, as `rt_uncached_list`
   * of 4.1 and later remembers it. Written before the entry is put on the list. */
  uncachedCpu: u32;
  private _pad0: u32;
  private _pad1: u64;
  private _refcnt: i32;
  /** Statistics of use; racy-ok. */
  use: u32;
  /** Jiffies of the last use; racy-ok. */
  lastuse: u32;
  private _lastuseHigh: u32;
  /** Garbage-list link once DEAD; under the garbage lock. */
  next: u32;
  private _nextHigh: u32;

  /** Output device; one device reference is held. Moved to loopback by device events. */
  @inline get dev(): usize {
    return readOnce32(changetype<usize>(this) + offsetof<DstEntry>("_dev"));
  }
  @inline set dev(v: usize) {
    publish32(changetype<usize>(this) + offsetof<DstEntry>("_dev"), <u32>v);
  }
  /** Device while nobody else can see the entry: a plain store. */
  @inline set devInit(v: usize) {
    this._dev = <u32>v;
  }
  @inline get input(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<DstEntry>("_input"));
  }
  @inline set input(v: u32) {
    publish32(changetype<usize>(this) + offsetof<DstEntry>("_input"), v);
  }
  @inline set inputInit(v: u32) {
    this._input = v;
  }
  @inline get output(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<DstEntry>("_output"));
  }
  @inline set output(v: u32) {
    publish32(changetype<usize>(this) + offsetof<DstEntry>("_output"), v);
  }
  @inline set outputInit(v: u32) {
    this._output = v;
  }
  /** DST_* flags; NOCACHE may be added by the creator before others can see the entry. */
  @inline get flags(): u32 {
    return <u32>this._flags;
  }
  @inline set flags(v: u32) {
    this._flags = <u16>v;
  }
  /** DST_OBSOLETE_*. Every cached use reads it; owners and device events write it. */
  @inline get obsolete(): i32 {
    return atomicLoad16s(changetype<usize>(this) + offsetof<DstEntry>("_obsolete"));
  }
  @inline set obsolete(v: i32) {
    atomicStore16(changetype<usize>(this) + offsetof<DstEntry>("_obsolete"), v);
  }
  @inline set obsoleteInit(v: i32) {
    this._obsolete = <i16>v;
  }
  /** Address of the reference count, for `lib/refcount.ts`. */
  @inline get refcntAt(): usize {
    return changetype<usize>(this) + offsetof<DstEntry>("_refcnt");
  }
  /** Address of the rcu_head, for `callRcu`. */
  @inline get rcuHeadAt(): usize {
    return changetype<usize>(this);
  }
}

/** Bytes of a dst_entry; the protocol's part follows. */
export const DST_ENTRY_BYTES: usize = 152;
export const DST_REFCNT_OFFSET: usize = offsetof<DstEntry>("_refcnt");
export const DST_OBSOLETE_OFFSET: usize = offsetof<DstEntry>("_obsolete");
export const DST_DEV_OFFSET: usize = offsetof<DstEntry>("_dev");
export const DST_FLAGS_OFFSET: usize = offsetof<DstEntry>("_flags");
export const DST_NEXT_OFFSET: usize = offsetof<DstEntry>("next");

if (offsetof<DstEntry>() != DST_ENTRY_BYTES) ERROR("dst_entry of 3.10 has 152 bytes");
if (DST_REFCNT_OFFSET % LINE_BYTES != 0) ERROR("the count must begin a cache line");
if (offsetof<DstEntry>("_obsolete") != 102) ERROR("obsolete is at 102 in 3.10");
