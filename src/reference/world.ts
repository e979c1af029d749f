/**
 * The types of a setup: devices, neighbours, next hops and routes, and the kernel's numbers for
 * them.
 *
 * Plain data, shared by everybody: the reference models judge with it, the boot code writes it into
 * an image, workloads pick addresses by it. Addresses are unsigned 32-bit numbers in host order
 * (192.0.2.7 is 0xC0000207), MAC addresses six bytes.
 *
 * What every device of a world has in common, and what is therefore no field: rp_filter 0,
 * send_redirects off, route_localnet off, accept_local off, no multicast group joined (not even
 * 224.0.0.1), no policy rules. With rp_filter 0 and send_redirects off the kernel of 3.10 never
 * looks a source up (spec 4.8, the shortcut of B).
 */

/** Route types, `rtnetlink.h` (spec 0.4). */
export const RTN_UNSPEC = 0;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTN_THROW = 9;
export const RTN_NAT = 10;
export const RTN_XRESOLVE = 11;

/** Scopes: a bigger number is a narrower scope (spec 0.4). */
export const RT_SCOPE_UNIVERSE = 0;
export const RT_SCOPE_SITE = 200;
export const RT_SCOPE_LINK = 253;
export const RT_SCOPE_HOST = 254;
export const RT_SCOPE_NOWHERE = 255;

/** `loopback`: lo. `rx`: where a workload's frames arrive. `tx`: where next hops live. */
export type DeviceKind = "loopback" | "rx" | "tx";

/** An address of a device, with the length of its subnet. */
export interface DeviceAddress {
  readonly address: number;
  readonly prefixLength: number;
}

/**
 * A network device. `forwarding` is net.ipv4.conf.DEV.forwarding; `mtu` is in bytes of IP packet.
 */
export interface Device {
  readonly name: string;
  readonly ifindex: number;
  readonly mac: Uint8Array;
  readonly mtu: number;
  readonly kind: DeviceKind;
  readonly forwarding: boolean;
  readonly up: boolean;
  readonly addresses: readonly DeviceAddress[];
}

/** A static (NUD_PERMANENT) neighbour entry. */
export interface Neighbour {
  readonly ifindex: number;
  readonly address: number;
  readonly mac: Uint8Array;
}

/**
 * Where a route leads. `gateway` 0 means on-link. `scope` is the kernel's nh_scope: LINK for a
 * gateway, HOST for on-link, NOWHERE for the host's own addresses.
 */
export interface Nexthop {
  readonly gateway: number;
  readonly ifindex: number;
  readonly scope: number;
}

export type RouteTable = "local" | "main";

/** One route. `type` is one of RTN_*, `scope` one of RT_SCOPE_*; host bits of `prefix` are zero. */
export interface Route {
  readonly table: RouteTable;
  readonly prefix: number;
  readonly length: number;
  readonly type: number;
  readonly scope: number;
  readonly nexthop: Nexthop;
  /** The source that local packets take by this route; absent or 0: chosen from the device. */
  readonly preferredSource?: number;
}

/** A whole setup. `routes` holds what follows from the addresses; table prefixes come on top. */
export interface World {
  readonly devices: readonly Device[];
  readonly neighbours: readonly Neighbour[];
  readonly nexthops: readonly Nexthop[];
  readonly routes: readonly Route[];
}

/**
 * A routing table as columns, row by row: prefix (host order, host bits zero), length, and the
 * number its file gave (an origin AS, for instance). Columns may be longer than `count`.
 */
export interface PrefixColumns {
  readonly count: number;
  readonly prefixes: Uint32Array;
  readonly lengths: Uint8Array;
  readonly numbers: Uint32Array;
}

/** Says which next hop of `World.nexthops` a row of a table uses, as an index. */
export type NexthopPicker = (row: number) => number;

/** The device with this index, or undefined. */
export function findDevice(world: World, ifindex: number): Device | undefined {
  return world.devices.find((device) => device.ifindex === ifindex);
}
