/**
 * `fib_semantics.c`: making, sharing and releasing fib_info, and what a device's going means to
 * them.
 *
 * All but `fibInfoHold`, `fibInfoPut` and `freeFibInfoRcu` run under RTNL. Departures from the
 * kernel: fixed capacity, set at boot; the index of devices is a scan over all numbers; nexthops
 * come resolved; no table of local addresses. The hash doubles when there are as many fib_infos as
 * buckets (spec 4.1): arrays of 1, 2, 4, … buckets lie one behind the other, that of n buckets at
 * `hashBaseAt` + 8n, and room for all of them is taken at boot.
 */
import {
  atomicCmpxchg32,
  atomicLoad32,
  atomicXchg32,
  fillBytes,
  plainLoad32,
  plainStore32,
} from "../../arch/atomic";
import { bootAlloc } from "../../arch/regions";
import { isBusted, possibleCpus } from "../../arch/superblock";
import { bugOn, SITE_FIB_INFO } from "../../arch/trap";
import { RCU_FUNC_FREE_FIB_INFO } from "../../calls/rcu";
import { nexthopRoutesFree } from "../../calls/route";
import { BUSTED, BUSTED_FIB_NUMBER, LINE_BYTES } from "../../config";
import { callRcu } from "../../kernel/callRcu";
import { hlistAddHeadRcu, hlistDelRcu, hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { devHold, devPut } from "../core/netDevice";
import { FibConfig, nhConfigOf } from "./fibConfig";
import {
  FIB_INFO_NH,
  FIB_INFOS_MAX,
  FIB_NHS_MAX,
  FibInfo,
  FibInfos,
  fibInfoAt,
  fibInfoOfRcu,
  fibInfos,
} from "./fibInfo";
import { FIB_NH_BYTES, FibNh } from "./fibNh";
import { RT_SCOPE_NOWHERE, RTAX_MTU, RTAX_WORDS, RTNH_F_DEAD } from "./rtnetlink";

const NO_INFO: usize = 0;
const METRICS_BYTES: usize = (<usize>RTAX_WORDS) << 2;

/**
 * Takes the memory for fib_info numbers 1 to `capacity` - 1, each with up to `nhsMax` nexthops,
 * their output slots, and their hash, which begins with `buckets`, a power of two. Returns false if
 * the boot region is too small or a number is out of range.
 */
export function fibInfoInit(capacity: u32, nhsMax: u32, buckets: u32): bool {
  if (capacity < 2 || capacity > FIB_INFOS_MAX || nhsMax < 1 || nhsMax > FIB_NHS_MAX) return false;
  const infos = fibInfos();
  fillBytes(changetype<usize>(infos), 0, offsetof<FibInfos>());
  const stride: usize = FIB_INFO_NH + <usize>nhsMax * FIB_NH_BYTES;
  const slots: usize = <usize>capacity * <usize>nhsMax;
  const outputStride: usize = ((slots << 3) + LINE_BYTES - 1) & ~(LINE_BYTES - 1);
  let bucketsMax = buckets;
  while (bucketsMax < capacity) bucketsMax <<= 1;
  infos.infosAt = <u32>bootAlloc(<usize>capacity * stride, LINE_BYTES);
  const outputAt = bootAlloc(outputStride * <usize>possibleCpus(), LINE_BYTES);
  infos.hashBaseAt = <u32>bootAlloc((<usize>bucketsMax) << 4, LINE_BYTES);
  infos.defaultMetricsAt = <u32>bootAlloc(METRICS_BYTES, LINE_BYTES);
  if (!infos.infosAt || !outputAt || !infos.hashBaseAt || !infos.defaultMetricsAt) return false;
  infos.stride = <u32>stride;
  infos.outputStride = <u32>outputStride;
  infos.capacity = capacity;
  infos.nhsMax = nhsMax;
  infos.hashAt = infos.hashBaseAt + (buckets << 3);
  infos.hashMask = buckets - 1;
  infos.nextIndex = 1;
  for (let i: u32 = 0; i < <u32>slots; i++) {
    fibInfoAt(i / nhsMax).nh(i % nhsMax).outputAt = <u32>(outputAt + ((<usize>i) << 3));
  }
  return true;
}

/** A free number, or 0. */
function allocIndex(): u32 {
  const infos = fibInfos();
  if (infos.freeHead == 0 && atomicLoad32(infos.returnedAt) != 0) {
    infos.freeHead = atomicXchg32(infos.returnedAt, 0);
  }
  const index = infos.freeHead;
  if (index != 0) {
    infos.freeHead = fibInfoAt(index).hashNext;
    return index;
  }
  if (infos.nextIndex >= infos.capacity) return 0;
  infos.nextIndex += 1;
  return infos.nextIndex - 1;
}

/** The kernel mixes these fields and the index of every device; the fold is ours. */
function hashOfInfo(fi: FibInfo): u32 {
  let v = fi.nhs ^ (((<u32>fi.protocol) << 8) | <u32>fi.scope) ^ fi.prefsrc ^ fi.priority;
  for (let i: u32 = 0; i < fi.nhs; i++) {
    const nh = fi.nh(i);
    v = rotl<u32>(v, 5) ^ nh.oif ^ (nh.gw * 0x9e3779b9);
  }
  return v ^ (v >> 7) ^ (v >> 12);
}

function infoOfNode(node: usize): FibInfo {
  return changetype<FibInfo>(node - offsetof<FibInfo>("hashNext"));
}

function bucketOf(fi: FibInfo): usize {
  const infos = fibInfos();
  return <usize>infos.hashAt + ((<usize>(hashOfInfo(fi) & infos.hashMask)) << 3);
}

/** Twice the buckets once there are as many fib_infos as buckets. Only holders of RTNL look. */
function growHash(): void {
  const infos = fibInfos();
  const size = infos.hashMask + 1;
  if (infos.inUse < size || size >= infos.capacity) return;
  const old: usize = infos.hashAt;
  infos.hashAt = infos.hashBaseAt + (size << 4);
  infos.hashMask = (size << 1) - 1;
  for (let i: u32 = 0; i < size; i++) {
    let node = hlistFirstRcu(old + ((<usize>i) << 3));
    while (node != 0) {
      const next = hlistNextRcu(node);
      hlistAddHeadRcu(node, bucketOf(infoOfNode(node)));
      node = next;
    }
  }
}

/** The kernel's `nh_comp`: equal but for DEAD, nexthop by nexthop. */
function nexthopsEqual(a: FibInfo, b: FibInfo): bool {
  for (let i: u32 = 0; i < a.nhs; i++) {
    const x = a.nh(i);
    const y = b.nh(i);
    if (x.oif != y.oif || x.gw != y.gw || x.scope != y.scope || x.weight != y.weight) return false;
    if (((x.flags ^ y.flags) & ~RTNH_F_DEAD) != 0) return false;
  }
  return true;
}

function metricsEqual(a: usize, b: usize): bool {
  for (let i: usize = 0; i < METRICS_BYTES; i += 4) {
    if (plainLoad32(a + i) != plainLoad32(b + i)) return false;
  }
  return true;
}

/** The kernel's `fib_find_info`: a live fib_info equal to `wanted`, or 0. */
function findInfo(wanted: FibInfo): usize {
  for (let node = hlistFirstRcu(bucketOf(wanted)); node; node = hlistNextRcu(node)) {
    const fi = infoOfNode(node);
    if (fi.nhs != wanted.nhs || fi.protocol != wanted.protocol) continue;
    if (fi.scope != wanted.scope || fi.type != wanted.type) continue;
    if (fi.prefsrc != wanted.prefsrc || fi.priority != wanted.priority) continue;
    if (((fi.flags ^ wanted.flags) & ~RTNH_F_DEAD) != 0) continue;
    if (!metricsEqual(fi.metrics, wanted.metrics) || !nexthopsEqual(fi, wanted)) continue;
    return changetype<usize>(fi);
  }
  return NO_INFO;
}

function fillNexthop(fi: FibInfo, cfg: FibConfig, i: u32): void {
  const from = nhConfigOf(cfg, i);
  const nh = fi.nh(i);
  const outputAt = nh.outputAt;
  fillBytes(changetype<usize>(nh), 0, FIB_NH_BYTES);
  nh.outputAt = outputAt;
  nh.parent = <u32>changetype<usize>(fi);
  nh.dev = from.dev;
  nh.oif = from.oif;
  nh.gw = from.gw;
  nh.scope = from.scope;
  nh.flags = from.flags;
  nh.weight = from.weight == 0 ? 1 : from.weight;
  nh.saddr = from.saddr;
}

function fillInfo(fi: FibInfo, cfg: FibConfig, index: u32): void {
  const infos = fibInfos();
  fillBytes(changetype<usize>(fi), 0, FIB_INFO_NH);
  fi.index = index;
  fi.flags = cfg.flags;
  fi.protocol = cfg.protocol;
  fi.scope = cfg.scope;
  fi.type = cfg.type;
  fi.nhs = cfg.nhs;
  fi.prefsrc = cfg.prefsrc;
  fi.priority = cfg.priority;
  fi.metrics = infos.defaultMetricsAt;
  if (cfg.mtu != 0) {
    fi.metrics = <u32>fi.ownMetrics;
    plainStore32(fi.ownMetrics + ((<usize>RTAX_MTU - 1) << 2), cfg.mtu);
  }
  for (let i: u32 = 0; i < cfg.nhs; i++) fillNexthop(fi, cfg, i);
}

/**
 * The fib_info for a request, with one more treeref: an equal one that is there already, else a new
 * one. Returns its address, or 0 when numbers have run out or `cfg.nhs` is too large.
 */
export function fibCreateInfo(cfg: FibConfig): usize {
  const infos = fibInfos();
  if (cfg.nhs > infos.nhsMax) return NO_INFO;
  growHash();
  const index = allocIndex();
  if (index == 0) return NO_INFO;
  const fi = fibInfoAt(index);
  fillInfo(fi, cfg, index);
  const found = findInfo(fi);
  if (found != NO_INFO) {
    // Nobody has seen the new one: its number is free again at once.
    fi.hashNext = infos.freeHead;
    infos.freeHead = index;
    changetype<FibInfo>(found).treeref += 1;
    return found;
  }
  infos.inUse += 1;
  holdDevices(fi);
  fi.treeref = 1;
  fi.clntref = 1;
  hlistAddHeadRcu(fi.hashNode, bucketOf(fi));
  return changetype<usize>(fi);
}

/** One more alias holds `fi`, which is hashed. */
export function fibInfoHoldTree(fi: FibInfo): void {
  bugOn(fi.treeref == 0, SITE_FIB_INFO);
  fi.treeref += 1;
}

/**
 * One alias less holds `fi`. The last one unhashes it, marks it dead and drops a client reference.
 */
export function fibReleaseInfo(fi: FibInfo): void {
  bugOn(fi.treeref == 0, SITE_FIB_INFO);
  fi.treeref -= 1;
  if (fi.treeref != 0) return;
  hlistDelRcu(fi.hashNode);
  fi.markDead();
  fibInfos().inUse -= 1;
  fibInfoPut(fi);
}

/** A reference of a holder outside the table, from any CPU: e.g. a route that uses its metrics. */
export function fibInfoHold(fi: FibInfo): void {
  fi.clntrefInc();
}

/** Drops a client reference; the last one frees `fi` after a grace period. Any CPU. */
export function fibInfoPut(fi: FibInfo): void {
  if (fi.clntrefDec()) callRcu(fi.rcuHead, RCU_FUNC_FREE_FIB_INFO);
}

/** Each nexthop holds its device, as `fib_check_nh` leaves it. */
function holdDevices(fi: FibInfo): void {
  for (let i: u32 = 0; i < fi.nhs; i++) {
    if (fi.nh(i).dev != 0) devHold(fi.nh(i).dev);
  }
}

/** Drops what the nexthop caches and its device. */
function dropNexthop(nh: FibNh): void {
  nexthopRoutesFree(nh);
  if (nh.dev != 0) devPut(nh.dev);
  nh.dev = 0;
}

/** RCU callback of `fibInfoPut`, on whichever CPU queued it: the number can be used again. */
export function freeFibInfoRcu(head: usize): void {
  const fi = fibInfoOfRcu(head);
  for (let i: u32 = 0; i < fi.nhs; i++) dropNexthop(fi.nh(i));
  if (BUSTED && isBusted(BUSTED_FIB_NUMBER)) return;
  const at = fibInfos().returnedAt;
  let seen = atomicLoad32(at);
  while (true) {
    fi.hashNext = seen;
    const was = atomicCmpxchg32(at, seen, fi.index);
    if (was == seen) return;
    seen = was;
  }
}

/** Nexthops of `fi` that are alive. */
function aliveNexthops(fi: FibInfo): u32 {
  let alive: u32 = 0;
  for (let i: u32 = 0; i < fi.nhs; i++) {
    if ((fi.nh(i).flags & RTNH_F_DEAD) == 0) alive += 1;
  }
  return alive;
}

/** Marks the nexthops over `dev` dead or alive, but for those of scope `exceptScope`. */
function markNexthops(fi: FibInfo, dev: u32, dead: bool, exceptScope: u32): bool {
  let changed = false;
  for (let i: u32 = 0; i < fi.nhs; i++) {
    const nh = fi.nh(i);
    if (nh.dev != dev || ((nh.flags & RTNH_F_DEAD) != 0) == dead) continue;
    if (nh.scope == exceptScope) continue;
    nh.flags = nh.flags ^ RTNH_F_DEAD;
    changed = true;
  }
  return changed;
}

/** No nexthop has it: every one is marked. */
const NO_SCOPE: u32 = 0xffffffff;

/**
 * A device goes down: its nexthops are dead, and so is a fib_info that has no other. Nexthops of
 * scope NOWHERE, those of the host's own addresses, live on until the device goes away for good
 * (`force`). Returns how many fib_infos died; the caller then flushes the tables.
 */
export function fibSyncDownDev(dev: u32, force: bool): u32 {
  const exceptScope = force ? NO_SCOPE : RT_SCOPE_NOWHERE;
  const infos = fibInfos();
  let died: u32 = 0;
  for (let index: u32 = 1; index < infos.nextIndex; index++) {
    const fi = fibInfoAt(index);
    if (fi.treeref == 0 || fi.dead || !markNexthops(fi, dev, true, exceptScope)) continue;
    if (aliveNexthops(fi) != 0) continue;
    fi.flags = fi.flags | RTNH_F_DEAD;
    died += 1;
  }
  return died;
}

/**
 * A device is up again: its nexthops live, in those fib_infos that still have routes. Returns how
 * many.
 */
export function fibSyncUpDev(dev: u32): u32 {
  const infos = fibInfos();
  let revived: u32 = 0;
  for (let index: u32 = 1; index < infos.nextIndex; index++) {
    const fi = fibInfoAt(index);
    if (fi.treeref == 0 || fi.dead || !markNexthops(fi, dev, false, NO_SCOPE)) continue;
    fi.flags = fi.flags & ~RTNH_F_DEAD;
    revived += 1;
  }
  return revived;
}

/** Whether a deletion request names the nexthops of `fi`: the kernel's `fib_nh_match`. */
export function fibNhMatch(cfg: FibConfig, fi: FibInfo): bool {
  if (cfg.priority != 0 && cfg.priority != fi.priority) return false;
  if (cfg.nhs == 0) return true;
  if (cfg.nhs == 1 && nhConfigOf(cfg, 0).oif == 0 && nhConfigOf(cfg, 0).gw == 0) return true;
  if (cfg.nhs > fi.nhs) return false;
  for (let i: u32 = 0; i < cfg.nhs; i++) {
    const wanted = nhConfigOf(cfg, i);
    const nh = fi.nh(i);
    if (wanted.oif != 0 && wanted.oif != nh.oif) return false;
    if (wanted.gw != 0 && wanted.gw != nh.gw) return false;
  }
  return true;
}

/** Free numbers, those that came back from RCU among them: for the accounts. */
export function fibInfosFree(): u32 {
  let free: u32 = 0;
  for (let i = fibInfos().freeHead; i; i = fibInfoAt(i).hashNext) free += 1;
  for (let i = atomicLoad32(fibInfos().returnedAt); i; i = fibInfoAt(i).hashNext) free += 1;
  return free;
}
