/**
 * The loop of stress: packets as in `loops.ts`, and grace periods put to the test. Never timed.
 */
import { BUSTED, BUSTED_QSBR } from "../config";
import { enterSoftirq, leaveSoftirq } from "../kernel/softirq";
import { delayPoint } from "../lib/delayPoint";
import { cpuRings } from "../net/core/devXmit";
import { SK_BUFF_BYTES } from "../net/core/skbuff";
import {
  tortureCheck,
  tortureFind,
  tortureLock,
  torturePublish,
  tortureVersion,
} from "./graceTorture";
import { burstEnd, receivePacket } from "./loops";
import { BURST, receiveBurst } from "./rxRing";

/**
 * As forwardPackets, but each burst is a read section that looks at a probe (`graceTorture.ts`),
 * and after every other one comes another probe.
 */
export function torturePackets(packets: u32): void {
  const rings = cpuRings();
  let left = packets;
  while (left) {
    const n = left < BURST ? left : BURST;
    const probe = tortureFind();
    const version = tortureVersion(probe);
    receiveBurst(rings, n);
    enterSoftirq();
    let skbAt: usize = rings.skbsAt;
    for (let i: u32 = 0; i < n; i++) {
      receivePacket(skbAt);
      skbAt += SK_BUFF_BYTES;
    }
    leaveSoftirq();
    if (BUSTED) delayPoint(BUSTED_QSBR);
    tortureCheck(probe, version);
    tortureLock();
    if ((left & BURST) != 0) torturePublish();
    burstEnd(rings, n);
    left -= n;
  }
}
