/**
 * How an rtable leaves the route cache: unhashed by its caller, it is freed once no CPU can be
 * walking over it. Walks are sections of RCU's bh flavour, which the packet path is one of.
 */
import { RCU_FUNC_DST_DISPLACED } from "../../calls/rcu";
import { callRcuBh } from "../../kernel/callRcu";
import { dstRelease } from "../core/dst";
import { DstEntry } from "../core/dstEntry";

/** `dst_free` of an unhashed entry after a grace period of RCU-bh. Follows `rt_free`. */
export function rtFree(at: usize): void {
  callRcuBh(changetype<DstEntry>(at).rcuHeadAt, RCU_FUNC_DST_DISPLACED);
}

/** The same for an entry on which the caller holds a reference. Follows `rt_drop`. */
export function rtDrop(at: usize): void {
  dstRelease(at);
  rtFree(at);
}
