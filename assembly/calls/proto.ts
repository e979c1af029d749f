/**
 * Protocol handlers: what the kernel finds in its `packet_type` lists, for frames that come back
 * through the loopback device. One line a protocol.
 */
import { traceCall } from "../arch/trace";
import { TRACE_IP_RCV, TRACE_LOOPBACK_XMIT } from "../arch/tracePoints";
import { DEBUG } from "../config";
import { ETH_P_ARP_LE, ETH_P_IP_LE } from "../net/core/neighbour";
import { SkBuff } from "../net/core/skbuff";
import { arpRcv } from "../net/ipv4/arp";
import { ipRcv } from "../net/ipv4/ipInput";

/** Hands a packet to the protocol of its EtherType; false if there is none. */
export function protocolReceive(skb: SkBuff): bool {
  if (skb.protocol == ETH_P_ARP_LE) return arpRcv(skb);
  if (skb.protocol != ETH_P_IP_LE) return false;
  if (DEBUG) traceCall(TRACE_LOOPBACK_XMIT, TRACE_IP_RCV, 1, skb.len);
  ipRcv(skb);
  return true;
}
