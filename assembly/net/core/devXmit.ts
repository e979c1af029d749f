/**
 * Transmit: from `dev_queue_xmit` to a descriptor in the ring of the CPU.
 *
 *   transmit ring of a CPU: 256 descriptors of 8 bytes   frame u32 │ len u16 │ device slot u16
 *   cursor in PCPU_RINGS: `sent` counts for ever; descriptor = sent & 255
 *
 * There is no queueing discipline yet: every frame bypasses it. A device with IFF_XMIT_DST_RELEASE
 * gets the frame after its dst was dropped; one without keeps it until the frame is complete.
 * Owner only. The host reads a ring after a burst of at most 256 frames.
 */

import { plainLoad64, plainStore16, plainStore32, plainStore64 } from "../../arch/atomic";
import { PCPU_DEV_STATS, PCPU_RINGS, thisCpuArea } from "../../arch/percpu";
import { traceCall, traceEvent } from "../../arch/trace";
import {
  BRANCH_SENT,
  TRACE_CURRENT,
  TRACE_DEV_QUEUE_XMIT,
  TRACE_LOOPBACK_XMIT,
} from "../../arch/tracePoints";
import { protocolReceive } from "../../calls/proto";
import { DEBUG } from "../../config";
import { DROP_DEVICE_DOWN, DROP_DISCARDED, MIB_LOOPBACK, MIB_OUT_TRANSMITS, mibInc } from "./mib";
import { IFF_LOOPBACK, IFF_NO_RING, IFF_UP, IFF_XMIT_DST_RELEASE, NetDevice } from "./netDevice";
import { kfreeSkb, PACKET_HOST, SkBuff, skbDstDrop, skbDstForce } from "./skbuff";

/** Descriptors of a transmit ring. */
export const TX_RING_ENTRIES: u32 = 256;

/** Cursors of the rings of a CPU, at PCPU_RINGS. Owner only; the host sets them at boot. */
@unmanaged
export class CpuRings {
  /** Flow list: pairs (saddr, daddr); first pair, pairs, next pair to receive. */
  flowsAt: u32;
  flows: u32;
  flowNext: u32;
  /** First of the 64 skbs, and first of the 64 frame buffers. */
  skbsAt: u32;
  framesAt: u32;
  /** First descriptor of the transmit ring, and frames sent so far. */
  txAt: u32;
  txSent: u32;
  /** Timers and work items that ran; the host takes differences over a window. */
  deferredRun: u32;
  /** RCU callbacks that ran; likewise. */
  callbacksRun: u32;
  /** Receive devices: slot of the first, and how many (a power of two). */
  rxSlot: u32;
  rxDevices: u32;
  /** Timed images: what this CPU knows of its bursts (`workload/burstLatency.ts`). */
  latencyAt: u32;
}

/** The rings of this CPU. */
export function cpuRings(): CpuRings {
  return changetype<CpuRings>(thisCpuArea() + PCPU_RINGS);
}

/**
 * Sends the frame of `skb` through its device and ends the skb. Returns 0, or a negative number
 * when the device is down. Follows `dev_queue_xmit` and `dev_hard_start_xmit` of 3.10, queue
 * bypassed.
 */
export function devQueueXmit(skb: SkBuff): i32 {
  const dev = changetype<NetDevice>(<usize>skb.dev);
  if (DEBUG) traceCall(TRACE_CURRENT, TRACE_DEV_QUEUE_XMIT, dev.ifindex, 0);
  if (!(dev.flags & IFF_UP)) {
    mibInc(DROP_DEVICE_DOWN);
    kfreeSkb(skb);
    return -1;
  }
  if (dev.flags & IFF_NO_RING) return softXmit(skb, dev);
  if (dev.privFlags & IFF_XMIT_DST_RELEASE) skbDstDrop(skb);
  else skbDstForce(skb);
  const rings = cpuRings();
  const at = rings.txAt + ((rings.txSent & (TX_RING_ENTRIES - 1)) << 3);
  plainStore32(at, skb.data);
  plainStore16(at + 4, skb.len);
  plainStore16(at + 6, dev.slot);
  rings.txSent++;
  const stats = thisCpuArea() + PCPU_DEV_STATS + ((<usize>dev.slot) << 5);
  plainStore64(stats, plainLoad64(stats) + 1);
  plainStore64(stats + 8, plainLoad64(stats + 8) + skb.len);
  if (DEBUG) traceEvent(TRACE_DEV_QUEUE_XMIT, BRANCH_SENT, dev.ifindex, skb.len, 0);
  mibInc(MIB_OUT_TRANSMITS);
  kfreeSkb(skb);
  return 0;
}

/** Devices without a ring. */
function softXmit(skb: SkBuff, dev: NetDevice): i32 {
  if (dev.flags & IFF_LOOPBACK) return loopbackXmit(skb);
  return blackholeXmit(skb);
}

/** The device of those that have none: the packet is over. Follows `blackhole_netdev_xmit`; a
 * counter instead of its warning. */
function blackholeXmit(skb: SkBuff): i32 {
  mibInc(DROP_DISCARDED);
  kfreeSkb(skb);
  return 0;
}

/** The loopback device: the packet comes back with its dst, which is why it is not routed again.
 * Follows `loopback_xmit`, without the backlog queue between. */
function loopbackXmit(skb: SkBuff): i32 {
  if (DEBUG) traceCall(TRACE_DEV_QUEUE_XMIT, TRACE_LOOPBACK_XMIT, 0, 0);
  mibInc(MIB_LOOPBACK);
  skbDstForce(skb);
  skb.pktType = PACKET_HOST;
  if (!protocolReceive(skb)) kfreeSkb(skb);
  return 0;
}
