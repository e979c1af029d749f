/**
 * What a kernel does with a frame that arrives: the judge of the receive and forward path of every
 * image. Kernels differ in the rules of `source-check`; else it is 3.10's way, which 2.6 went too.
 *
 * One function per kernel function, each returning a fate or "go on"; the order of the checks is
 * the kernel's, because a packet with two faults is counted under the first one. Stateless: caches
 * must not change a fate, and where 3.10's do (spec 5.3, the bug of row 10) this is the fate of an
 * empty slot. Departures: static neighbours only (no ARP), options dropped by name, no
 * fragmenting, no reassembly (a fragment for this host counts as delivered), ICMP errors are not
 * sent.
 */
import { decreaseTtlChecksum, internetChecksum } from "./checksum.js";
import { DELIVERED, dropped, type Fate } from "./fate.js";
import { fibLookup, type RouterTables } from "./fibLookup.js";
import { isLimitedBroadcast, isLoopback, isMulticast, isZeronet } from "./ipv4Address.js";
import { ETH_HLEN, ETH_P_IP, IP_DF, IP_HLEN, read16, read32, write16 } from "./ipv4Frame.js";
import {
  isMartianDestination,
  isMartianSource,
  isValidSource,
  type SourceCheck,
} from "./sourceCheck.js";
import { transmit } from "./transmit.js";
import type { Device, Route, World } from "./world.js";
import { findDevice, RTN_BROADCAST, RTN_LOCAL, RTN_UNICAST } from "./world.js";

/** What `eth_type_trans` says of a frame's destination MAC. */
type PacketType = "host" | "broadcast" | "other-host";

/** A route lookup's answer: an error at once, a place to deliver, or a handler for `dst_input`. */
type InputVerdict =
  | { readonly kind: "error"; readonly fate: Fate }
  | { readonly kind: "input"; readonly fate: Fate }
  | { readonly kind: "forward"; readonly route: Route };

/**
 * The fate of a frame received on a device.
 * @param frame Ethernet header first; may carry padding behind the IP packet; not written to
 * @param check The rules for its addresses
 * @throws RangeError if there is no such device, or a route leads to none
 */
export function referenceForward(
  world: World,
  tables: RouterTables,
  rxIfindex: number,
  frame: Uint8Array,
  check: SourceCheck = "shortcut",
): Fate {
  const device = deviceOf(world, rxIfindex);
  if (frame.length < ETH_HLEN) return dropped("short-frame");
  // The handler is found by type first; only IPv4's handler minds whose MAC it was.
  if (read16(frame, 12) !== ETH_P_IP) return dropped("not-ip");
  const packetType = packetTypeOf(device, frame);
  const fault = ipRcv(packetType, frame);
  if (fault !== undefined) return fault;

  const verdict = ipRouteInput(tables, device, frame, check);
  if (verdict.kind === "error") return verdict.fate;
  if (headerBytes(frame) > IP_HLEN) return dropped("ip-options");
  if (verdict.kind === "input") return verdict.fate;
  return ipForward(world, verdict.route, packetType, frame);
}

/**
 * `eth_type_trans`: a set group bit means broadcast or multicast, which the input path treats
 * alike.
 */
function packetTypeOf(device: Device, frame: Uint8Array): PacketType {
  if (((frame[0] ?? 0) & 1) === 1) return "broadcast";
  return device.mac.every((byte, at) => byte === frame[at]) ? "host" : "other-host";
}

/** `ip_rcv`: is this a whole, intact IPv4 packet for us? Undefined: go on. */
function ipRcv(packetType: PacketType, frame: Uint8Array): Fate | undefined {
  if (packetType === "other-host") return dropped("other-host");
  const bytes = frame.length - ETH_HLEN;
  if (bytes < IP_HLEN) return dropped("short-header");
  const version = (frame[ETH_HLEN] ?? 0) >>> 4;
  const header = headerBytes(frame);
  if (version !== 4 || header < IP_HLEN) return dropped("bad-header");
  if (bytes < header) return dropped("short-header");
  if (internetChecksum(frame, ETH_HLEN, header) !== 0) return dropped("bad-checksum");
  if (bytes < totalLength(frame)) return dropped("short-packet");
  if (totalLength(frame) < header) return dropped("bad-total-length");
  return undefined;
}

/**
 * `ip_route_input_noref` and `ip_route_input_slow`: the rows of spec 5.3, column A where sources are
 * always checked, else column B.
 */
function ipRouteInput(
  tables: RouterTables,
  device: Device,
  frame: Uint8Array,
  check: SourceCheck,
): InputVerdict {
  const saddr = read32(frame, ETH_HLEN + 12);
  const daddr = read32(frame, ETH_HLEN + 16);
  if (isMulticast(daddr)) return error("multicast-not-member");
  if (isMartianSource(check, saddr)) return error("martian-source");
  const isNobody = saddr === 0 && daddr === 0;
  if (isLimitedBroadcast(daddr) || isNobody) return broadcast(tables, check, saddr);
  if (isZeronet(saddr)) return error("martian-source");
  if (isMartianDestination(check, daddr)) return error("martian-destination");
  if (isLoopback(saddr)) return error("martian-source");
  return routed(tables, device, check, saddr, fibLookup(tables, daddr));
}

/** The rows behind the lookup. */
function routed(
  tables: RouterTables,
  device: Device,
  check: SourceCheck,
  saddr: number,
  route: Route | undefined,
): InputVerdict {
  // Column A refuses at once, before options are looked at; column B attaches a route that drops.
  const isRefused = check === "always" && !device.forwarding;
  if (route === undefined) {
    return isRefused ? error("forwarding-off") : input(dropped("no-route"));
  }
  if (route.type === RTN_BROADCAST) return broadcast(tables, check, saddr);
  const isValid = isValidSource(check, tables, saddr);
  if (route.type === RTN_LOCAL) return isValid ? input(DELIVERED) : error("martian-source");
  if (isRefused) return error("forwarding-off");
  if (!device.forwarding) return input(dropped("forwarding-off"));
  if (route.type !== RTN_UNICAST) return error("martian-destination");
  return isValid ? { kind: "forward", route } : error("martian-source");
}

/** A broadcast is for this host, unless it claims to come from an impossible source. */
function broadcast(tables: RouterTables, check: SourceCheck, saddr: number): InputVerdict {
  const isValid = isZeronet(saddr) || isValidSource(check, tables, saddr);
  return isValid ? input(DELIVERED) : error("martian-source");
}

/** `ip_forward` and `ip_output`. */
function ipForward(world: World, route: Route, packetType: PacketType, frame: Uint8Array): Fate {
  if (packetType !== "host") return dropped("link-broadcast");
  const ttl = frame[ETH_HLEN + 8] ?? 0;
  if (ttl <= 1) return dropped("ttl-exceeded");
  const device = deviceOf(world, route.nexthop.ifindex);
  const tooBig = totalLength(frame) > device.mtu;
  const dontFragment = (read16(frame, ETH_HLEN + 6) & IP_DF) !== 0;
  if (tooBig) return dropped(dontFragment ? "frag-needed" : "needs-fragment");

  // What follows the IP packet is Ethernet padding, which `ip_rcv` cut off.
  const packet = frame.slice(ETH_HLEN, ETH_HLEN + totalLength(frame));
  packet[8] = ttl - 1;
  write16(packet, 10, decreaseTtlChecksum(read16(packet, 10)));
  return transmit(world, device, route, read32(packet, 16), packet);
}

function error(reason: Parameters<typeof dropped>[0]): InputVerdict {
  return { kind: "error", fate: dropped(reason) };
}

function input(fate: Fate): InputVerdict {
  return { kind: "input", fate };
}

function headerBytes(frame: Uint8Array): number {
  return ((frame[ETH_HLEN] ?? 0) & 0xf) * 4;
}

function totalLength(frame: Uint8Array): number {
  return read16(frame, ETH_HLEN + 2);
}

function deviceOf(world: World, ifindex: number): Device {
  const device = findDevice(world, ifindex);
  if (device === undefined) throw new RangeError(`no device with ifindex ${ifindex}`);
  return device;
}
