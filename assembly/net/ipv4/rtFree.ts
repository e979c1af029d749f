/**
 * How an rtable leaves the route cache: unhashed by its caller, it is freed once no CPU can be
 * walking over it. Walks are sections of RCU's bh flavour, which the packet path is one of.
 */

import { publish32, readOnce32 } from "../../arch/atomic";
import { BRANCH_CALL_RCU, TRACE_CURRENT } from "../../arch/tracePoints";
import { RCU_FUNC_DST_DISPLACED } from "../../calls/rcu";
import { DEBUG } from "../../config";
import { callRcuBh } from "../../kernel/callRcu";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { dstRelease } from "../core/dst";
import { DstEntry } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { Rtable } from "./rtable";
import {
  HAS_RT_HASH,
  RT_HASH_GENID,
  rtBucketAt,
  rtBucketLock,
  rtChainOf,
  rtIsExpired,
} from "./rtHash";

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

/**
 * Gives back the caller's reference on an entry and takes it out of its chain, if it is in one; in
 * 2.6.39 what is stale on the way goes too. Without a hash only the former. Follows `rt_del`.
 */
export function rtDel(at: usize): void {
  if (!HAS_RT_HASH) {
    dstRelease(at);
    return;
  }
  const hash = rtChainOf(at);
  const lock = rtBucketLock(hash);
  spinLockBh(lock);
  dstRelease(at);
  let linkAt = rtBucketAt(hash);
  let entry: usize = readOnce32(linkAt);
  while (entry) {
    const rt = changetype<Rtable>(entry);
    const isIt = entry == at;
    if (isIt || (RT_HASH_GENID && rtIsExpired(rt))) {
      publish32(linkAt, rt.next);
      rtFree(entry);
      if (isIt && !RT_HASH_GENID) break;
    } else {
      linkAt = rt.nextAt;
    }
    entry = readOnce32(linkAt);
  }
  spinUnlockBh(lock);
}
