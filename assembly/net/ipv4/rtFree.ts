/**
 * How an rtable leaves the route cache: unhashed by its caller, it is freed once no CPU can be
 * walking over it. Walks are sections of RCU's bh flavour, which the packet path is one of.
 */

import { BRANCH_CALL_RCU, TRACE_CURRENT } from "../../arch/tracePoints";
import { RCU_FUNC_DST_DISPLACED } from "../../calls/rcu";
import { DEBUG } from "../../config";
import { callRcuBh } from "../../kernel/callRcu";
import { dstRelease } from "../core/dst";
import { DstEntry } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";

/** `dst_free` of an unhashed entry after a grace period of RCU-bh. Follows `rt_free`. */
export function rtFree(at: usize): void {
  if (DEBUG) traceDst(TRACE_CURRENT, BRANCH_CALL_RCU, at, 0);
  callRcuBh(changetype<DstEntry>(at).rcuHeadAt, RCU_FUNC_DST_DISPLACED);
}

/** The same for an entry on which the caller holds a reference. Follows `rt_drop`. */
export function rtDrop(at: usize): void {
  dstRelease(at);
  rtFree(at);
}
