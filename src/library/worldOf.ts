/**
 * Worlds from text: devices, addresses, neighbours and routes as a person writes them, checked, and
 * with everything that follows from them (indices, MAC addresses, connected routes).
 */
import { connectedRoutes } from "../reference/connectedRoutes.js";
import { netmask, parseAddress } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import {
  type Device,
  type Neighbour,
  type Nexthop,
  type Route,
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RTN_BLACKHOLE,
  RTN_PROHIBIT,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  type World,
} from "../reference/world.js";

/** A device. `lo` is there without being named. */
export interface DeviceText {
  readonly name: string;
  /** Own addresses with the length of their subnet: `192.0.2.1/24`. */
  readonly addresses?: readonly string[];
  /** Six bytes: `02:00:00:00:00:01`. @default one that is made from the index */
  readonly mac?: string;
  /** Bytes of an IP packet. @default 1500 */
  readonly mtu?: number;
  /** `net.ipv4.conf.DEV.forwarding`. @default true */
  readonly forwarding?: boolean;
}

/** A static neighbour. */
export interface NeighbourText {
  readonly dev: string;
  readonly address: string;
  readonly mac: string;
}

/** A route of table main, as `ip route add` takes it. */
export interface RouteText {
  /** `198.51.100.0/24`, `default`, or an address. */
  readonly to: string;
  readonly via?: string;
  /** Not with a type that sends nothing on. */
  readonly dev?: string;
  /** @default "unicast" */
  readonly type?: "unicast" | "blackhole" | "unreachable" | "prohibit";
  /** Preferred source of local packets. */
  readonly src?: string;
}

/** A setup. */
export interface WorldText {
  readonly devices: readonly DeviceText[];
  readonly neighbours?: readonly NeighbourText[];
  readonly routes?: readonly RouteText[];
}

const TYPES = {
  unicast: RTN_UNICAST,
  blackhole: RTN_BLACKHOLE,
  unreachable: RTN_UNREACHABLE,
  prohibit: RTN_PROHIBIT,
} as const;
const DEVICES_MAX = 63;
const MTU_MIN = 68;
const MTU_MAX = 65_535;
const LOOPBACK: Device = {
  name: "lo",
  ifindex: 1,
  mac: new Uint8Array(6),
  mtu: 65_536,
  kind: "loopback",
  forwarding: true,
  up: true,
  addresses: [{ address: 0x7f000001, prefixLength: 8 }],
};

/** Reads `192.0.2.0/24`; without a length it is 32. @throws {UsageError} */
export function parsePrefix(text: string): { address: number; length: number } {
  const [addressText = "", lengthText = "32", ...rest] = text.split("/");
  const length = /^\d{1,2}$/.test(lengthText) ? Number(lengthText) : Number.NaN;
  if (!(length <= 32) || rest.length > 0) {
    throw new UsageError(`prefix "${text}"; allowed: an IPv4 address with a length of 0 to 32`);
  }
  return { address: parseAddress(addressText), length };
}

/** Reads six bytes in hexadecimal. @throws {UsageError} */
export function parseMac(text: string): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) {
    throw new UsageError(`MAC address "${text}"; allowed: six bytes, as 02:00:00:00:00:01`);
  }
  return Uint8Array.from(text.split(":"), (byte) => Number.parseInt(byte, 16));
}

function deviceOf(text: DeviceText, ifindex: number): Device {
  const { name, mtu = 1_500, forwarding = true } = text;
  if (!/^[a-z][a-z0-9.]{0,14}$/i.test(name) || name === "lo") {
    throw new UsageError(`device "${name}"; allowed: up to 15 letters, digits and dots, not lo`);
  }
  if (!Number.isInteger(mtu) || mtu < MTU_MIN || mtu > MTU_MAX) {
    throw new UsageError(`device ${name}: mtu ${mtu}; allowed: ${MTU_MIN} to ${MTU_MAX}`);
  }
  const addresses = (text.addresses ?? []).map((own) => {
    const { address, length } = parsePrefix(own);
    return { address, prefixLength: length };
  });
  const mac = text.mac === undefined ? Uint8Array.of(2, 0, 0, 0, 0, ifindex) : parseMac(text.mac);
  return { name, ifindex, mac, mtu, kind: "tx", forwarding, up: true, addresses };
}

/** The device of this name. @throws {UsageError} */
export function deviceNamed(world: World, name: string): Device {
  const found = world.devices.find((device) => device.name === name);
  if (found !== undefined) return found;
  const names = world.devices.map((device) => device.name).join(", ");
  throw new UsageError(`no device "${name}"; allowed: ${names}`);
}

function isOnLink(device: Device, address: number): boolean {
  return device.addresses.some(({ address: own, prefixLength }) => {
    const mask = netmask(prefixLength);
    return ((own ^ address) & mask) === 0;
  });
}

function nexthopOf(world: World, { to, via, dev }: RouteText): Nexthop {
  if (via === undefined && dev === undefined) {
    throw new UsageError(`route to ${to}; allowed: via, dev or both`);
  }
  if (via === undefined) {
    return { gateway: 0, ifindex: deviceNamed(world, dev ?? "").ifindex, scope: RT_SCOPE_HOST };
  }
  const gateway = parseAddress(via);
  const device =
    dev === undefined
      ? world.devices.find((one) => one.kind !== "loopback" && isOnLink(one, gateway))
      : deviceNamed(world, dev);
  if (device === undefined) {
    throw new UsageError(
      `route to ${to}: no device has a subnet with ${via}; allowed: dev with it`,
    );
  }
  return { gateway, ifindex: device.ifindex, scope: RT_SCOPE_LINK };
}

/**
 * A route of table main. On link it has scope LINK, by a gateway UNIVERSE.
 * @throws {UsageError} one line: the route, what is wrong, what is allowed
 */
export function routeOf(world: World, text: RouteText): Route {
  const { address, length } =
    text.to === "default" ? { address: 0, length: 0 } : parsePrefix(text.to);
  const prefix = (address & netmask(length)) >>> 0;
  if (prefix !== address) {
    throw new UsageError(`route to ${text.to}; allowed: a prefix without host bits`);
  }
  const type = text.type ?? "unicast";
  if (type !== "unicast" && (text.via !== undefined || text.dev !== undefined)) {
    throw new UsageError(
      `route to ${text.to}: ${type} leads nowhere; allowed: neither via nor dev`,
    );
  }
  const nexthop: Nexthop =
    type === "unicast"
      ? nexthopOf(world, text)
      : { gateway: 0, ifindex: 0, scope: RT_SCOPE_NOWHERE };
  const onLink = type === "unicast" && nexthop.gateway === 0;
  const source = text.src === undefined ? {} : { preferredSource: parseAddress(text.src) };
  const scope = onLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  return { table: "main", prefix, length, type: TYPES[type], scope, nexthop, ...source };
}

/**
 * The world of a setup, `lo` with 127.0.0.1/8 first; connected routes come before the setup's own.
 * @throws {UsageError} one line for the first thing that is wrong
 */
export function worldOf(text: WorldText): World {
  if (text.devices.length > DEVICES_MAX) {
    throw new UsageError(`${text.devices.length} devices; allowed: ${DEVICES_MAX} beside lo`);
  }
  const devices = [LOOPBACK, ...text.devices.map((device, i) => deviceOf(device, i + 2))];
  const twice = devices.find((one, i) => devices.findIndex((d) => d.name === one.name) !== i);
  if (twice !== undefined) throw new UsageError(`device ${twice.name} is given twice`);
  const bare: World = { devices, neighbours: [], nexthops: [], routes: [] };
  const neighbours = (text.neighbours ?? []).map(({ dev, address, mac }): Neighbour => {
    const { ifindex } = deviceNamed(bare, dev);
    return { ifindex, address: parseAddress(address), mac: parseMac(mac) };
  });
  const own = (text.routes ?? []).map((route) => routeOf(bare, route));
  return { ...bare, neighbours, routes: [...devices.flatMap(connectedRoutes), ...own] };
}
