// Entry of the test on real threads: one CPU changes routes while others look up.
//
// Probe i is an address with a permanent /16 around it and a /24 that comes, changes its gateway
// and goes. Its word counts half-changes: odd while a change is in progress, so (word >> 1) % 3 is
// its state when it is even: 0 = the /16 answers, 1 = the /24 by its first gateway, 2 = by its
// second.

import {
  atomicAdd32,
  atomicLoad32,
  atomicStore32,
  fillBytes,
} from "../../../../assembly/arch/atomic";
import {
  rcuBacklog,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuQuiescent,
  rcuReadLock,
  rcuReadUnlock,
} from "../../../../assembly/kernel/rcu";
import { prngBelow, prngNext } from "../../../../assembly/lib/prng";
import { FibConfig, nhConfigOf } from "../../../../assembly/net/fib/fibConfig";
import { FibInfo } from "../../../../assembly/net/fib/fibInfo";
import { thisFibResult } from "../../../../assembly/net/fib/fibResult";
import {
  fibTableAt,
  fibTableDelete,
  fibTableInsert,
  fibTableLookup,
} from "../../../../assembly/net/fib/fibTable";
import {
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_NOWHERE,
  RT_TABLE_MAIN,
} from "../../../../assembly/net/fib/rtnetlink";
import { rtnlLock, rtnlUnlock } from "../../../../assembly/net/fib/rtnl";

export * from "./fib.as";

const PROBES: u32 = 2048;
/** Callbacks that the writer lets wait. Small, so that memory is used again soon. */
const BACKLOG_MAX: u32 = 300;

/** What waits for RCU is run to the end, by the CPU that queued it. */
export { rcuBarrierLocal as barrier } from "../../../../assembly/kernel/rcu";

/** Eight blocks of 256 neighbours. */
function prefixOf(probe: u32): u32 {
  return ((<u32>10) << 24) | ((probe >> 8) * 0x00130000) | ((probe & 255) << 8);
}

function gatewayOf(probe: u32, state: u32): u32 {
  if (state == 0) return 100 + (probe >> 8);
  return state == 1 ? 1000 + probe : 500 + (probe & 3);
}

function request(at: usize, key: u32, plen: u32, gw: u32, nlflags: u32): FibConfig {
  fillBytes(at, 0, 128);
  const cfg = changetype<FibConfig>(at);
  cfg.key = key;
  cfg.dstLen = <u8>plen;
  cfg.type = 1;
  cfg.nlflags = nlflags;
  cfg.nhs = 1;
  nhConfigOf(cfg, 0).oif = 1;
  nhConfigOf(cfg, 0).gw = gw;
  return cfg;
}

/** The permanent routes. Returns how many failed. */
export function setUp(at: usize): u32 {
  let failed: u32 = 0;
  rtnlLock();
  for (let probe: u32 = 0; probe < PROBES; probe += 256) {
    const key = prefixOf(probe) & 0xffff0000;
    const cfg = request(at, key, 16, gatewayOf(probe, 0), NLM_F_CREATE | NLM_F_EXCL);
    if (fibTableInsert(fibTableAt(RT_TABLE_MAIN), cfg) != 0) failed += 1;
  }
  rtnlUnlock();
  return failed;
}

/** Takes probe `probe` to its next state. */
function change(probe: u32, words: usize, at: usize): i32 {
  const word = words + ((<usize>probe) << 2);
  const next = ((atomicAdd32(word, 1) >> 1) + 1) % 3;
  const table = fibTableAt(RT_TABLE_MAIN);
  const flags = next == 1 ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_REPLACE;
  const cfg = request(at, prefixOf(probe), 24, gatewayOf(probe, next), flags);
  if (next == 0) {
    cfg.scope = <u8>RT_SCOPE_NOWHERE;
    nhConfigOf(cfg, 0).gw = 0;
  }
  rtnlLock();
  const ret = next == 0 ? fibTableDelete(table, cfg) : fibTableInsert(table, cfg);
  rtnlUnlock();
  atomicAdd32(word, 1);
  return ret;
}

/**
 * Makes `changes` changes: takes runs of neighbours to one state, so that nodes fill and empty.
 * Then tells the readers at `done`. Returns how many changes failed.
 */
export function churn(words: usize, at: usize, done: usize, changes: u32, seed: usize): u32 {
  let failed: u32 = 0;
  let made: u32 = 0;
  while (made < changes) {
    const first = prngBelow(prngNext(seed), PROBES);
    const length: u32 = 1 + prngBelow(prngNext(seed), 200);
    const target = prngBelow(prngNext(seed), 3);
    for (let i: u32 = 0; i < length; i++) {
      const probe = (first + i) % PROBES;
      while ((atomicLoad32(words + ((<usize>probe) << 2)) >> 1) % 3 != target) {
        if (change(probe, words, at) != 0) failed += 1;
        made += 1;
        rcuQuiescent();
        // Few enough that fib_infos and the table part never run out.
        if (rcuBacklog() > BACKLOG_MAX) rcuBarrierLocal();
      }
    }
  }
  atomicStore32(done, 1);
  return failed;
}

/**
 * Whether `gw` is an answer of a state that the probe had between the words `before` and `after`.
 */
function isRight(probe: u32, gw: u32, before: u32, after: u32): bool {
  const last = (after + 1) >> 1;
  for (let n = before >> 1; n <= last; n++) {
    if (gw == gatewayOf(probe, n % 3)) return true;
  }
  return false;
}

/**
 * Looks up until `done`. Returns how many answers were wrong; counts at `tally` the lookups, and
 * those that overlapped a change of their own probe.
 */
export function watch(words: usize, done: usize, tally: usize, seed: usize): u32 {
  let wrong: u32 = 0;
  rcuCpuOnline();
  while (atomicLoad32(done) == 0) {
    for (let i = 0; i < 32; i++) {
      const probe = prngBelow(prngNext(seed), PROBES);
      const word = words + ((<usize>probe) << 2);
      const host = prefixOf(probe) + 1 + prngBelow(prngNext(seed), 254);
      rcuReadLock();
      const before = atomicLoad32(word);
      const res = thisFibResult();
      res.table = <u32>fibTableAt(RT_TABLE_MAIN);
      const ret = fibTableLookup(host, 0, 0, 0, res);
      const gw = ret == 0 ? changetype<FibInfo>(<usize>res.fi).nh(res.nhSel).gw : 0;
      const after = atomicLoad32(word);
      rcuReadUnlock();
      if (!isRight(probe, gw, before, after)) wrong += 1;
      if (before != after || (before & 1) != 0) atomicAdd32(tally + 4, 1);
    }
    atomicAdd32(tally, 32);
    rcuQuiescent();
  }
  rcuCpuOffline();
  return wrong;
}
