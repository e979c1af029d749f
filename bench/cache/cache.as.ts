// A whole image with the loop of the cache's bench: entries of the route cache looked up.

import { plainLoad32 } from "../../assembly/arch/atomic";
import { Rtable } from "../../assembly/net/ipv4/rtable";
import { rtTosAndMark } from "../../assembly/net/ipv4/rtHash";
import { rtFindInput } from "../../assembly/net/ipv4/rtLookup";

export * from "../../assembly/index";

/**
 * Looks `count` flows up, from number `from` of a list of `mask` + 1 destinations (as in a packet)
 * that begins anew; source and ifindex of all are the two words at `flow`. Returns the sum of the
 * next hops.
 */
export function findFlows(keysAt: usize, mask: u32, flow: usize, from: u32, count: u32): u32 {
  const saddr = plainLoad32(flow);
  const iif = plainLoad32(flow + 4);
  const tos = rtTosAndMark(0, 0);
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const daddr = plainLoad32(keysAt + ((<usize>((from + i) & mask)) << 2));
    const at = rtFindInput(daddr, saddr, iif, tos);
    if (at) sum += changetype<Rtable>(at).rtGateway;
  }
  return sum;
}
