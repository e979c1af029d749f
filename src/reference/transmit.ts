/**
 * The last steps of every packet that leaves: next hop's address, neighbour, device, MAC header
 * (`rt_set_nexthop`, `ip_finish_output2`, `dev_queue_xmit`; spec 5.4 and 7).
 */
import { dropped, type Fate } from "./fate.js";
import { ETH_HLEN, writeEthernet } from "./ipv4Frame.js";
import type { Device, Route, World } from "./world.js";
import { RT_SCOPE_LINK } from "./world.js";

/** The address to ask a neighbour entry for: a LINK-scope gateway, else the destination itself. */
export function nexthopAddress(route: Route, daddr: number): number {
  const { gateway, scope } = route.nexthop;
  return gateway !== 0 && scope === RT_SCOPE_LINK ? gateway : daddr;
}

/**
 * Sends an IP packet to the route's next hop.
 * @param packet from the IP header to the end of the packet; it is copied
 * @returns the frame on the wire, or a drop: `no-neighbour`, then `device-down`
 */
export function transmit(
  world: World,
  device: Device,
  route: Route,
  daddr: number,
  packet: Uint8Array,
): Fate {
  const address = nexthopAddress(route, daddr);
  const neighbour = world.neighbours.find(
    (entry) => entry.ifindex === device.ifindex && entry.address === address,
  );
  if (neighbour === undefined) return dropped("no-neighbour");
  if (!device.up) return dropped("device-down");
  const frame = new Uint8Array(ETH_HLEN + packet.length);
  writeEthernet(frame, 0, neighbour.mac, device.mac);
  frame.set(packet, ETH_HLEN);
  return { kind: "forwarded", ifindex: device.ifindex, frame };
}
