/**
 * The routes that follow from the addresses of a device, as `fib_add_ifaddr` makes them (3.10):
 *
 * | for                         | table | prefix          | type            | scope |
 * |-----------------------------|-------|-----------------|-----------------|-------|
 * | every address               | local | address/32      | LOCAL           | HOST  |
 * | first of its subnet, length < 32 | main  | subnet     | UNICAST         | LINK  |
 * | the same on loopback        | local | subnet          | LOCAL           | HOST  |
 * | ... and length < 31         | local | first, last /32 | BROADCAST       | LINK  |
 *
 * A device that is down gets the first row only. The next hop's scope is one step narrower than the
 * route's: HOST for LINK, NOWHERE for HOST (`fib_create_info`); `ReferenceRouter.deviceDown` lives
 * on that. A second address of a subnet is secondary and gets its own /32 only. Departure: the
 * broadcast address is always the subnet's last one (`ip addr add ... brd +`).
 */
import { netmask } from "./ipv4Address.js";
import type { Device, DeviceAddress, Route } from "./world.js";
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_UNICAST,
} from "./world.js";

/** Every route that the addresses of `device` bring, in the kernel's order. */
export function connectedRoutes(device: Device): Route[] {
  return device.addresses.flatMap((own, index) => {
    const routes = [localRoute(device, own.address, 32, own.address)];
    const isSecondary = device.addresses
      .slice(0, index)
      .some((other) => subnetOf(other) === subnetOf(own) && isSameLength(other, own));
    if (device.up && !isSecondary) routes.push(...subnetRoutes(device, own));
    return routes;
  });
}

function subnetRoutes(device: Device, own: DeviceAddress): Route[] {
  const length = own.prefixLength;
  const subnet = subnetOf(own);
  if (length === 32) return [];
  const routes =
    device.kind === "loopback"
      ? [localRoute(device, subnet, length, own.address)]
      : [linkRoute(device, subnet, length, own.address, RTN_UNICAST)];
  if (length < 31) {
    const last = (subnet | ~netmask(length)) >>> 0;
    routes.push(linkRoute(device, subnet, 32, own.address, RTN_BROADCAST));
    routes.push(linkRoute(device, last, 32, own.address, RTN_BROADCAST));
  }
  return routes;
}

function localRoute(device: Device, prefix: number, length: number, source: number): Route {
  return {
    table: "local",
    prefix,
    length,
    type: RTN_LOCAL,
    scope: RT_SCOPE_HOST,
    nexthop: { gateway: 0, ifindex: device.ifindex, scope: RT_SCOPE_NOWHERE },
    preferredSource: source,
  };
}

function linkRoute(
  device: Device,
  prefix: number,
  length: number,
  source: number,
  type: number,
): Route {
  return {
    table: type === RTN_UNICAST ? "main" : "local",
    prefix,
    length,
    type,
    scope: RT_SCOPE_LINK,
    nexthop: { gateway: 0, ifindex: device.ifindex, scope: RT_SCOPE_HOST },
    preferredSource: source,
  };
}

/** The subnet an address lies in, host bits zero. */
export function subnetOf(own: DeviceAddress): number {
  return (own.address & netmask(own.prefixLength)) >>> 0;
}

function isSameLength(one: DeviceAddress, other: DeviceAddress): boolean {
  return one.prefixLength === other.prefixLength;
}
