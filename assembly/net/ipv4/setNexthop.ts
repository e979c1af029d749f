/**
 * `rt_set_nexthop`, in two forms: of 3.10, and of 2.6 with an entry for one flow. Fills what an
 * rtable takes from its nexthop; in 3.10 it also puts it where it will be found: in the slot, or on
 * the uncached list.
 */
import { copyBytes, plainLoad32, plainStore32 } from "../../arch/atomic";
import { traceCall } from "../../arch/trace";
import { BRANCH_NOCACHE, TRACE_CURRENT, TRACE_RT_SET_NEXTHOP } from "../../arch/tracePoints";
import { DEBUG, ROUTE_CACHE, ROUTE_CACHE_NEXTHOP } from "../../config";
import { DST_METRICS_COPIED, DST_NOCACHE } from "../core/dstEntry";
import { traceDst } from "../core/dstTrace";
import { NetDevice } from "../core/netDevice";
import { FibInfo, fibInfos } from "../fib/fibInfo";
import { FibResult } from "../fib/fibResult";
import { fibInfoHold } from "../fib/fibSemantics";
import {
  RT_SCOPE_LINK,
  RTAX_ADVMSS,
  RTAX_HOPLIMIT,
  RTAX_LOCK,
  RTAX_MAX_2_6,
  RTAX_MTU,
} from "../fib/rtnetlink";
import { rtCacheRoute } from "./nexthopCache";
import { IP_MAX_MTU, Rtable } from "./rtable";
import { rtSysctl } from "./rtHash";
import { rtAddUncachedList } from "./uncachedList";

/** Metrics of 2.6.18: the least that a host announces, IPv4 and TCP headers, the largest. */
const TCP_IP_HEADERS: u32 = 40;
const ADVMSS_MAX: u32 = 65535 - TCP_IP_HEADERS;
const IPDEFTTL: u32 = 64;
/** MTU of a gatewayed route whose metric is locked at "unknown". */
const MTU_LOCKED: u32 = 576;

/** Bit of `_metrics` that says that the array belongs to the fib_info. */
const DST_METRICS_READ_ONLY: u32 = 1;

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

/** Address of metric RTAX_`x` in the array at `metrics`. */
function metricAt(metrics: usize, x: u32): usize {
  return metrics + ((<usize>x - 1) << 2);
}

/**
 * Copies the route's metrics into the entry and fills in what they leave open: MTU of the device,
 * hop limit, MSS. Follows `rt_set_nexthop` of 2.6.18.
 */
function copyMetrics(rt: Rtable, fi: usize): void {
  const own = rt.metricsAt;
  if (fi) copyBytes(own, changetype<FibInfo>(fi).metrics, (<usize>RTAX_MAX_2_6) << 2);
  const devMtu = changetype<NetDevice>(rt.dev).mtu;
  let mtu = plainLoad32(metricAt(own, RTAX_MTU));
  if (mtu == 0) {
    const isLocked = (plainLoad32(metricAt(own, RTAX_LOCK)) & ((<u32>1) << RTAX_MTU)) != 0;
    mtu = devMtu;
    if (isLocked && rt.rtGateway != rt.rtDst && mtu > MTU_LOCKED) mtu = MTU_LOCKED;
  }
  plainStore32(metricAt(own, RTAX_MTU), mtu < IP_MAX_MTU ? mtu : IP_MAX_MTU);
  if (plainLoad32(metricAt(own, RTAX_HOPLIMIT)) == 0) {
    plainStore32(metricAt(own, RTAX_HOPLIMIT), IPDEFTTL);
  }
  let advmss = plainLoad32(metricAt(own, RTAX_ADVMSS));
  if (advmss == 0) {
    const least = rtSysctl().minAdvmss;
    advmss = devMtu > least + TCP_IP_HEADERS ? devMtu - TCP_IP_HEADERS : least;
  }
  plainStore32(metricAt(own, RTAX_ADVMSS), advmss < ADVMSS_MAX ? advmss : ADVMSS_MAX);
}

/**
 * Points the entry to the metrics of the route, read-only; where they are its own, the fib_info is
 * referenced until the entry ends. Follows `rt_init_metrics` of 2.6.39 without peers.
 */
function shareMetrics(rt: Rtable, fi: FibInfo): void {
  rt.metrics = fi.metrics | DST_METRICS_READ_ONLY;
  if (fi.metrics == fibInfos().defaultMetricsAt) return;
  fibInfoHold(fi);
  rt.fi = <u32>changetype<usize>(fi);
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
  if (DST_METRICS_COPIED) copyMetrics(rt, fi);
  else if (fi) shareMetrics(rt, changetype<FibInfo>(fi));
  rt.rtType = <u16>res.type;
}
