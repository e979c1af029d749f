/**
 * Source validation and the martians that go with it: the contract of `source-check`.
 *
 *   always     2.6: for every packet that is routed, a lookup of its source; a second one where the
 *              way back leaves through another device. Martians by column A of spec 5.3
 *   shortcut   3.10 with rp_filter 0, no class ids and send_redirects off: no lookup, column B
 *
 * The lookup's result is kept beside the packet's own (PCPU_STACK + 64): the source of an answer
 * follows from it. Owner only, under RCU.
 *
 * Departures: rp_filter is 0. 2.6.25 took 240/4 off the martians; here `always` has them.
 */
import { PCPU_STACK, PCPU_STACK_BYTES, thisCpuArea } from "../../arch/percpu";
import { traceCall } from "../../arch/trace";
import {
  TRACE_FIB_LOOKUP,
  TRACE_FIB_VALIDATE_SOURCE,
  TRACE_IP_ROUTE_INPUT_SLOW,
} from "../../arch/tracePoints";
import { DEBUG, SOURCE_CHECK, SOURCE_CHECK_ALWAYS } from "../../config";
import { EHOSTUNREACH, EINVAL } from "../../errno";
import { bswap32 } from "../../lib/byteorder";
import { NetDevice } from "../core/netDevice";
import { FibInfo } from "../fib/fibInfo";
import { FibResult, STACK_FIB_RESULT } from "../fib/fibResult";
import { fibLookup } from "../fib/fibTable";
import { RT_SCOPE_HOST, RT_SCOPE_UNIVERSE, RTN_UNICAST } from "../fib/rtnetlink";
import {
  ipv4IsBadclass,
  ipv4IsLbcast,
  ipv4IsLoopback,
  ipv4IsMulticast,
  ipv4IsZeronet,
} from "./inetAddress";
import { resultNh } from "./routeInput";
import { preferredSource } from "./routeOutput";

/** Column A of the decision table, and a lookup for every source. */
export const SOURCE_CHECKED: bool = SOURCE_CHECK == SOURCE_CHECK_ALWAYS;
/** With which error a martian destination is dropped. */
export const MARTIAN_DESTINATION_ERROR: i32 = SOURCE_CHECKED ? EHOSTUNREACH : EINVAL;

const STACK_SOURCE_RESULT: usize = STACK_FIB_RESULT + 64;
const STACK_SOURCE_VERDICT: usize = 192;

/** What validation found beside yes or no. Behind the flow in PCPU_STACK. */
@unmanaged
export class SourceVerdict {
  /** Source of an answer to the packet, network order. */
  specDst: u32;
  /** The source is on the link that the packet came from: 1 or 0. */
  isDirect: u32;
}

if (STACK_SOURCE_VERDICT + offsetof<SourceVerdict>() > PCPU_STACK_BYTES) {
  ERROR("PCPU_STACK overflows");
}

/** The verdict on the packet that this CPU is routing. */
export function thisSourceVerdict(): SourceVerdict {
  return changetype<SourceVerdict>(thisCpuArea() + PCPU_STACK + STACK_SOURCE_VERDICT);
}

/** Nobody sends from such an address: row 2 of the decision table. */
export function isMartianSource(saddr: u32): bool {
  if (ipv4IsMulticast(saddr)) return true;
  if (SOURCE_CHECKED) return ipv4IsBadclass(saddr) || ipv4IsLoopback(saddr);
  return ipv4IsLbcast(saddr);
}

/** Nobody is sent to at such an address: row 5. */
export function isMartianDestination(daddr: u32): bool {
  if (ipv4IsZeronet(daddr) || ipv4IsLoopback(daddr)) return true;
  return SOURCE_CHECKED && ipv4IsBadclass(daddr);
}

/** 1 if the way back needs no gateway. Leaves the source of an answer in the verdict. */
function foundWayBack(res: FibResult, verdict: SourceVerdict): i32 {
  verdict.specDst = preferredSource(res);
  verdict.isDirect = resultNh(res).scope >= RT_SCOPE_HOST ? 1 : 0;
  return <i32>verdict.isDirect;
}

/**
 * Whether a packet from `saddr` (network order) may have come in through `dev`: 1 from a neighbour
 * of that link, 0 from elsewhere, -EINVAL if its source is no unicast address. Follows
 * `fib_validate_source` of 2.6.18; the `iif` that the kernel passes is for policy rules.
 */
export function fibValidateSource(saddr: u32, tos: u32, dev: NetDevice): i32 {
  if (!SOURCE_CHECKED) return 0;
  if (DEBUG) traceCall(TRACE_IP_ROUTE_INPUT_SLOW, TRACE_FIB_VALIDATE_SOURCE, saddr, 0);
  const at = thisCpuArea() + PCPU_STACK + STACK_SOURCE_RESULT;
  const res = changetype<FibResult>(at);
  const verdict = thisSourceVerdict();
  verdict.specDst = dev.primaryAddress;
  verdict.isDirect = 0;
  const key = bswap32(saddr);
  if (DEBUG) traceCall(TRACE_FIB_VALIDATE_SOURCE, TRACE_FIB_LOOKUP, saddr, 0);
  if (fibLookup(key, tos, RT_SCOPE_UNIVERSE, 0, res) != 0) return 0;
  if (res.type != RTN_UNICAST) return -EINVAL;
  const isThisDevice = <usize>resultNh(res).dev == changetype<usize>(dev);
  if (isThisDevice || changetype<FibInfo>(<usize>res.fi).nhs > 1) return foundWayBack(res, verdict);
  if (dev.primaryAddress == 0) return 0;
  verdict.specDst = preferredSource(res);
  if (DEBUG) traceCall(TRACE_FIB_VALIDATE_SOURCE, TRACE_FIB_LOOKUP, saddr, 0);
  if (fibLookup(key, tos, RT_SCOPE_UNIVERSE, dev.ifindex, res) != 0) return 0;
  return res.type == RTN_UNICAST ? foundWayBack(res, verdict) : 0;
}
