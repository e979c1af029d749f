/**
 * What 3.10 does with a packet that this host sends: output route by destination, preferred source,
 * header, neighbour (`__ip_route_output_key`, `__mkroute_output`; spec 5.5).
 *
 * No oif, no source given, a socket without SO_BROADCAST. Departures: sending to a multicast group
 * is not modelled (it needs membership and loop-back copies) and is refused as a caller's error.
 */
import { DELIVERED, dropped, type Fate } from "./fate.js";
import { fibLookup, type RouterTables } from "./fibLookup.js";
import { isInPrefix, isLimitedBroadcast, isMulticast, isZeronet } from "./ipv4Address.js";
import { IP_HLEN, writeIpv4Header } from "./ipv4Frame.js";
import { transmit } from "./transmit.js";
import type { Device, Route, World } from "./world.js";
import { findDevice, RTN_BROADCAST, RTN_LOCAL } from "./world.js";

/**
 * What a sender fixes of its packets; the rest follows from the route. `payload` follows the
 * header.
 */
export interface SendTemplate {
  readonly identification: number;
  readonly tos: number;
  readonly protocol: number;
  readonly dontFragment: boolean;
  readonly payload: Uint8Array;
}

/** `ip_default_ttl`, and no route of a world sets a hop limit. */
export const DEFAULT_TTL = 64;

/**
 * The fate of a packet sent to `daddr`: the frame on the wire, `delivered` through loopback, or a
 * drop (`no-route` stands for -ENETUNREACH, see `DROP_REASONS` for the others).
 * @throws RangeError for a multicast destination, or if a route leads to no device
 */
export function referenceLocalSend(
  world: World,
  tables: RouterTables,
  daddr: number,
  template: SendTemplate,
): Fate {
  if (isMulticast(daddr)) throw new RangeError("sending to a multicast group is not modelled");
  // To nobody means to this host.
  if (daddr === 0) return DELIVERED;
  const route = fibLookup(tables, daddr);
  if (route === undefined) return dropped("no-route");
  if (route.type === RTN_LOCAL) return DELIVERED;
  if (isZeronet(daddr)) return dropped("zero-destination");
  if (isLimitedBroadcast(daddr) || route.type === RTN_BROADCAST) return dropped("broadcast-send");

  const device = findDevice(world, route.nexthop.ifindex);
  if (device === undefined) throw new RangeError(`no device ${route.nexthop.ifindex}`);
  const totalLength = IP_HLEN + template.payload.length;
  if (totalLength > device.mtu) {
    return dropped(template.dontFragment ? "frag-needed" : "needs-fragment");
  }
  const packet = new Uint8Array(totalLength);
  writeIpv4Header(packet, 0, {
    tos: template.tos,
    totalLength,
    identification: template.identification,
    dontFragment: template.dontFragment,
    ttl: DEFAULT_TTL,
    protocol: template.protocol,
    saddr: preferredSource(world, device, route),
    daddr,
  });
  packet.set(template.payload, IP_HLEN);
  return transmit(world, device, route, daddr, packet);
}

/**
 * The source a local packet takes: the route's own; else the device's address on the gateway's
 * subnet; else the device's first; else the first of another device but loopback
 * (`inet_select_addr`; a loopback address has HOST scope and is never chosen for a wider one). 0 if
 * there is none.
 */
export function preferredSource(world: World, device: Device, route: Route): number {
  if (route.preferredSource) return route.preferredSource;
  const { gateway } = route.nexthop;
  const onSubnet = device.addresses.find(
    (own) => gateway !== 0 && isInPrefix(gateway, own.address, own.prefixLength),
  );
  const elsewhere = world.devices
    .filter((other) => other.kind !== "loopback")
    .flatMap((other) => other.addresses);
  const chosen = onSubnet ?? device.addresses[0] ?? elsewhere[0];
  return chosen?.address ?? 0;
}
