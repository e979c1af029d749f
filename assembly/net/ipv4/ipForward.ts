/**
 * `ip_forward` of 3.10: TTL, MTU, the header's new checksum, and on to the output.
 * Owner only; runs in softirq under RCU with a route attached.
 */
import { plainLoad8, plainLoad16, plainStore8, plainStore16 } from "../../arch/atomic";
import { isBusted } from "../../arch/superblock";
import { traceCall, traceEvent } from "../../arch/trace";
import { BRANCH_TTL, TRACE_DST_INPUT, TRACE_IP_FORWARD } from "../../arch/tracePoints";
import { BUSTED, BUSTED_CHECKSUM, DEBUG } from "../../config";
import {
  DROP_FRAG_NEEDED,
  DROP_LINK_BROADCAST,
  DROP_TTL_EXCEEDED,
  MIB_FORW_DATAGRAMS,
  mibInc,
} from "../core/mib";
import { kfreeSkb, PACKET_HOST, SkBuff } from "../core/skbuff";
import { dstOutput, skbRouteMtu } from "./route";

/** Don't-fragment bit of `frag_off` as a little-endian CPU loads it. */
const IP_DF_LE: u32 = 0x0040;

/** Lowers the TTL by one and mends the checksum without summing again (RFC 1624, as
 * `ip_decrease_ttl` does: the TTL is the high byte of its 16-bit word, so the sum grows by 0x0100).
 */
export function ipDecreaseTtl(iph: usize): void {
  let check = plainLoad16(iph + 10) + 0x0001;
  if (!(BUSTED && isBusted(BUSTED_CHECKSUM))) check += check >= 0xffff ? 1 : 0;
  plainStore16(iph + 10, check);
  plainStore8(iph + 8, plainLoad8(iph + 8) - 1);
}

/** Forwards a packet whose route says so. Follows `ip_forward` and `ip_forward_finish`. */
export function ipForward(skb: SkBuff): void {
  if (DEBUG) traceCall(TRACE_DST_INPUT, TRACE_IP_FORWARD, 0, 0);
  let reason: usize = 0;
  const iph: usize = skb.networkHeader;
  if (DEBUG) traceEvent(TRACE_IP_FORWARD, BRANCH_TTL, plainLoad8(iph + 8), 0, 0);
  if (skb.pktType != PACKET_HOST) reason = DROP_LINK_BROADCAST;
  else if (plainLoad8(iph + 8) <= 1) reason = DROP_TTL_EXCEEDED;
  else if (skb.len > skbRouteMtu(skb) && plainLoad16(iph + 6) & IP_DF_LE) {
    reason = DROP_FRAG_NEEDED;
  }
  if (reason != 0) {
    mibInc(reason);
    kfreeSkb(skb);
    return;
  }
  ipDecreaseTtl(iph);
  mibInc(MIB_FORW_DATAGRAMS);
  dstOutput(skb);
}
