/**
 * IP counters: the kernel's MIB (`/proc/net/snmp`), and one counter for each reason a packet was
 * dropped for, which later kernels know as skb drop reasons.
 *
 * 48 counters of 8 bytes in each CPU area (PCPU_MIB). Owner only, plain; the host adds them over
 * CPUs while no window runs. Every packet ends once, so at a quiescent point, over all CPUs:
 *
 *   InReceives + OutRequests + ArpSent + Unparked
 *     == OutTransmits + InDelivers + Loopback + Σ drops + Parked
 *
 * Parked − Unparked packets wait for the link-layer address of their next hop. One that is parked
 * and later sent or dropped is in both.
 * A datagram through loopback counts in OutRequests and again in InReceives. ForwDatagrams is
 * counted before the output, as in `ip_forward_finish`: such a packet may still be dropped. Departs
 * from the kernel in one thing: InReceives has frames that are not IP or another host's, too.
 */
import { plainLoad64, plainStore64 } from "../../arch/atomic";
import { PCPU_MIB, thisCpuArea } from "../../arch/percpu";
import { traceEvent } from "../../arch/trace";
import { BRANCH_MIB, TRACE_CURRENT } from "../../arch/tracePoints";
import { DEBUG } from "../../config";

export const MIB_IN_RECEIVES: usize = 0;
export const MIB_IN_DELIVERS: usize = 1;
export const MIB_FORW_DATAGRAMS: usize = 2;
export const MIB_OUT_REQUESTS: usize = 3;
/** Frames handed to a device's ring. */
export const MIB_OUT_TRANSMITS: usize = 4;
/** Packets that the loopback device took; each is received again. */
export const MIB_LOOPBACK: usize = 5;
/** Packets that began to wait for their neighbour, and that ended waiting, sent or dropped. */
export const MIB_PARKED: usize = 6;
export const MIB_UNPARKED: usize = 7;

/** First of the drop counters; their order is that of `MIB_DROPS` in `src/machine/counters.ts`. */
export const MIB_DROPS: usize = 8;
export const DROP_NOT_IP: usize = 8;
export const DROP_OTHER_HOST: usize = 9;
export const DROP_SHORT_HEADER: usize = 10;
export const DROP_BAD_HEADER: usize = 11;
export const DROP_BAD_CHECKSUM: usize = 12;
export const DROP_SHORT_PACKET: usize = 13;
export const DROP_BAD_TOTAL_LENGTH: usize = 14;
export const DROP_MULTICAST_NOT_MEMBER: usize = 15;
export const DROP_MARTIAN_SOURCE: usize = 16;
export const DROP_MARTIAN_DESTINATION: usize = 17;
export const DROP_IP_OPTIONS: usize = 18;
export const DROP_NO_ROUTE: usize = 19;
export const DROP_FORWARDING_OFF: usize = 20;
export const DROP_LINK_BROADCAST: usize = 21;
export const DROP_TTL_EXCEEDED: usize = 22;
export const DROP_FRAG_NEEDED: usize = 23;
export const DROP_NEEDS_FRAGMENT: usize = 24;
export const DROP_NO_NEIGHBOUR: usize = 25;
export const DROP_DEVICE_DOWN: usize = 26;
export const DROP_ZERO_DESTINATION: usize = 27;
export const DROP_BROADCAST_SEND: usize = 28;
export const DROP_NO_BUFFER: usize = 29;
export const DROP_DISCARDED: usize = 30;
export const DROP_RT_BUG: usize = 31;
/** Waited for a neighbour that did not answer: the kernel sends ICMP host unreachable. */
export const DROP_HOST_UNREACHABLE: usize = 32;
/** Waited for a neighbour and was pushed out by later packets, or its neighbour went away. */
export const DROP_UNRESOLVED: usize = 33;
/** ARP frames handed to a device's ring; they count in OutTransmits too. No drop. */
export const MIB_ARP_SENT: usize = 34;
/** Counters in use. */
export const MIB_COUNTERS: usize = 35;

/** Adds one to a counter of this CPU. */
export function mibInc(index: usize): void {
  if (DEBUG) traceEvent(TRACE_CURRENT, BRANCH_MIB, <u32>index, 0, 0);
  const at = thisCpuArea() + PCPU_MIB + (index << 3);
  plainStore64(at, plainLoad64(at) + 1);
}
