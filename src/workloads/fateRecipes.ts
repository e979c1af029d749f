/**
 * How to draw a frame for each fate. A recipe aims; `fates.ts` asks the reference router whether it
 * hit.
 */
import { subnetOf } from "../reference/connectedRoutes.js";
import { netmask } from "../reference/ipv4Address.js";
import { ETH_HLEN, IP_HLEN, read16, refreshChecksum, write16 } from "../reference/ipv4Frame.js";
import type { Device, DeviceAddress } from "../reference/world.js";
import type { FateName } from "./fateNames.js";
import type { Draft, FrameDice, FrameWishes } from "./frameDice.js";

type Recipe = (dice: FrameDice) => Draft | undefined;

const LIMITED_BROADCAST = 0xffffffff;
/** ARP, VLAN, IPv6, LLDP. */
const OTHER_ETHER_TYPES = [0x0806, 0x8100, 0x86dd, 0x88cc];
/** Longest IPv4 header: 15 words. */
const MAX_HEADER_WORDS = 15;

export const FATE_RECIPES: Readonly<Record<FateName, Recipe>> = {
  "forwarded-gateway": (dice) => {
    const draft = dice.frame();
    return dice.between(0, 7) === 0 ? changed(draft, (frame) => withCarry(dice, frame)) : draft;
  },
  "forwarded-on-link": (dice) => {
    const host = dice.pick(dice.world.neighbours);
    return host && dice.frame({ daddr: host.address });
  },
  delivered: (dice) => {
    const wishes = dice.pick(DELIVERED_WISHES)?.(dice);
    return wishes && dice.frame(wishes);
  },
  "not-ip": (dice) => dice.frame({ etherType: dice.pick(OTHER_ETHER_TYPES) ?? 0 }),
  "other-host": (dice) => dice.frame({ destinationMac: someMac(dice, 0x06) }),
  "short-header": (dice) => {
    const headerBytes = 4 * dice.between(5, MAX_HEADER_WORDS);
    return changed(dice.frame({ headerBytes }), (frame) =>
      frame.slice(0, ETH_HLEN + dice.between(0, headerBytes - 1)),
    );
  },
  "bad-header": (dice) => changed(dice.frame(), (frame) => withBadFirstByte(dice, frame)),
  "bad-checksum": (dice) =>
    changed(dice.frame(), (frame) => {
      const at = ETH_HLEN + dice.between(1, IP_HLEN - 1);
      frame[at] = (frame[at] ?? 0) ^ (1 << dice.between(0, 7));
      return frame;
    }),
  "short-packet": (dice) =>
    changed(dice.frame(), (frame) => {
      const packetBytes = read16(frame, ETH_HLEN + 2);
      return frame.slice(0, ETH_HLEN + dice.between(IP_HLEN, packetBytes - 1));
    }),
  "bad-total-length": (dice) =>
    changed(dice.frame(), (frame) => {
      write16(frame, ETH_HLEN + 2, dice.between(0, IP_HLEN - 1));
      refreshChecksum(frame, ETH_HLEN);
      return frame;
    }),
  "multicast-not-member": (dice) => {
    const daddr = dice.addressIn(0xe0000000, 4);
    return dice.frame({ daddr, destinationMac: multicastMac(daddr) });
  },
  "martian-source": (dice) => {
    const own = dice.pick(realDevices(dice).flatMap((device) => device.addresses));
    const [prefix, length] = dice.pick([...MARTIAN_SOURCES, [own?.address ?? 0, 32]]) ?? [0, 8];
    return dice.frame({ saddr: dice.addressIn(prefix, length) });
  },
  "martian-destination": (dice) =>
    dice.frame({ daddr: dice.addressIn(dice.pick([0, 0x7f000000, 0xf0000000]) ?? 0, 8) }),
  "ip-options": (dice) => dice.frame({ headerBytes: 4 * dice.between(6, MAX_HEADER_WORDS) }),
  "no-route": (dice) => dice.frame({ daddr: dice.prng.next() }),
  "forwarding-off": (dice) => {
    // To its own subnet: a next hop that no frame from another device uses.
    const device = dice.pick(dice.world.devices.filter((one) => !one.forwarding));
    const own = device && dice.pick(device.addresses);
    return own && dice.frame({ device, daddr: addressOnSubnet(dice, own) });
  },
  "link-broadcast": (dice) => {
    const destinationMac = dice.pick([new Uint8Array(6).fill(0xff), someMac(dice, 0x03)]);
    return destinationMac && dice.frame({ destinationMac });
  },
  "ttl-exceeded": (dice) => dice.frame({ ttl: dice.between(0, 1) }),
  "frag-needed": (dice) => dice.frame({ dontFragment: true }),
  "needs-fragment": (dice) => dice.frame({ dontFragment: false }),
  "no-neighbour": (dice) => {
    const device = dice.pick(forwardingDevices(dice, "tx"));
    const own = device && dice.pick(device.addresses);
    return own && dice.frame({ daddr: addressOnSubnet(dice, own) });
  },
};

/**
 * 0/8 holds 0.0.0.0 too, which is martian as long as the destination is not 0.0.0.0 as well. 240/4
 * and an own address are martian only where sources are always checked.
 */
const MARTIAN_SOURCES: readonly (readonly [number, number])[] = [
  [0, 8],
  [0x7f000000, 8],
  [0xe0000000, 4],
  [0xf0000000, 4],
  [LIMITED_BROADCAST, 32],
];

/**
 * An own address, a subnet's two broadcast addresses, the limited broadcast, 0.0.0.0 to 0.0.0.0.
 */
const DELIVERED_WISHES: readonly ((dice: FrameDice) => FrameWishes | undefined)[] = [
  (dice) => {
    const own = dice.pick(realDevices(dice).flatMap((device) => device.addresses));
    return own && { daddr: own.address };
  },
  (dice) => {
    const own = dice.pick(realDevices(dice).flatMap((device) => device.addresses));
    const hostBits = own && dice.pick([0, ~netmask(own.prefixLength)]);
    return own && { daddr: (subnetOf(own) | (hostBits ?? 0)) >>> 0 };
  },
  () => ({ daddr: LIMITED_BROADCAST, destinationMac: new Uint8Array(6).fill(0xff) }),
  () => ({ saddr: 0, daddr: 0, destinationMac: new Uint8Array(6).fill(0xff) }),
];

function realDevices(dice: FrameDice): Device[] {
  return dice.world.devices.filter((device) => device.kind !== "loopback");
}

function forwardingDevices(dice: FrameDice, kind: Device["kind"]): Device[] {
  return dice.world.devices.filter((device) => device.kind === kind && device.forwarding);
}

function addressOnSubnet(dice: FrameDice, own: DeviceAddress): number {
  return dice.addressIn(subnetOf(own), own.prefixLength);
}

function changed(
  draft: Draft | undefined,
  change: (frame: Uint8Array) => Uint8Array,
): Draft | undefined {
  return draft && { rxIfindex: draft.rxIfindex, frame: change(draft.frame) };
}

/**
 * A version other than 4, or fewer words than a header has; the checksum is over what the ihl says.
 */
function withBadFirstByte(dice: FrameDice, frame: Uint8Array): Uint8Array {
  const isVersion = dice.between(0, 1) === 1;
  const otherVersion = (4 + dice.between(1, 15)) % 16;
  frame[ETH_HLEN] = isVersion ? otherVersion * 16 + 5 : 0x40 + dice.between(0, 4);
  refreshChecksum(frame, ETH_HLEN);
  return frame;
}

/**
 * A frame whose checksum carries when its TTL falls: 0xFEFF on. A little-endian CPU must add the
 * end-around carry at 0xFEFF alone, one frame in 65,536, so the identification is chosen for it.
 */
function withCarry(dice: FrameDice, frame: Uint8Array): Uint8Array {
  const wanted = dice.pick([0xfeff, 0xff00, 0xfffe]) ?? 0xfeff;
  write16(frame, ETH_HLEN + 4, 0);
  refreshChecksum(frame, ETH_HLEN);
  const sum = (~wanted & 0xffff) + read16(frame, ETH_HLEN + 10);
  write16(frame, ETH_HLEN + 4, (sum & 0xffff) + (sum >>> 16));
  refreshChecksum(frame, ETH_HLEN);
  return frame;
}

/** A random MAC of nobody here: devices, neighbours and senders all begin with 02:00. */
function someMac(dice: FrameDice, firstByte: number): Uint8Array {
  const bits = dice.prng.next();
  return Uint8Array.of(firstByte, 0x5a, bits >>> 24, bits >>> 16, bits >>> 8, bits);
}

/** RFC 1112: 01:00:5e and the low 23 bits of the group. */
function multicastMac(group: number): Uint8Array {
  return Uint8Array.of(1, 0, 0x5e, (group >>> 16) & 0x7f, group >>> 8, group);
}
