/**
 * What a CPU sent: the transmit ring, read by the host after a burst.
 */
import type { Machine } from "./machine.js";

/** A frame that was handed to a device. */
export interface SentFrame {
  readonly ifindex: number;
  readonly frame: Uint8Array;
}

const ETH_P_ARP = 0x0806;

function isArp({ frame }: SentFrame): boolean {
  return (((frame[12] ?? 0) << 8) | (frame[13] ?? 0)) === ETH_P_ARP;
}

/** Frames but ARP that CPU `cpu` sent since its ring's counter was `since`; at most one ring of
 * them. */
export function sentFrames(machine: Machine, cpu: number, since: number): SentFrame[] {
  return allSent(machine, cpu, since).filter((sent) => !isArp(sent));
}

/** ARP frames that CPU `cpu` sent since then. */
export function sentArpFrames(machine: Machine, cpu: number, since: number): SentFrame[] {
  return allSent(machine, cpu, since).filter(isArp);
}

function allSent(machine: Machine, cpu: number, since: number): SentFrame[] {
  const entries = machine.layout.at("TX_RING_ENTRIES");
  const ring = machine.ringsWord(cpu, "RINGS_TX_AT") / 4;
  const sent = machine.ringsWord(cpu, "RINGS_TX_SENT");
  const count = (sent - since) >>> 0;
  if (count > entries) throw new RangeError(`${count} frames in a ring of ${entries}`);
  return Array.from({ length: count }, (_, i) => {
    const at = ring + 2 * ((since + i) & (entries - 1));
    const frameAt = machine.u32[at] ?? 0;
    const word = machine.u32[at + 1] ?? 0;
    const frame = new Uint8Array(machine.memory.buffer, frameAt, word & 0xffff).slice();
    return { ifindex: (word >>> 16) + 1, frame };
  });
}
