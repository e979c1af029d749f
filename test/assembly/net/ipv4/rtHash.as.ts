/** The table, hash and keys of the route cache, and entries made by hand, for tests. */
import { plainLoad32 } from "../../../../assembly/arch/atomic";
import {
  RTABLE_HAS_GENID,
  RTABLE_HAS_ROUTE_IIF,
  Rtable,
} from "../../../../assembly/net/ipv4/rtable";
import {
  rtBucketAt,
  rtHash,
  rtIsExpired,
  rtIsOutput,
  rtMatchesInput,
  rtMatchesOutput,
  rtSameHashInput,
  rtSameKey,
  rtTosAndMark,
} from "../../../../assembly/net/ipv4/rtHash";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export { boot } from "../../../../assembly/boot";
export * from "../../../../assembly/layout";
export { rtGenid } from "../../../../assembly/net/fib/rtGenid";
export {
  rtBucketLock,
  rtEntries,
  rtGcThresh,
  rtHashBuckets,
  rtHashCode,
  rtLocksFor,
} from "../../../../assembly/net/ipv4/rtHash";

export function secret(): u32 {
  return rtHash().rnd;
}

export function lockMask(): u32 {
  return rtHash().lockMask;
}

export function bucketWord(hash: u32): u32 {
  return plainLoad32(rtBucketAt(hash));
}

export function bucketAt(hash: u32): usize {
  return rtBucketAt(hash);
}

/** Writes the key of the entry at `at`. */
export function setAddresses(at: usize, daddr: u32, saddr: u32, genid: u32): void {
  const rt = changetype<Rtable>(at);
  rt.keyDst = daddr;
  rt.keySrc = saddr;
  if (RTABLE_HAS_GENID) rt.rtGenid = genid;
}

export function setDevices(at: usize, iif: u32, oif: u32, routeIif: u32): void {
  const rt = changetype<Rtable>(at);
  rt.keyIif = iif;
  rt.keyOif = oif;
  if (RTABLE_HAS_ROUTE_IIF) rt.rtRouteIif = routeIif;
}

export function setTosAndMark(at: usize, tos: u32, mark: u32): void {
  const rt = changetype<Rtable>(at);
  rt.keyTos = <u8>tos;
  rt.keyMark = mark;
}

export function matchesInput(
  at: usize,
  daddr: u32,
  saddr: u32,
  iif: u32,
  tos: u32,
  mark: u32,
): bool {
  return rtMatchesInput(changetype<Rtable>(at), daddr, saddr, iif, rtTosAndMark(tos, mark));
}

export function matchesOutput(
  at: usize,
  daddr: u32,
  saddr: u32,
  oif: u32,
  tos: u32,
  mark: u32,
): bool {
  return rtMatchesOutput(changetype<Rtable>(at), daddr, saddr, oif, rtTosAndMark(tos, mark));
}

export function sameKey(a: usize, b: usize): bool {
  return rtSameKey(changetype<Rtable>(a), changetype<Rtable>(b));
}

export function sameHashInput(a: usize, b: usize): bool {
  return rtSameHashInput(changetype<Rtable>(a), changetype<Rtable>(b));
}

export function isOutput(at: usize): bool {
  return rtIsOutput(changetype<Rtable>(at));
}

export function isExpired(at: usize): bool {
  return rtIsExpired(changetype<Rtable>(at));
}
