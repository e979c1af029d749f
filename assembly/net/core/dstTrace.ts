/**
 * Trace points about a dst: its address and how many references it has now. Debug images only.
 */
import { traceEvent, traceIsOn } from "../../arch/trace";
import { refcountRead } from "../../lib/refcount";
import { DST_REFCNT_OFFSET } from "./dstOffsets";

/**
 * Records branch `branch` of function `where` for the dst at `at` (0: none), with its count now and
 * one more word.
 */
export function traceDst(where: u32, branch: u32, at: usize, value: u32): void {
  if (!traceIsOn()) return;
  const count = at ? refcountRead(at + DST_REFCNT_OFFSET) : 0;
  traceEvent(where, branch, <u32>at, <u32>count, value);
}
