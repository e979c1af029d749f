/**
 * What the input and output routes of 2.6 share: an rtable with the key of its flow, made for one
 * pair of addresses, and put where it will be found.
 */
import { DST_HOST } from "../core/dstEntry";
import { DROP_NO_BUFFER, mibInc } from "../core/mib";
import { Rtable, rtDstAlloc } from "./rtable";
import { rtHashCode } from "./rtHash";
import { isError, rtInternHash } from "./rtIntern";

/**
 * A new entry for `dev` with one reference and the key of a flow between two addresses (network
 * order); addresses of the route as the key's, next hop the destination. 0: no memory.
 */
export function rtAllocKeyed(dev: usize, daddr: u32, saddr: u32, tos: u32, mark: u32): usize {
  const at = rtDstAlloc(dev, true);
  if (!at) return 0;
  const rt = changetype<Rtable>(at);
  rt.flags |= DST_HOST;
  rt.keyDst = daddr;
  rt.keySrc = saddr;
  rt.keyTos = <u8>tos;
  rt.keyMark = mark;
  rt.rtDst = daddr;
  rt.rtSrc = saddr;
  rt.rtGateway = daddr;
  return at;
}

/** Puts a complete entry into the cache. Returns the one to use, or an error (counted). */
export function rtIntern(at: usize, ifindex: u32): usize {
  const rt = changetype<Rtable>(at);
  const used = rtInternHash(rtHashCode(rt.keyDst, rt.keySrc, ifindex), at, ifindex);
  if (isError(used)) mibInc(DROP_NO_BUFFER);
  return used;
}
