/**
 * The route cache of 2.6: one hash of flows. This file is the table itself: where it lies, how a
 * flow is hashed and when two keys are the same, in each era. The contract of `invalidate` as far
 * as hash and key go; what invalidates is `rtFlush.ts`.
 *
 *   G_RT_HASH   buckets ─▶ [ 0 ][ 1 ] … [ 2^log2 − 1 ]   8 bytes each: the head of a chain
 *                            │                            locks: bucket i uses i & lockMask
 *                            ▼ dst.next                   4 bytes each, as spinlock_t was
 *                          rtable ─▶ rtable ─▶ 0
 *
 *                  2.6.18 (flush)                      2.6.39 (genid)
 *   hash           jhashOld2Words(daddr,               jhashNew3Words(daddr, saddr, ifindex,
 *                    saddr ^ ifindex << 5, secret)       generation)
 *   key            addresses, iif, oif, mark, TOS      the same and the generation
 *
 * TOS and mark are compared but not hashed: flows that differ only in those share a chain.
 *
 * Invariants at quiescence: each hashed rtable is in exactly one chain, that of its key's hash
 * (where `invalidate=genid`, with the generation it was made in); entries == rtables in chains, on
 * the garbage list and waiting for RCU.
 *
 * Who may touch it: line 0 is read by every packet and written at boot, by a flush (secret) and by
 * an emergency. A chain is changed under its bucket's lock (bottom halves off) and read under
 * RCU-bh; heads and links are published words. Sysctl words are written by the host between
 * windows. The statics of collector, flush and scan lie on lines of their own
 * (`rtGarbageCollect.ts`, `rtFlush.ts`, `rtExpire.ts`).
 */
import { plainStore32, publish32, readOnce32 } from "../../arch/atomic";
import { bootAlloc } from "../../arch/regions";
import { G_GENID, G_RT_GC, G_RT_HASH, superBlock, superBlockAt } from "../../arch/superblock";
import {
  EXPIRE_SCAN,
  EXPIRE_SCAN_WORK,
  INVALIDATE,
  INVALIDATE_GENID,
  ROUTE_CACHE,
  ROUTE_CACHE_HASH,
} from "../../config";
import { jhashNew3Words, jhashOld2Words } from "../../lib/hash";
import { COUNTER_DST_ENTRIES, percpuCounterReadFast } from "../../lib/percpuCounter";
import { prngMix } from "../../lib/prng";
import { DST_OPS_IPV4, dstOpsOf } from "../core/dstOps";
import { rtGenid } from "../fib/rtGenid";
import { RTABLE_HAS_ROUTE_IIF, Rtable } from "./rtable";

/** Flows are cached in the hash. */
export const HAS_RT_HASH: bool = ROUTE_CACHE == ROUTE_CACHE_HASH;
/** The generation is part of the hash and of the key (2.6.25 on); else a secret seeds the hash. */
export const RT_HASH_GENID: bool = HAS_RT_HASH && INVALIDATE == INVALIDATE_GENID;
/**
 * The device compared is the one a packet was routed from, 0 for this host's own (3.4). 2.6.39
 * compares `rt_iif`, in which an output entry stores its output device.
 */
export const RT_KEY_ROUTE_IIF: bool = RT_HASH_GENID && EXPIRE_SCAN == EXPIRE_SCAN_WORK;

/** TOS bits that an input key keeps: IPTOS_RT_MASK. */
export const IPTOS_RT_MASK: u32 = 0x1c;
/** Borrowed from the TOS: only on-link destinations. */
export const RTO_ONLINK: u32 = 0x01;

/** Bytes of a bucket: one pointer. */
const BUCKET_SHIFT: usize = 3;

/** Line 0 of G_RT_HASH. */
@unmanaged
export class RtHash {
  bucketsAt: u32;
  /** log2 of the buckets (`rt_hash_log`). */
  log: u32;
  mask: u32;
  locksAt: u32;
  lockMask: u32;
  private _rnd: u32;
  /** Emergency rebuilds so far (`current_rt_cache_rebuild_count`); racy-ok. */
  rebuilds: u32;
  /** Chains longer than this, of different flows, are an emergency (`rt_chain_length_max`). */
  chainLengthMax: u32;
  /** Secrets drawn so far; racy-ok. An entry whose insertion a flush overtook is in a chain where
   * no lookup finds it: at most one for each CPU and secret. */
  reseeds: u32;

  /** The secret of the hash (`rt_hash_rnd`): published, drawn anew by each full flush. */
  @inline get rnd(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<RtHash>("_rnd"));
  }
  @inline set rnd(v: u32) {
    this.reseeds++;
    publish32(changetype<usize>(this) + offsetof<RtHash>("_rnd"), v);
  }
}

/**
 * The sysctls of net/ipv4/route, on lines 1 and 2 of G_RT_HASH; times in jiffies. `gc_thresh` is
 * `DstOps.gcThresh`, as in the kernel.
 */
@unmanaged
export class RtSysctl {
  maxSize: u32;
  gcTimeout: u32;
  gcInterval: u32;
  gcMinInterval: u32;
  gcElasticity: u32;
  secretInterval: u32;
  minDelay: u32;
  maxDelay: u32;
  redirectNumber: u32;
  redirectLoad: u32;
  redirectSilence: u32;
  errorCost: u32;
  errorBurst: u32;
  mtuExpires: u32;
  minPmtu: u32;
  minAdvmss: u32;
  /** Emergency rebuilds after which nothing is cached any more. */
  rebuildCount: u32;
}

const SYSCTL_AT: usize = 64;
/** `rt_chain_length_max` of 2.6.39, and what 3.4 starts with. */
const RT_CHAIN_LENGTH_MAX: u32 = 20;

if (offsetof<RtHash>() > SYSCTL_AT) ERROR("RtHash overflows its line");
if (G_RT_HASH + SYSCTL_AT + offsetof<RtSysctl>() > G_RT_GC) ERROR("RtSysctl overflows");

/** The table of this machine. */
export function rtHash(): RtHash {
  return changetype<RtHash>(superBlockAt() + G_RT_HASH);
}

/** The sysctls of this machine. */
export function rtSysctl(): RtSysctl {
  return changetype<RtSysctl>(superBlockAt() + G_RT_HASH + SYSCTL_AT);
}

/** Offset of the sysctl words in the superblock, for the host. */
export const RT_SYSCTL_AT: usize = G_RT_HASH + SYSCTL_AT;

/** Buckets of the table (a power of two). */
export function rtHashBuckets(): u32 {
  return rtHash().mask + 1;
}

/** Address of the head of chain `hash` (< rtHashBuckets()). */
export function rtBucketAt(hash: u32): usize {
  return <usize>rtHash().bucketsAt + ((<usize>hash) << BUCKET_SHIFT);
}

/** Address of the lock of chain `hash`. Follows `rt_hash_lock_addr`. */
export function rtBucketLock(hash: u32): usize {
  const h = rtHash();
  return <usize>h.locksAt + ((<usize>(hash & h.lockMask)) << 2);
}

/** Entries now, waiting for RCU or as garbage too: the fast reading of `dst_ops.entries`. */
export function rtEntries(): u32 {
  return <u32>percpuCounterReadFast(COUNTER_DST_ENTRIES);
}

/** `ip_rt_gc_thresh`. */
export function rtGcThresh(): u32 {
  return dstOpsOf(DST_OPS_IPV4).gcThresh;
}

/** Locks by the CPUs that a kernel is built for (`RT_HASH_LOCK_SZ`); here by those it has. */
export function rtLocksFor(cpus: u32): u32 {
  if (cpus >= 32) return 4096;
  if (cpus >= 16) return 2048;
  if (cpus >= 8) return 1024;
  return cpus >= 4 ? 512 : 256;
}

/** log2 of `entries` rounded up to a power of two. */
function log2Up(entries: u32): u32 {
  return entries <= 1 ? 0 : 32 - <u32>clz<u32>(entries - 1);
}

/** Defaults of the sysctls for `buckets` buckets. Follows `ip_rt_init`. */
function sysctlInit(buckets: u32): void {
  const hz = superBlock().hz;
  const s = rtSysctl();
  s.maxSize = 16 * buckets;
  s.gcTimeout = 300 * hz;
  s.gcInterval = 60 * hz;
  s.gcMinInterval = hz / 2;
  s.gcElasticity = 8;
  s.secretInterval = 600 * hz;
  s.minDelay = 2 * hz;
  s.maxDelay = 10 * hz;
  s.redirectNumber = 9;
  s.redirectLoad = hz / 50;
  s.redirectSilence = (hz / 50) << 10;
  s.errorCost = hz;
  s.errorBurst = 5 * hz;
  s.mtuExpires = 600 * hz;
  s.minPmtu = 552;
  s.minAdvmss = 256;
  s.rebuildCount = 4;
  dstOpsOf(DST_OPS_IPV4).gcThresh = buckets;
}

/**
 * Makes the table with `superBlock().rhashEntries` buckets, rounded up to a power of two; nothing
 * in images without it. Secret and generation start from the machine's seed. False: no memory.
 * Called once by `boot()`, after the dst_ops. Follows the route cache's part of `ip_rt_init`.
 */
export function rtHashInit(): bool {
  if (!HAS_RT_HASH) return true;
  const h = rtHash();
  h.log = log2Up(superBlock().rhashEntries);
  h.mask = ((<u32>1) << h.log) - 1;
  const locks = rtLocksFor(superBlock().cpus);
  h.lockMask = locks - 1;
  h.bucketsAt = <u32>bootAlloc((<usize>1) << (<usize>h.log + BUCKET_SHIFT), 64);
  h.locksAt = <u32>bootAlloc((<usize>locks) << 2, 64);
  if (h.bucketsAt == 0 || h.locksAt == 0) return false;
  h.rnd = prngMix(superBlock().seed);
  h.rebuilds = 0;
  h.chainLengthMax = RT_CHAIN_LENGTH_MAX;
  if (RT_HASH_GENID) plainStore32(superBlockAt() + G_GENID, prngMix(~superBlock().seed));
  sysctlInit(h.mask + 1);
  return true;
}

/**
 * Chain of the flow between two addresses (network order) on device `ifindex`: the receiving one
 * of an input flow, the requested output device of an output flow. Follows `rt_hash_code` of
 * 2.6.18 and `rt_hash` of 2.6.39.
 */
export function rtHashCode(daddr: u32, saddr: u32, ifindex: u32): u32 {
  const h = rtHash();
  if (RT_HASH_GENID) return jhashNew3Words(daddr, saddr, ifindex, rtGenid()) & h.mask;
  return jhashOld2Words(daddr, saddr ^ (ifindex << 5), h.rnd) & h.mask;
}

/** The entry was made for packets of this host. Follows `rt_is_output_route`. */
export function rtIsOutput(rt: Rtable): bool {
  if (RTABLE_HAS_ROUTE_IIF) return rt.rtRouteIif == 0;
  return rt.keyIif == 0;
}

/** The device of an entry's key. */
function keyIif(rt: Rtable): u32 {
  if (RT_KEY_ROUTE_IIF) return rt.rtRouteIif;
  return rt.keyIif;
}

/** The entry is of an older generation: never used again. Follows `rt_is_expired` of 2.6.39. */
export function rtIsExpired(rt: Rtable): bool {
  if (RT_HASH_GENID) return rt.rtGenid != rtGenid();
  return false;
}

/**
 * The entry answers for a packet from `saddr` to `daddr` received on device `iif`; `tos` under
 * IPTOS_RT_MASK. Follows the comparison in `ip_route_input`.
 */
export function rtMatchesInput(
  rt: Rtable,
  daddr: u32,
  saddr: u32,
  iif: u32,
  tosAndMark: u64,
): bool {
  if (rt.keyDst != daddr || rt.keySrc != saddr || keyIif(rt) != iif || rt.keyOif != 0) return false;
  if (rt.keyMark != <u32>(tosAndMark >> 32) || <u32>rt.keyTos != <u32>tosAndMark) return false;
  return !rtIsExpired(rt);
}

/**
 * The entry answers for a datagram of this host from `saddr` (0: any) to `daddr` through device
 * `oif` (0: any). Follows the comparison in `__ip_route_output_key`.
 */
export function rtMatchesOutput(
  rt: Rtable,
  daddr: u32,
  saddr: u32,
  oif: u32,
  tosAndMark: u64,
): bool {
  if (rt.keyDst != daddr || rt.keySrc != saddr || !rtIsOutput(rt) || rt.keyOif != oif) return false;
  if (rt.keyMark != <u32>(tosAndMark >> 32)) return false;
  if (((<u32>rt.keyTos ^ <u32>tosAndMark) & (IPTOS_RT_MASK | RTO_ONLINK)) != 0) return false;
  return !rtIsExpired(rt);
}

/** TOS in the low word, mark in the high one: the part of a key that is not hashed. */
export function rtTosAndMark(tos: u32, mark: u32): u64 {
  return ((<u64>mark) << 32) | <u64>tos;
}

/** Two entries were made for the same flow. Follows `compare_keys`. */
export function rtSameKey(a: Rtable, b: Rtable): bool {
  return (
    a.keyDst == b.keyDst &&
    a.keySrc == b.keySrc &&
    a.keyMark == b.keyMark &&
    a.keyTos == b.keyTos &&
    a.keyOif == b.keyOif &&
    keyIif(a) == keyIif(b)
  );
}

/** Two entries have the same input of the hash: addresses and device. Follows
 * `compare_hash_inputs`. */
export function rtSameHashInput(a: Rtable, b: Rtable): bool {
  return a.keyDst == b.keyDst && a.keySrc == b.keySrc && keyIif(a) == keyIif(b);
}

/**
 * For walkers: the chain that the entry at `at` belongs to; all ones for an entry of an older
 * generation, which may be anywhere.
 */
export function rtChainOf(at: usize): u32 {
  if (!HAS_RT_HASH) return u32.MAX_VALUE;
  const rt = changetype<Rtable>(at);
  if (rtIsExpired(rt)) return u32.MAX_VALUE;
  return rtHashCode(rt.keyDst, rt.keySrc, rtIsOutput(rt) ? rt.keyOif : keyIif(rt));
}
