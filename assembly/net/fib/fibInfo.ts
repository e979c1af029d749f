/**
 * `fib_info`: a set of nexthops, shared by all routes that use the same. Part of the design part:
 * an alias in the table part holds its number, so that machines can share one table.
 *
 *   ╒═ line 0: read by every packet ═══════════════════════════════════════════════════════╕
 *   │ 0 flags │ 4 dead │ 5 protocol │ 6 scope │ 7 type │ 8 nhs │ 12 prefsrc │ 16 priority   │
 *   │ 20 index │ 24 metrics 8 │ 32 … unused                                                │
 *   ╞═ line 1: counts, hash chain, RCU ════════════════════════════════════════════════════╡
 *   │ 0 hash node 16 │ 16 treeref │ 20 clntref │ 24 rcu 16 │ 40 audit │ unused             │
 *   ╞═ line 2: metrics of its own, 16 words ═══════════════════════════════════════════════╡
 *   ╞═ nh[0] 128 bytes ═╪═ … nh[nhsMax - 1] ═══════════════════════════════════════════════╡
 *
 * The kernel's fields on fewer bytes; lines as above so that counting does not slow readers
 * (estimated). Invariants, with RTNL held:
 *   treeref == aliases that hold this number          treeref > 0  <=>  hashed and dead == 0
 *   clntref == (treeref > 0 ? 1 : 0) + other holders  clntref == 0  =>  freed a grace period later
 *   fi == fibInfoAt(fi.index),  1 <= index < capacity
 *
 * G_FIB holds the array's place and the lists. Fields of line 0 are written before the number is
 * published in an alias; `flags` and `dead` later, under RTNL, as published words. `clntref` is
 * shared. Numbers come back from RCU on any CPU through `_returned` (push only; the holder of RTNL
 * takes all of it), so there is no lock between the two.
 */
import { atomicAdd32, atomicSub32, publish32, readOnce32 } from "../../arch/atomic";
import { G_FIB, G_RTNL, superBlockAt } from "../../arch/superblock";
import { FIB_NH_BYTES, FibNh } from "./fibNh";

@unmanaged
export class FibInfo {
  private _flags: u32;
  /** First of four bytes that are one published word: see `state`. */
  private _dead: u8;
  protocol: u8;
  scope: u8;
  type: u8;
  nhs: u32;
  /** Network byte order as loaded. */
  prefsrc: u32;
  priority: u32;
  /** Its number: what aliases hold. */
  index: u32;
  /** Address of 16 words, RTAX_x at index x - 1: the shared default or line 2. */
  metrics: u32;
  private _metricsHigh: u32;
  private _read0: u64;
  private _read1: u64;
  private _read2: u64;
  private _read3: u64;
  /** Chain in the hash; while the number is free, the first word links the free list. */
  hashNext: u32;
  private _hashNextHigh: u32;
  private _hashPprev: u64;
  treeref: u32;
  private _clntref: u32;
  private _rcu0: u64;
  private _rcu1: u64;
  /** Used by the audit alone. */
  auditRefs: u32;
  private _pad: u32;
  private _count0: u64;
  private _count1: u64;

  /** RTNH_F_*: DEAD when no nexthop is left. */
  @inline get flags(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<FibInfo>("_flags"));
  }
  @inline set flags(value: u32) {
    publish32(changetype<usize>(this) + offsetof<FibInfo>("_flags"), value);
  }
  /** dead, protocol, scope and type in one load: for lookups. */
  @inline get state(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<FibInfo>("_dead"));
  }
  @inline get dead(): bool {
    return stateIsDead(this.state);
  }
  /**
   * Once, after the last alias was unlinked: who sees it and looks again finds that alias no more.
   */
  @inline markDead(): void {
    publish32(changetype<usize>(this) + offsetof<FibInfo>("_dead"), this.state | 1);
  }
  @inline get clntref(): u32 {
    return readOnce32(changetype<usize>(this) + offsetof<FibInfo>("_clntref"));
  }
  @inline set clntref(value: u32) {
    publish32(changetype<usize>(this) + offsetof<FibInfo>("_clntref"), value);
  }
  /** Takes a client reference: who keeps a pointer beyond its RCU section. */
  @inline clntrefInc(): void {
    atomicAdd32(changetype<usize>(this) + offsetof<FibInfo>("_clntref"), 1);
  }
  /** Drops a client reference; true: that was the last. */
  @inline clntrefDec(): bool {
    return atomicSub32(changetype<usize>(this) + offsetof<FibInfo>("_clntref"), 1) == 1;
  }
  @inline get hashNode(): usize {
    return changetype<usize>(this) + offsetof<FibInfo>("hashNext");
  }
  @inline get rcuHead(): usize {
    return changetype<usize>(this) + offsetof<FibInfo>("_rcu0");
  }
  /** Address of the metrics that belong to this fib_info alone. */
  @inline get ownMetrics(): usize {
    return changetype<usize>(this) + FIB_INFO_METRICS;
  }
  @inline nh(i: u32): FibNh {
    return changetype<FibNh>(changetype<usize>(this) + FIB_INFO_NH + <usize>i * FIB_NH_BYTES);
  }
}

/** Whether a fib_info of this `state` has lost its last alias. */
export function stateIsDead(state: u32): bool {
  return (state & 0xff) != 0;
}

/** The scope in a fib_info's `state`. */
export function stateScope(state: u32): u32 {
  return (state >> 16) & 0xff;
}

/** For walkers: its count, and its rcu_head. */
export const FIB_INFO_CLNTREF: usize = offsetof<FibInfo>("_clntref");
export const FIB_INFO_RCU: usize = offsetof<FibInfo>("_rcu0");
/** Line 2: the own metrics; the nexthops follow. */
export const FIB_INFO_METRICS: usize = 128;
export const FIB_INFO_NH: usize = 192;
/** Most nexthops of one fib_info that `fibInfoInit` accepts. */
export const FIB_NHS_MAX: u32 = 16;
/** A number is a u16 in the rows of a bulk load. Number 0 is none. */
export const FIB_INFOS_MAX: u32 = 65536;

if (offsetof<FibInfo>() != FIB_INFO_METRICS) ERROR("FibInfo is two lines before its metrics");
if (offsetof<FibInfo>("hashNext") != 64) ERROR("the counts of FibInfo start on their own line");

/** Section G_FIB. Read-only after `fibInfoInit` up to `nhsMax`; the rest under RTNL. */
@unmanaged
export class FibInfos {
  infosAt: u32;
  /** Bytes from one fib_info to the next. */
  stride: u32;
  /** Distance from CPU c's output slot to CPU c + 1's. */
  outputStride: u32;
  /** Numbers are 1 … capacity - 1. */
  capacity: u32;
  nhsMax: u32;
  hashAt: u32;
  hashMask: u32;
  /** 16 zero words. */
  defaultMetricsAt: u32;
  /** Free numbers, linked through `hashNext`; 0: none. */
  freeHead: u32;
  /** Numbers never used yet start here. */
  nextIndex: u32;
  /** In use: hashed, or waiting for the last client or RCU. */
  inUse: u32;
  /** The array of n buckets begins at this address + 8n. */
  hashBaseAt: u32;
  private _pad1: u64;
  private _pad2: u64;
  /** Came back from RCU, linked through `hashNext`. Shared; on a line of its own. */
  private _returned: u32;

  @inline get returnedAt(): usize {
    return changetype<usize>(this) + offsetof<FibInfos>("_returned");
  }
}

if (offsetof<FibInfos>("_returned") != 64) ERROR("the shared word of FibInfos needs its own line");
if (offsetof<FibInfos>() > G_RTNL - G_FIB) ERROR("FibInfos overflows its section");

/** The fib_infos of this machine: section G_FIB of the superblock. */
export function fibInfos(): FibInfos {
  return changetype<FibInfos>(superBlockAt() + G_FIB);
}

/** The fib_info of number `index`. */
export function fibInfoAt(index: u32): FibInfo {
  const infos = fibInfos();
  return changetype<FibInfo>(<usize>infos.infosAt + <usize>index * infos.stride);
}

/** The fib_info whose RcuHead is at `head`: what an RCU callback is given. */
export function fibInfoOfRcu(head: usize): FibInfo {
  return changetype<FibInfo>(head - offsetof<FibInfo>("_rcu0"));
}

/** Address of the output slot of `nh` for CPU `cpu`: the kernel's `per_cpu_ptr`. */
export function nhRthOutput(nh: FibNh, cpu: u32): usize {
  return <usize>nh.outputAt + <usize>cpu * fibInfos().outputStride;
}
