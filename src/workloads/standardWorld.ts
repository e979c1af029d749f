/**
 * The setup every workload runs in: frames arrive on some devices, next hops live behind others.
 *
 * ```
 * senders ── rx0 10.1.0.1/24 ┐                ┌ tx0 10.2.0.1/24 ── gateways 10.2.0.(10+k), k%4 = 0
 *         ── rx1 10.1.1.1/24 ┤                ├ tx1 10.2.1.1/24 ──                         k%4 = 1
 *         ── rx2 10.1.2.1/24 ┤ this host, lo  ├ tx2 10.2.2.1/24 ──                         k%4 = 2
 *         ── rx3 10.1.3.1/24 ┘                └ tx3 10.2.3.1/24 ──  mtu 68                 k%4 = 3
 *                             off0 10.3.0.1/24, forwarding off
 * ```
 *
 * ifindex: lo 1, then rx, tx, off0. The last tx device has the smallest MTU that IPv4 allows, so
 * "too big" can be tested; a workload's packets are 46 bytes and pass. off0 is the one device that
 * does not forward; no workload receives there. Each tx subnet has hosts that are neighbours (.200
 * to .203) and all other addresses are not: the named one is .250.
 */
import { connectedRoutes } from "../reference/connectedRoutes.js";
import { UsageError } from "../reference/usageError.js";
import {
  type Device,
  type DeviceAddress,
  type DeviceKind,
  type Neighbour,
  type Nexthop,
  RT_SCOPE_LINK,
  type World,
} from "../reference/world.js";

export const DEFAULT_NEXTHOPS = 64;
export const DEFAULT_RX_DEVICES = 4;
export const DEFAULT_TX_DEVICES = 4;

/** Last octets in a tx subnet: gateways from 10, hosts from 200, one without neighbour entry. */
export const FIRST_GATEWAY_OCTET = 10;
export const FIRST_HOST_OCTET = 200;
export const HOSTS_PER_TX_SUBNET = 4;
export const SILENT_HOST_OCTET = 250;

/** Gateways and hosts may not meet. */
const MAX_NEXTHOPS = FIRST_HOST_OCTET - FIRST_GATEWAY_OCTET;
/** The receive device of a flow is told by 8 bits of its source: see `receiveDevice.ts`. */
const MAX_DEVICES = 256;
const ETH_DATA_LEN = 1500;
const LOOPBACK_MTU = 65536;
const IPV4_MIN_MTU = 68;

export interface WorldSizes {
  readonly nexthops?: number;
  readonly rxDevices?: number;
  readonly txDevices?: number;
}

/**
 * Builds the setup above; next hop k is 10.2.t.(10 + k) on tx device t = k % txDevices.
 * @throws UsageError for sizes out of range
 */
export function standardWorld(sizes: WorldSizes = {}): World {
  const nexthopCount = sized("nexthops", sizes.nexthops ?? DEFAULT_NEXTHOPS, MAX_NEXTHOPS);
  const rxCount = sized("rxDevices", sizes.rxDevices ?? DEFAULT_RX_DEVICES, MAX_DEVICES);
  const txCount = sized("txDevices", sizes.txDevices ?? DEFAULT_TX_DEVICES, MAX_DEVICES);
  const devices = buildDevices(rxCount, txCount);
  const txDevices = devices.filter((device) => device.kind === "tx" && device.forwarding);
  const nexthops = Array.from({ length: nexthopCount }, (_, k): Nexthop => {
    const t = k % txCount;
    const gateway = txAddress(t, FIRST_GATEWAY_OCTET + k);
    return { gateway, ifindex: txDevices[t]?.ifindex ?? 0, scope: RT_SCOPE_LINK };
  });
  const hosts = txDevices.flatMap((device, t) =>
    Array.from({ length: HOSTS_PER_TX_SUBNET }, (_, host) =>
      neighbour(device.ifindex, txAddress(t, FIRST_HOST_OCTET + host)),
    ),
  );
  const gateways = nexthops.map((nexthop) => neighbour(nexthop.ifindex, nexthop.gateway));
  return {
    devices,
    neighbours: [...gateways, ...hosts],
    nexthops,
    routes: devices.flatMap(connectedRoutes),
  };
}

/** The address 10.2.t.octet. */
export function txAddress(t: number, octet: number): number {
  return 0x0a020000 + t * 256 + octet;
}

/** The devices frames arrive on, in the order in which `receiveDeviceIndex` counts them. */
export function receiveDevices(world: World): Device[] {
  return world.devices.filter((device) => device.kind === "rx");
}

function buildDevices(rxCount: number, txCount: number): Device[] {
  const lo = device("lo", 1, "loopback", on(0x7f000001, 8), LOOPBACK_MTU);
  const rx = Array.from({ length: rxCount }, (_, r) =>
    device(`rx${r}`, 2 + r, "rx", on(0x0a010001 + r * 256), ETH_DATA_LEN),
  );
  const tx = Array.from({ length: txCount }, (_, t) => {
    // With one tx device a small MTU would leave no way out for an ordinary packet.
    const mtu = t > 0 && t === txCount - 1 ? IPV4_MIN_MTU : ETH_DATA_LEN;
    return device(`tx${t}`, 2 + rxCount + t, "tx", on(txAddress(t, 1)), mtu);
  });
  const off = device("off0", 2 + rxCount + txCount, "tx", on(0x0a030001), ETH_DATA_LEN);
  return [lo, ...rx, ...tx, { ...off, forwarding: false }];
}

function on(address: number, prefixLength = 24): DeviceAddress {
  return { address, prefixLength };
}

function device(
  name: string,
  ifindex: number,
  kind: DeviceKind,
  own: DeviceAddress,
  mtu: number,
): Device {
  const mac = kind === "loopback" ? new Uint8Array(6) : macOf(own.address);
  return { name, ifindex, mac, mtu, kind, forwarding: true, up: true, addresses: [own] };
}

function neighbour(ifindex: number, address: number): Neighbour {
  return { ifindex, address, mac: macOf(address) };
}

/** A locally administered MAC that shows whose it is: 02:00 and the IPv4 address. */
function macOf(address: number): Uint8Array {
  return Uint8Array.of(2, 0, address >>> 24, address >>> 16, address >>> 8, address);
}

function sized(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new UsageError(`${name} ${value}; allowed: 1 to ${max}`);
}
