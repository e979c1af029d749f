/**
 * What the reference says of every packet of a plan's traffic, at every moment.
 *
 *   position 2s       after s changes             the version word that the control plane publishes
 *   position 2s + 1   while change s + 1 is made  is such a position
 *
 * Between two positions a packet may meet what it finds at any of them. Beside the two states a
 * change has moments of its own only where it is many changes:
 *
 *   device down    flags, nexthops, routes, neighbours, in this order: a packet by that device may
 *                  be dropped for device-down or no-neighbour until the change is over
 *   forwarding     the reference of a device's switch is a rule here, because the era's caches
 *                  share an rtable that was made for one receive device with the others (spec
 *                  5.3, row 10): exact: a packet to forward from that device is dropped for
 *                  forwarding-off.
 *                  With slots: while any device is switched off every packet to forward may be
 *                  forwarded or dropped for forwarding-off. When it is on again, never.
 */
import { IMAGE_DROPS } from "../../src/machine/counters.js";
import type { Fate } from "../../src/reference/fate.js";
import { netmask } from "../../src/reference/ipv4Address.js";
import { receiveDeviceIndex } from "../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../src/workloads/standardWorld.js";
import { frameOfTemplate } from "../../src/workloads/templates.js";
import { applyChange, type Step } from "./changePlan.js";
import { type Packet, type TrafficSetup, trafficRouter } from "./trafficSetup.js";

/** Words of a captured frame: two bytes of padding, 60 of frame, two of padding. */
export const FRAME_WORDS = 16;
/** `drop` of what is forwarded, and of what is delivered. */
export const SENT = -1;
export const DELIVERED = -2;

/** One thing that may become of a packet. */
export interface Outcome {
  readonly drop: number;
  /** Of a frame that is sent: length and device, as the transmit ring has them. */
  readonly descriptor: number;
  readonly words: Uint32Array | null;
  /** Device that it leaves by, 0 for none. */
  readonly ifindex: number;
}

const dropOf = (reason: (typeof IMAGE_DROPS)[number]): Outcome => ({
  drop: IMAGE_DROPS.indexOf(reason),
  descriptor: 0,
  words: null,
  ifindex: 0,
});
const DEVICE_DOWN = dropOf("device-down");
const NO_NEIGHBOUR = dropOf("no-neighbour");
export const FORWARDING_OFF = dropOf("forwarding-off");
const IS_DELIVERED: Outcome = { drop: DELIVERED, descriptor: 0, words: null, ifindex: 0 };

function outcomeOf(fate: Fate): Outcome {
  if (fate.kind === "delivered") return IS_DELIVERED;
  if (fate.kind === "dropped") return dropOf(fate.reason);
  const bytes = new Uint8Array(FRAME_WORDS * 4);
  bytes.set(fate.frame, 2);
  return {
    drop: SENT,
    descriptor: ((fate.ifindex - 1) << 16) | fate.frame.length,
    words: new Uint32Array(bytes.buffer),
    ifindex: fate.ifindex,
  };
}

function isSame(a: Outcome, b: Outcome): boolean {
  if (a.drop !== b.drop || a.descriptor !== b.descriptor) return false;
  return a.words === b.words || (a.words?.every((word, i) => word === b.words?.[i]) ?? false);
}

/** What may become of one packet from each position on, as if every device forwarded. */
interface PacketLine {
  readonly packet: Packet;
  readonly rxIfindex: number;
  readonly frame: Uint8Array;
  readonly positions: number[];
  readonly outcomes: (readonly Outcome[])[];
}

/** A receive device that does not forward, between two positions (both belong to it). */
interface Pause {
  readonly ifindex: number;
  readonly from: number;
  to: number;
}

export class FateTimeline {
  /** Lines of each CPU's flow list. */
  readonly lines: readonly (readonly PacketLine[])[];
  readonly pauses: Pause[] = [];

  constructor(
    setup: TrafficSetup,
    readonly steps: readonly Step[],
  ) {
    const router = trafficRouter(setup);
    const rx = receiveDevices(setup.world);
    this.lines = setup.packets.map((list) =>
      list.map((packet): PacketLine => {
        const index = receiveDeviceIndex(packet.saddr, rx.length);
        const template = setup.templates[index] ?? new Uint8Array();
        const frame = frameOfTemplate(template, packet.saddr, packet.daddr);
        const rxIfindex = rx[index]?.ifindex ?? 0;
        const first = outcomeOf(router.forward(rxIfindex, frame));
        return { packet, rxIfindex, frame, positions: [0], outcomes: [[first]] };
      }),
    );
    steps.forEach(({ change }, i) => {
      const during = 2 * i + 1;
      applyChange(router, setup.world, change);
      if (change.kind === "forwarding") {
        this.forwardingSwitched(change.ifindex, change.on, during);
        return;
      }
      for (const line of this.lines.flat()) {
        if ("route" in change) {
          const { prefix, length } = change.route;
          if (((line.packet.daddr ^ prefix) & netmask(length)) !== 0) continue;
        }
        const before = line.outcomes.at(-1) ?? [];
        if (change.kind === "down" && before[0]?.ifindex === change.ifindex) {
          line.positions.push(during);
          line.outcomes.push([...before, DEVICE_DOWN, NO_NEIGHBOUR]);
        }
        const after = outcomeOf(router.forward(line.rxIfindex, line.frame));
        const last = line.outcomes.at(-1) ?? [];
        if (last.length === 1 && last[0] !== undefined && isSame(last[0], after)) continue;
        line.positions.push(during + 1);
        line.outcomes.push([after]);
      }
    });
  }

  private forwardingSwitched(ifindex: number, on: boolean, during: number): void {
    if (!on) {
      this.pauses.push({ ifindex, from: during, to: Number.POSITIVE_INFINITY });
      return;
    }
    const open = this.pauses.find((pause) => pause.ifindex === ifindex && pause.to > during);
    if (open !== undefined) open.to = during;
  }

  /**
   * What may become of packet `index` of CPU `cpu` between two versions that were read.
   * @param slots whether the image shares rtables of a nexthop among receive devices
   */
  allowed(
    cpu: number,
    index: number,
    versions: readonly [number, number],
    slots: boolean,
  ): Outcome[] {
    const line = this.lines[cpu]?.[index];
    if (line === undefined) throw new RangeError(`no packet ${index} on CPU ${cpu}`);
    const [from, to] = [versions[0] & ~1, (versions[1] + 1) & ~1];
    const found: Outcome[] = [];
    let at = line.positions.length - 1;
    while (at > 0 && (line.positions[at] ?? 0) > to) at--;
    for (; at >= 0; at--) {
      found.push(...(line.outcomes[at] ?? []));
      if ((line.positions[at] ?? 0) <= from) break;
    }
    return this.withPauses(line.rxIfindex, found, [from, to], slots);
  }

  private withPauses(
    rxIfindex: number,
    found: Outcome[],
    [from, to]: readonly [number, number],
    slots: boolean,
  ): Outcome[] {
    // What comes after the switch: a frame, no neighbour, or a device that is down.
    const isForward = ({ drop }: Outcome): boolean =>
      drop === SENT || drop === NO_NEIGHBOUR.drop || drop === DEVICE_DOWN.drop;
    const pauses = this.pauses.filter((p) => p.from <= to && p.to >= from);
    const own = pauses.find((p) => p.ifindex === rxIfindex);
    if (pauses.length === 0 || (!slots && own === undefined)) return found;
    if (!found.some(isForward)) return found;
    const inside = own !== undefined && own.from < from && own.to > to;
    if (!slots && inside) return [...found.filter((one) => !isForward(one)), FORWARDING_OFF];
    return [...found, FORWARDING_OFF];
  }
}

/** Whether a captured frame is this outcome. `at`: index of its descriptor in `capture`. */
export function isCaptured(outcome: Outcome, capture: Uint32Array, at: number): boolean {
  const { words, descriptor } = outcome;
  if (words === null || capture[at] !== descriptor) return false;
  for (let i = 0; i < FRAME_WORDS; i++) {
    if (capture[at + 1 + i] !== words[i]) return false;
  }
  return true;
}
