/**
 * dst operations: `dst.input`, `dst.output` and the functions of `dst_ops` as switches on small
 * ids, which is what the kernel's retpoline-free calls amount to. What the black holes have of
 * their own does nothing.
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
import {
  DST_GC_FAIL,
  DST_GC_RT_GARBAGE_COLLECT,
  DST_OPS_IPV4,
  DST_OPS_IPV4_BLACKHOLE,
} from "../net/core/dstOps";
import { DROP_DISCARDED, DROP_RT_BUG, mibInc } from "../net/core/mib";
import { kfreeSkb, SkBuff } from "../net/core/skbuff";
import {
  ipv4CowMetrics,
  ipv4DstCheck,
  ipv4DstIfdown,
  ipv4LinkFailure,
  ipv4NegativeAdvice,
} from "../net/ipv4/dstOperations";
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

/** `ops->check(dst, cookie)`: the entry, or 0 if it may not be used any more. */
export function dstOpsCheck(ops: u32, dst: usize, cookie: u32): usize {
  switch (ops) {
    case DST_OPS_IPV4:
      return ipv4DstCheck(dst, cookie);
    case DST_OPS_IPV4_BLACKHOLE:
      return 0;
    default:
      trapAt(SITE_CALL_ID);
      return 0;
  }
}

/** `ops->destroy(dst)`: the protocol's part, before the memory goes. */
export function dstOpsDestroy(ops: u32, dst: usize): void {
  switch (ops) {
    case DST_OPS_IPV4:
    case DST_OPS_IPV4_BLACKHOLE:
      ipv4DstDestroy(dst);
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}

/** `ops->ifdown(dst, dev)`: the protocol's part of a device that goes down or away. */
export function dstOpsIfdown(ops: u32, dst: usize, dev: usize): void {
  switch (ops) {
    case DST_OPS_IPV4:
      ipv4DstIfdown(dst, dev);
      return;
    case DST_OPS_IPV4_BLACKHOLE:
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}

/** `ops->negative_advice(dst)`: the entry, or 0: then the caller's reference is gone. */
export function dstOpsNegativeAdvice(ops: u32, dst: usize): usize {
  switch (ops) {
    case DST_OPS_IPV4:
      return ipv4NegativeAdvice(dst);
    case DST_OPS_IPV4_BLACKHOLE:
      return dst;
    default:
      trapAt(SITE_CALL_ID);
      return 0;
  }
}

/** `ops->link_failure(skb)`, for the packet's dst. */
export function dstOpsLinkFailure(ops: u32, dst: usize): void {
  switch (ops) {
    case DST_OPS_IPV4:
      ipv4LinkFailure(dst);
      return;
    case DST_OPS_IPV4_BLACKHOLE:
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}

/** `ops->cow_metrics(dst, old)`: metrics that may be written in place of `old`, or 0. */
export function dstOpsCowMetrics(ops: u32, dst: usize, old: u32): usize {
  switch (ops) {
    case DST_OPS_IPV4:
      return ipv4CowMetrics(dst, old);
    case DST_OPS_IPV4_BLACKHOLE:
      return 0;
    default:
      trapAt(SITE_CALL_ID);
      return 0;
  }
}
