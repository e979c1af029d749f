/**
 * Upward from the neighbours: `neigh_table.constructor` and `neigh_ops.solicit`. There is one
 * table, ARP's.
 */
import { Neighbour } from "../net/core/neighbour";
import { arpConstructor, arpSolicit } from "../net/ipv4/arp";

/** `tbl->constructor(n)`: 0, or why an entry cannot be. */
export function neighConstruct(n: Neighbour): i32 {
  return arpConstructor(n);
}

/** `n->ops->solicit(n, skb)`: asks for the address; `probes` were sent before. */
export function neighSolicit(n: Neighbour, probes: u32): void {
  arpSolicit(n, probes);
}
