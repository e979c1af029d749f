/**
 * Lookup in the hash FIB of 2.6.18: one probe for each prefix length that exists, longest first
 * (spec 4.3). Data plane: no allocation; it writes the lock, the result and FA_S_ACCESSED.
 *
 * `fib_hash_lock` is one rwlock for all tables of a machine, alone on its line in the superblock,
 * taken for reading once for each table that is looked up in. Writers hold RTNL and take it for
 * writing around each change, so no reader sees half of one.
 *
 *                  lookup   change          - = together   L = excluded by the lock
 *   lookup            -        L
 *   change            L        L (RTNL)
 *
 * What a lookup leaves behind: `res.fi` is used until the end of the packet's RCU read section, so
 * fib_infos are freed by RCU with this FIB too; 2.6.18 counts a reference in its fib_result. Nodes
 * and aliases are reached inside the lock only and are freed at once after a change;
 * `res.faHead` must not be followed.
 */
import { COST_LOOKUP, COST_ZONE_PROBE, countCost } from "../../arch/costs";
import { G_FIB_HASH_LOCK, superBlockAt } from "../../arch/superblock";
import { readLock, readUnlock } from "../../lib/rwlock";
import { fibSemanticMatch } from "./fibMatch";
import { FibResult } from "./fibResult";
import { fnHashOf } from "./fnHash";
import { fnHashOfKey } from "./fnZone";
import { FibTable } from "./tablePart";

/** Address of `fib_hash_lock`. */
export function fibHashLockAt(): usize {
  return superBlockAt() + G_FIB_HASH_LOCK;
}

/** The walk over the zones; the lock is held. */
function searchZones(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  let zone = fnHashOf(changetype<FibTable>(<usize>res.table)).first;
  while (!zone.none) {
    countCost(COST_ZONE_PROBE);
    const k = key & zone.mask;
    let node = zone.first(fnHashOfKey(k, zone.order, zone.hashMask));
    while (!node.none) {
      if (node.key == k) {
        const ret = fibSemanticMatch(node.falh, tos, scope, oif, res);
        if (ret <= 0) {
          res.prefixlen = <u8>zone.order;
          return ret;
        }
      }
      node = node.next;
    }
    zone = zone.next;
  }
  return 1;
}

/**
 * Looks `key` (host order) up in the table at `res.table`. `oif` 0 is any device, `scope` the
 * widest that may answer. 0: found, `res` filled; below 0: error of the route that answered; 1: not
 * found. Follows `fn_hash_lookup`.
 */
export function fnHashLookup(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  countCost(COST_LOOKUP);
  const lock = fibHashLockAt();
  readLock(lock);
  const ret = searchZones(key, tos, scope, oif, res);
  readUnlock(lock);
  return ret;
}
