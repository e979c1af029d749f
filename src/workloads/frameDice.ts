/**
 * Draws frames, and the parts of frames, for the recipes of `fateRecipes.ts`: a frame is a whole
 * and intact one with a random destination out of the table unless a recipe says otherwise.
 */
import {
  ETH_HLEN,
  ETH_P_IP,
  IP_HLEN,
  IPPROTO_UDP,
  type Ipv4Fields,
  writeEthernet,
  writeIpv4Header,
} from "../reference/ipv4Frame.js";
import type { Device, PrefixColumns, World } from "../reference/world.js";
import { mix32, Prng, shuffledIndices } from "./prng.js";
import { RoutedSpace } from "./routedSpace.js";
import { receiveDevices } from "./standardWorld.js";

/** Frames are at most this long. */
export const MAX_FRAME_BYTES = 200;
/** Ethernet pads a shorter frame to this. */
const ETH_ZLEN = 60;
const UDP_HLEN = 8;

/** A frame and the device it arrives on. */
export interface Draft {
  readonly rxIfindex: number;
  readonly frame: Uint8Array;
}

/** What a recipe may fix; all else is drawn. */
export interface FrameWishes extends Partial<Ipv4Fields> {
  readonly device?: Device;
  readonly destinationMac?: Uint8Array;
  readonly etherType?: number;
  readonly headerBytes?: number;
}

export class FrameDice {
  readonly prng: Prng;
  readonly space: RoutedSpace;
  private readonly rxDevices: readonly Device[];

  constructor(
    readonly world: World,
    table: PrefixColumns,
    seed: number,
  ) {
    this.prng = new Prng(mix32(seed ^ 0x66617465));
    this.space = new RoutedSpace(table, world);
    this.rxDevices = receiveDevices(world);
  }

  /** One of these, each equally likely; undefined of none. */
  pick<T>(choices: readonly T[]): T | undefined {
    return choices.length === 0 ? undefined : choices[this.prng.below(choices.length)];
  }

  /** A number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.prng.below(high - low + 1);
  }

  /** A random address in `prefix`/`length`. */
  addressIn(prefix: number, length: number): number {
    return (prefix | (length === 32 ? 0 : this.prng.next() >>> length)) >>> 0;
  }

  shuffled(count: number): Uint32Array {
    return shuffledIndices(count, this.prng);
  }

  /** A whole, intact frame with these wishes; undefined if the world receives nowhere. */
  frame(wishes: FrameWishes = {}): Draft | undefined {
    const device = wishes.device ?? this.pick(this.rxDevices);
    if (device === undefined) return undefined;
    const headerBytes = wishes.headerBytes ?? IP_HLEN;
    const fields = this.fields(wishes, headerBytes + UDP_HLEN);
    const bytes = ETH_HLEN + Math.max(fields.totalLength, headerBytes);
    const frame = new Uint8Array(this.paddedLength(bytes));
    for (let at = ETH_HLEN; at < frame.length; at++) frame[at] = this.prng.next();
    const sender = Uint8Array.of(2, 0, 0xff, ...device.mac.subarray(3));
    const destination = wishes.destinationMac ?? device.mac;
    writeEthernet(frame, 0, destination, sender, wishes.etherType ?? ETH_P_IP);
    writeIpv4Header(frame, ETH_HLEN, fields, headerBytes);
    return { rxIfindex: device.ifindex, frame };
  }

  private fields(wishes: FrameWishes, leastBytes: number): Ipv4Fields {
    return {
      tos: wishes.tos ?? this.between(0, 255),
      totalLength: wishes.totalLength ?? this.between(leastBytes, MAX_FRAME_BYTES - ETH_HLEN),
      identification: wishes.identification ?? this.between(0, 0xffff),
      dontFragment: wishes.dontFragment ?? this.between(0, 1) === 1,
      ttl: wishes.ttl ?? this.between(2, 255),
      protocol: wishes.protocol ?? IPPROTO_UDP,
      saddr: wishes.saddr ?? this.space.randomHost(this.prng),
      daddr: wishes.daddr ?? this.space.randomHost(this.prng),
    };
  }

  /**
   * Half of the frames are padded: to Ethernet's least length, or by a few bytes beyond the packet.
   */
  private paddedLength(bytes: number): number {
    const padding = this.between(0, 1) * this.between(0, 18);
    return Math.min(Math.max(bytes + padding, ETH_ZLEN), MAX_FRAME_BYTES);
  }
}
