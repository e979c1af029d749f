/**
 * What can become of a packet: forwarded, delivered, or dropped for one named reason.
 */

/**
 * Every reason to drop, in the order in which the path of 3.10 asks, with the counter that the
 * kernel bumps ("none" where it frees the packet silently).
 */
export const DROP_REASONS = [
  /** Shorter than an Ethernet header. A driver's error counter, rx_length_errors. */
  "short-frame",
  /** Ethertype other than IPv4: nobody takes it. The device's rx_dropped. */
  "not-ip",
  /** Destination MAC is another host's. None (`ip_rcv` frees it before it counts). */
  "other-host",
  /** Ends inside the IPv4 header, options included. IpInHdrErrors. */
  "short-header",
  /** Version is not 4, or ihl below 5. IpInHdrErrors. */
  "bad-header",
  /** Header checksum wrong. IpExtInCsumErrors and IpInHdrErrors. */
  "bad-checksum",
  /** Total length says more than has arrived. IpExtInTruncatedPkts. */
  "short-packet",
  /** Total length is smaller than the header. IpInHdrErrors. */
  "bad-total-length",
  /** Multicast and not a member. None (-EINVAL out of the route lookup). */
  "multicast-not-member",
  /** Source multicast, limited broadcast, 0/8 or 127/8. rt_cache in_martian_src. */
  "martian-source",
  /** Destination 0/8 or 127/8, or a route type nobody forwards by. rt_cache in_martian_dst. */
  "martian-destination",
  /**
   * An IP header with options. Options processing is a later step, so what the kernel would handle
   * (`ip_rcv_options`) is dropped by name, at the place where the kernel handles it: after routing.
   */
  "ip-options",
  /**
   * No route, or one that says unreachable. rt_cache in_no_route, IpInNoRoutes; output:
   * IpOutNoRoutes.
   */
  "no-route",
  /**
   * Routed onward, but the receiving device does not forward. rt_cache in_no_route (err 0: silent).
   */
  "forwarding-off",
  /** For somebody else's IP address in a link-layer broadcast or multicast. None (`ip_forward`). */
  "link-broadcast",
  /** TTL 1 or 0 on arrival. IpInHdrErrors, ICMP time exceeded. */
  "ttl-exceeded",
  /** Bigger than the MTU with Don't Fragment. IpFragFails, ICMP fragmentation needed. */
  "frag-needed",
  /** Bigger than the MTU, may be fragmented; fragmenting is not built. (The kernel: IpFragOKs.) */
  "needs-fragment",
  /**
   * No neighbour entry. The packet waits while the kernel asks by ARP, in vain here: after three
   * requests ICMP host unreachable, res_failed of the neighbour table.
   */
  "no-neighbour",
  /** The output device is down while a route still leads there. The queue's drop counter. */
  "device-down",
  /** Local send to 0/8. None: the sender gets -EINVAL. */
  "zero-destination",
  /** Local send to a broadcast address by a socket without SO_BROADCAST. None: -EACCES. */
  "broadcast-send",
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/**
 * `frame` is what leaves `ifindex`: from the Ethernet header to the end of the IP packet, no
 * padding.
 */
export type Fate =
  | { readonly kind: "forwarded"; readonly ifindex: number; readonly frame: Uint8Array }
  | { readonly kind: "delivered" }
  | { readonly kind: "dropped"; readonly reason: DropReason };

export const DELIVERED: Fate = { kind: "delivered" };

/** A drop for this reason. */
export function dropped(reason: DropReason): Fate {
  return { kind: "dropped", reason };
}

/** True if both say the same, frames compared to the byte. */
export function isSameFate(one: Fate, other: Fate): boolean {
  if (one.kind === "dropped") return other.kind === "dropped" && one.reason === other.reason;
  if (one.kind === "delivered") return other.kind === "delivered";
  return (
    other.kind === "forwarded" &&
    one.ifindex === other.ifindex &&
    one.frame.length === other.frame.length &&
    one.frame.every((byte, at) => byte === other.frame[at])
  );
}
