/**
 * The neighbour that an entry of 2.6 is bound to: looked up once, when the entry is made, and
 * referenced until its end. One function, so that the route cache need not know how neighbours are
 * found.
 */
import { EINVAL } from "../../errno";
import { Rtable } from "./rtable";

/**
 * Binds the entry at `at` to the neighbour of its next hop. 0, -EINVAL without a device, or
 * -ENOBUFS where the neighbour table is full. Follows `arp_bind_neighbour`. Where neighbours are
 * looked up for each packet nothing is bound.
 */
export function rtBindNeighbour(at: usize): i32 {
  return changetype<Rtable>(at).dev == 0 ? -EINVAL : 0;
}
