/**
 * Neighbours that come and go on a machine: what the table knows of an address, time that passes
 * tick by tick, and hosts that answer.
 */
import { type NeighbourStats, readNeighbourStats } from "../../src/machine/counters.js";
import { sentArpFrames } from "../../src/machine/txRing.js";
import { type ArpPacket, arpReply, parseArpFrame } from "../../src/reference/arpFrame.js";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import type { Router } from "../assembly/machine/router.js";
import { WORLD } from "../assembly/machine/router.js";

/** ifindex of the first transmit device, and a host of its subnet that is nobody's neighbour. */
export const TX0 = WORLD.nexthops[0]?.ifindex ?? 0;
export const STRANGER = 0x0a020064;
export const HZ = 1000;

/** The MAC address of a host that answers. */
export function macOf(address: number): Uint8Array {
  return Uint8Array.of(2, 1, address >>> 24, address >>> 16, address >>> 8, address);
}

/** A machine whose core operations are exported, seen by its neighbours. */
export class Neighbourhood {
  private arpSince: number;

  constructor(
    readonly router: Router,
    readonly ifindex = TX0,
  ) {
    this.arpSince = router.machine.ringsWord(0, "RINGS_TX_SENT");
  }

  get device(): number {
    return this.router.machine.deviceAt(this.ifindex);
  }

  /** Address of the entry of an IPv4 address, 0 if there is none. */
  entry(address: number): number {
    return this.router.call("ipv4NeighLookupNoref", this.device, swapBytes(address));
  }

  /** NUD state of an address. */
  state(address: number): number {
    return this.word(address, "NEIGH_STATE");
  }

  word(address: number, name: string): number {
    const at = this.entry(address);
    if (at === 0) throw new RangeError(`no entry of ${address.toString(16)}`);
    return this.router.field(at, name);
  }

  /** Adds the entry of an address as a packet would; a negative error, or 0. */
  create(address: number, wantRef = false): number {
    const at = this.router.control("neighCreate", this.device, swapBytes(address), Number(wantRef));
    return at < 0 && at > -4096 ? at : 0;
  }

  /** Lets time pass; every CPU runs what is due at each step. */
  wait(ticks: number, step = 100): void {
    for (let left = ticks; left > 0; left -= step) {
      this.router.call("clockAdvance", Math.min(step, left));
      this.run();
    }
  }

  /** Every CPU runs what is due. */
  run(): void {
    const { machine, cpus } = this.router;
    for (let cpu = 0; cpu <= cpus; cpu++) machine.cpu(cpu).call("runDeferred");
  }

  /** ARP packets that CPU 0 sent since this was last asked, with where they were sent to. */
  asked(): (ArpPacket & { readonly to: Uint8Array; readonly ifindex: number })[] {
    const { machine } = this.router;
    const sent = sentArpFrames(machine, 0, this.arpSince);
    this.arpSince = machine.ringsWord(0, "RINGS_TX_SENT");
    return sent.map(({ frame, ifindex }) => {
      const packet = parseArpFrame(frame);
      if (packet === undefined) throw new RangeError("an ARP frame that is none");
      return { ...packet, to: frame.slice(0, 6), ifindex };
    });
  }

  /** A frame arrives at the device, on CPU 0. */
  receive(frame: Uint8Array): void {
    const { machine } = this.router;
    const at = machine.hostFrameAt(0);
    new Uint8Array(machine.memory.buffer).set(frame, at);
    machine.cpu(0).call("receiveFrame", at, frame.length, this.device);
  }

  /** The host `address` answers a request. */
  answer(request: ArpPacket, mac = macOf(request.target)): void {
    this.receive(arpReply(request, mac));
  }

  stats(): NeighbourStats {
    return readNeighbourStats(this.router.machine);
  }
}
