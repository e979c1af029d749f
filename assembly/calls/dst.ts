/**
 * dst operations: `dst.input`, `dst.output`, `ops->gc`, `ops->destroy` and `ops->check` as switches
 * on small ids, which is what the kernel's retpoline-free calls amount to.
 */

import { traceCall } from "../arch/trace";
import {
  TRACE_DST_ALLOC,
  TRACE_DST_DISCARD,
  TRACE_DST_INPUT,
  TRACE_DST_OUTPUT,
  TRACE_IP_RT_BUG,
  TRACE_RT_GARBAGE_COLLECT,
} from "../arch/tracePoints";
import { SITE_CALL_ID, trapAt } from "../arch/trap";
import { DEBUG } from "../config";
import {
  DST_CALL_DISCARD,
  DST_CALL_IP_ERROR,
  DST_CALL_IP_FORWARD,
  DST_CALL_IP_LOCAL_DELIVER,
  DST_CALL_IP_OUTPUT,
  DST_CALL_IP_RT_BUG,
} from "../net/core/dstEntry";
import { DST_GC_FAIL, DST_GC_RT_GARBAGE_COLLECT, DST_OPS_IPV4 } from "../net/core/dstOps";
import { DROP_DISCARDED, DROP_RT_BUG, mibInc } from "../net/core/mib";
import { kfreeSkb, SkBuff } from "../net/core/skbuff";
import { ipForward } from "../net/ipv4/ipForward";
import { ipError, ipLocalDeliver } from "../net/ipv4/ipInput";
import { ipOutput } from "../net/ipv4/ipOutput";
import { ipv4DstDestroy } from "../net/ipv4/rtable";
import { rtGarbageCollect } from "../net/ipv4/rtGarbageCollect";

/** `skb_dst(skb)->input(skb)`. */
export function dstInputCall(id: u32, skb: SkBuff): void {
  switch (id) {
    case DST_CALL_IP_FORWARD:
      ipForward(skb);
      return;
    case DST_CALL_IP_LOCAL_DELIVER:
      ipLocalDeliver(skb);
      return;
    case DST_CALL_IP_ERROR:
      ipError(skb);
      return;
    case DST_CALL_DISCARD:
      if (DEBUG) traceCall(TRACE_DST_INPUT, TRACE_DST_DISCARD, 0, 0);
      mibInc(DROP_DISCARDED);
      kfreeSkb(skb);
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}

/** `skb_dst(skb)->output(skb)`. */
export function dstOutputCall(id: u32, skb: SkBuff): void {
  switch (id) {
    case DST_CALL_IP_OUTPUT:
      ipOutput(skb);
      return;
    case DST_CALL_IP_RT_BUG:
      if (DEBUG) traceCall(TRACE_DST_OUTPUT, TRACE_IP_RT_BUG, 0, 0);
      mibInc(DROP_RT_BUG);
      kfreeSkb(skb);
      return;
    case DST_CALL_DISCARD:
      if (DEBUG) traceCall(TRACE_DST_OUTPUT, TRACE_DST_DISCARD, 0, 0);
      mibInc(DROP_DISCARDED);
      kfreeSkb(skb);
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}

/** `ops->gc(ops)`: 0 when there is room again. */
export function dstOpsGc(gc: u32): i32 {
  switch (gc) {
    case DST_GC_FAIL:
      return 1;
    case DST_GC_RT_GARBAGE_COLLECT:
      if (DEBUG) traceCall(TRACE_DST_ALLOC, TRACE_RT_GARBAGE_COLLECT, 0, 0);
      return rtGarbageCollect();
    default:
      trapAt(SITE_CALL_ID);
      return 1;
  }
}

/** `ops->destroy(dst)`: the protocol's part, before the memory goes. */
export function dstOpsDestroy(ops: u32, dst: usize): void {
  switch (ops) {
    case DST_OPS_IPV4:
      ipv4DstDestroy(dst);
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}
