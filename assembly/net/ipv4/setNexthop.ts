/**
 * `rt_set_nexthop`, in two forms: of 3.10, and of 2.6 with an entry for one flow. Fills what an
 * rtable takes from its nexthop; in 3.10 it also puts it where it will be found: in the slot, or on
 * the uncached list.
 */
import { traceCall } from "../../arch/trace";
import { BRANCH_NOCACHE, TRACE_CURRENT, TRACE_RT_SET_NEXTHOP } from "../../arch/tracePoints";
import { DEBUG, ROUTE_CACHE, ROUTE_CACHE_NEXTHOP } from "../../config";
import { DST_NOCACHE } from "../core/dstEntry";
import { DST_METRICS_READ_ONLY } from "../core/dstMetrics";
import { traceDst } from "../core/dstTrace";
import { FibInfo } from "../fib/fibInfo";
import { FibResult } from "../fib/fibResult";
import { RT_SCOPE_LINK } from "../fib/rtnetlink";
import { rtCacheRoute } from "./nexthopCache";
import { Rtable } from "./rtable";
import { rtInitMetrics } from "./rtMetrics";
import { rtAddUncachedList } from "./uncachedList";

/**
 * Completes `rt` for a packet to `daddr` from the lookup's result and tries to install it in
 * `slot`. Not installed means NOCACHE and on the uncached list; without a nexthop (NOCACHE from the
 * start) only the latter. Follows 3.10's `rt_set_nexthop`.
 */
export function rtSetNexthop(rt: Rtable, daddr: u32, res: FibResult, slot: usize): void {
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_RT_SET_NEXTHOP, 0, 0);
  if (res.fi) {
    const fi = changetype<FibInfo>(<usize>res.fi);
    const nh = fi.nh(res.nhSel);
    if (nh.gw != 0 && nh.scope == RT_SCOPE_LINK) {
      rt.rtGateway = nh.gw;
      rt.rtUsesGateway = 1;
    }
    rt.metrics = fi.metrics | DST_METRICS_READ_ONLY;
    if (ROUTE_CACHE == ROUTE_CACHE_NEXTHOP && slot != 0 && !(rt.flags & DST_NOCACHE)) {
      if (rtCacheRoute(slot, changetype<usize>(rt))) return;
    }
    rt.flags |= DST_NOCACHE;
    if (rt.rtGateway == 0) rt.rtGateway = daddr;
  }
  if (DEBUG) traceDst(TRACE_RT_SET_NEXTHOP, BRANCH_NOCACHE, changetype<usize>(rt), rt.rtGateway);
  rtAddUncachedList(changetype<usize>(rt));
}

/** Completes an entry that is made for one flow from the lookup's result, or, without a nexthop,
 * from its device. Follows `rt_set_nexthop` of 2.6. */
export function rtSetNexthopKeyed(rt: Rtable, res: FibResult): void {
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_RT_SET_NEXTHOP, 0, 0);
  const fi: usize = res.fi;
  if (fi) {
    const nh = changetype<FibInfo>(fi).nh(res.nhSel);
    if (nh.gw != 0 && nh.scope == RT_SCOPE_LINK) rt.rtGateway = nh.gw;
  }
  rtInitMetrics(rt, fi);
  rt.rtType = <u16>res.type;
}
