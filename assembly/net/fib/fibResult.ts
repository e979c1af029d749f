/**
 * `fib_result`: what a lookup found. One line in PCPU_STACK, as the kernel keeps it on its stack.
 *
 *   ╒═ 0 ═════════╤═ 4 ═══╤═ 8 ══════╤═ 16 ════════╤═ 24 ═════════╤═ 32 … 63 ═╕
 *   │ plen nh t s │ class │ fib_info │ fib_table   │ alias list   │ unused    │
 *   ╘═════════════╧═══════╧══════════╧═════════════╧══════════════╧═══════════╛
 *
 * 32 bytes in the 64-bit kernel; a line here, so that it shares none with what follows it.
 * Owner only. Holds no count on the fib_info: valid until the RCU read section ends.
 */

import { PCPU_STACK, PCPU_STACK_BYTES, thisCpuArea } from "../../arch/percpu";
import { LINE_BYTES } from "../../config";

@unmanaged
export class FibResult {
  /** Length of the prefix that matched. */
  prefixlen: u8;
  /** Which nexthop of `fi`. */
  nhSel: u8;
  type: u8;
  scope: u8;
  tclassid: u32;
  /** Address of the fib_info. */
  fi: u32;
  private _fiHigh: u32;
  /** Address of the table: set by the caller of a lookup, and the one that answered after it. */
  table: u32;
  private _tableHigh: u32;
  /** Address of the alias list that matched. */
  faHead: u32;
  private _faHeadHigh: u32;
  private _line0: u64;
  private _line1: u64;
  private _line2: u64;
  private _line3: u64;
}

/** Where in PCPU_STACK the result of this CPU's current lookup lives. */
export const STACK_FIB_RESULT: usize = 0;

if (offsetof<FibResult>() != LINE_BYTES) ERROR("FibResult is one line");
if (STACK_FIB_RESULT + offsetof<FibResult>() > PCPU_STACK_BYTES) ERROR("PCPU_STACK overflows");

/** The result of the lookup in progress on this CPU. */
export function thisFibResult(): FibResult {
  return changetype<FibResult>(thisCpuArea() + PCPU_STACK + STACK_FIB_RESULT);
}
