/**
 * `fib_nh`: one way out, and the routes that were made for it. Two lines.
 *
 *   ╒═ line 0: read by every packet, written when a device goes down or up ═══════════════╕
 *   │ 0 dev 8 │ 8 parent 8 │ 16 flags │ 20 scope │ 24 weight │ 28 oif │ 32 gw │ 36 saddr   │
 *   │ 40 output slots 8 │ 48 … unused                                                      │
 *   ╞═ line 1: slots, written when a route is installed or dropped ═══════════════════════╡
 *   │ 0 nh_rth_input 8 │ 8 nh_rth_output (shared form) 8 │ 16 nh_exceptions 8 │ unused      │
 *   ╘══════════════════════════════════════════════════════════════════════════════════════╛
 *
 * The kernel has these fields on about 120 bytes without regard to lines; here the slots are kept
 * from the fields that every packet reads, so that what a slot costs is its own traffic
 * (estimated).
 *
 * The output slot of CPU c is a word in c's own stretch of memory, as `alloc_percpu` gives it:
 *   slot(nh, c) == nh.outputAt + c * outputStride,  outputStride a multiple of a line
 * so neighbours in a line are always slots of the same CPU, eight to a line: no line is shared by
 * CPUs, and 64 nexthops cost a CPU 8 lines and not 64.
 *
 * Owner of line 0: who holds RTNL; `flags` is published. Slots: shared (RCU to read, cmpxchg to
 * write).
 */
import { publish32, readOnce32 } from "../../arch/atomic";
import { LINE_BYTES } from "../../config";

@unmanaged
export class FibNh {
  /** Offset of the net_device; 0: none. */
  dev: u32;
  private _devHigh: u32;
  /** Address of the fib_info that this is part of. */
  parent: u32;
  private _parentHigh: u32;
  private _flags: u32;
  scope: u32;
  weight: u32;
  oif: u32;
  /** Network byte order as loaded. */
  gw: u32;
  saddr: u32;
  /** Address of CPU 0's output slot. */
  outputAt: u32;
  private _outputAtHigh: u32;
  private _line0: u64;
  private _line1: u64;
  private _rthInput: u32;
  private _rthInputHigh: u32;
  private _rthOutput: u32;
  private _rthOutputHigh: u32;
  private _exceptions: u32;
  private _exceptionsHigh: u32;
  private _slots0: u64;
  private _slots1: u64;
  private _slots2: u64;
  private _slots3: u64;
  private _slots4: u64;

  /** RTNH_F_*. */
  @inline get flags(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<FibNh>("_flags"));
  }
  @inline set flags(value: u32) {
    publish32(changetype<usize>(this) + offsetof<FibNh>("_flags"), value);
  }
  /** Address of the slot for routes to input: one for all CPUs. */
  @inline get rthInputAt(): usize {
    return changetype<usize>(this) + offsetof<FibNh>("_rthInput");
  }
  /** Address of the one output slot of OUTPUT_SLOT_SHARED. */
  @inline get rthOutputAt(): usize {
    return changetype<usize>(this) + offsetof<FibNh>("_rthOutput");
  }
  /** Address of the pointer to the table of exceptions. */
  @inline get exceptionsAt(): usize {
    return changetype<usize>(this) + offsetof<FibNh>("_exceptions");
  }
}

/** Bytes of a nexthop inside a fib_info. */
export const FIB_NH_BYTES: usize = 128;

if (offsetof<FibNh>() != FIB_NH_BYTES) ERROR("FibNh is two lines");
if (offsetof<FibNh>("_rthInput") != LINE_BYTES) ERROR("the slots start on a line of their own");
