/**
 * The image, and what tests of the route cache as a whole read and do besides: its statics, a
 * look-up without a packet, runs of its collectors.
 */
import { COUNTER_DST_ENTRIES, percpuCounterReadFast } from "../../../../assembly/lib/percpuCounter";
import { rtExpire } from "../../../../assembly/net/ipv4/rtExpire";
import { rtFlushState } from "../../../../assembly/net/ipv4/rtFlush";
import { rtGc } from "../../../../assembly/net/ipv4/rtGarbageCollect";
import { rtHash } from "../../../../assembly/net/ipv4/rtHash";
import { rtFindInput } from "../../../../assembly/net/ipv4/rtLookup";

export * from "../../../../assembly/index";
export { enterSoftirq, leaveSoftirq } from "../../../../assembly/kernel/softirq";
export { rtGarbageCollect } from "../../../../assembly/net/ipv4/rtGarbageCollect";

/** The entry that answers for an input flow without TOS and mark; addresses in network order. */
export function findInput(daddr: u32, saddr: u32, iif: u32): usize {
  return rtFindInput(daddr, saddr, iif, 0);
}

/** The count of entries as the gate of an allocation reads it. */
export function entriesFast(): i32 {
  return percpuCounterReadFast(COUNTER_DST_ENTRIES);
}

export function gcWords(): usize {
  return changetype<usize>(rtGc());
}

export function scanWords(): usize {
  return changetype<usize>(rtExpire());
}

export function flushWords(): usize {
  return changetype<usize>(rtFlushState());
}

export function secret(): u32 {
  return rtHash().rnd;
}

export function setSecret(rnd: u32): void {
  rtHash().rnd = rnd;
}
