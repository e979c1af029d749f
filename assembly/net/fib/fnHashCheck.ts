/**
 * Checks of hash tables, for tests and audits: the invariants of `fnHash.ts`, `fnZone.ts`,
 * `fibNode.ts` and `tablePool.ts` as code. Under RTNL, while nobody forwards. A result above 0 is
 * the number of the first rule that is broken (`fibCheck.ts`).
 */
import { atomicLoad32 } from "../../arch/atomic";
import { listNext } from "../../lib/listHead";
import {
  aliasesCheck,
  aliasesCountRefs,
  CHECK_BUCKET,
  CHECK_DIVISOR,
  CHECK_LOCKED,
  CHECK_NENT,
  CHECK_NODE_KEY,
  CHECK_OK,
  CHECK_POOL,
  CHECK_ZONE_LIST,
} from "./fibCheck";
import { FibNode } from "./fibNode";
import { FN_ZONES, FnHash, fnHashOf } from "./fnHash";
import { CLASS_BUCKETS, CLASS_NODE, CLASS_ZONE, FN_DIVISOR_MAX } from "./fnHashBuild";
import { fibHashLockAt } from "./fnHashLookup";
import { fnFirstNode, fnNextNode } from "./fnHashWalk";
import { FnZone } from "./fnZone";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { CLASS_ALIAS, FibTable, fibTableAt } from "./tablePart";
import { poolIsValid } from "./tablePool";
import { maskOfLength } from "./trieNode";

function isDivisor(divisor: u32, order: u32): bool {
  if (order == 0) return divisor == 1;
  if (divisor == 16 || divisor == 256) return true;
  return divisor >= 1024 && divisor <= FN_DIVISOR_MAX && popcnt<u32>(divisor) == 1;
}

/** Whether `key` is on an earlier node of the chain that `node` is on. */
function isTwice(zone: FnZone, bucket: u32, node: FibNode): bool {
  let at = zone.first(bucket);
  while (changetype<usize>(at) != changetype<usize>(node)) {
    if (at.key == node.key) return true;
    at = at.next;
  }
  return false;
}

function checkChain(zone: FnZone, bucket: u32): u32 {
  for (let node = zone.first(bucket); !node.none; node = node.next) {
    if ((node.key & ~zone.mask) != 0 || isTwice(zone, bucket, node)) return CHECK_NODE_KEY;
    if (zone.bucket(node.key) != zone.bucketAt(bucket)) return CHECK_BUCKET;
    const broken = aliasesCheck(node.falh);
    if (broken != CHECK_OK) return broken;
  }
  return CHECK_OK;
}

function nodesOf(zone: FnZone): u32 {
  let nodes: u32 = 0;
  for (let node = fnFirstNode(zone); !node.none; node = fnNextNode(zone, node)) nodes += 1;
  return nodes;
}

function checkZone(zone: FnZone): u32 {
  if (!isDivisor(zone.divisor, zone.order)) return CHECK_DIVISOR;
  if (zone.hashMask != zone.divisor - 1 || zone.mask != maskOfLength(zone.order)) {
    return CHECK_DIVISOR;
  }
  for (let i: u32 = 0; i < zone.divisor; i++) {
    const broken = checkChain(zone, i);
    if (broken != CHECK_OK) return broken;
  }
  return nodesOf(zone) == zone.nent ? CHECK_OK : CHECK_NENT;
}

/** The list holds the zones that have a pointer, longest first. */
function checkZoneList(hash: FnHash): u32 {
  let at = hash.first;
  for (let i: u32 = 0; i < FN_ZONES; i++) {
    const zone = hash.zone(FN_ZONES - 1 - i);
    if (zone.none) continue;
    if (zone.order != FN_ZONES - 1 - i) return CHECK_ZONE_LIST;
    if (changetype<usize>(zone) != changetype<usize>(at)) return CHECK_ZONE_LIST;
    at = at.next;
  }
  return at.none ? CHECK_OK : CHECK_ZONE_LIST;
}

/** CHECK_OK if the zones of `table` are what the headers of this folder say. */
export function fnHashCheck(table: FibTable): u32 {
  if (atomicLoad32(fibHashLockAt()) != 0) return CHECK_LOCKED;
  const hash = fnHashOf(table);
  const broken = checkZoneList(hash);
  if (broken != CHECK_OK) return broken;
  for (let zone = hash.first; !zone.none; zone = zone.next) {
    const wrong = checkZone(zone);
    if (wrong != CHECK_OK) return wrong;
  }
  return CHECK_OK;
}

/** Counts the aliases of `table` into the `auditRefs` of their fib_infos. */
export function fnHashCountRefs(table: FibTable): void {
  for (let zone = fnHashOf(table).first; !zone.none; zone = zone.next) {
    for (let node = fnFirstNode(zone); !node.none; node = fnNextNode(zone, node)) {
      aliasesCountRefs(node.falh);
    }
  }
}

/** Counts objects of one class in one table: zones, nodes, aliases or arrays of 2^n buckets. */
function objectsOf(table: FibTable, id: u32): u32 {
  let found: u32 = 0;
  for (let zone = fnHashOf(table).first; !zone.none; zone = zone.next) {
    if (id == CLASS_ZONE) found += 1;
    else if (id == CLASS_NODE) found += zone.nent;
    else if (id == CLASS_ALIAS) found += aliasesOf(zone);
    else if (CLASS_BUCKETS + ctz<u32>(zone.divisor) == id) found += 1;
  }
  return found;
}

function aliasesOf(zone: FnZone): u32 {
  let found: u32 = 0;
  for (let node = fnFirstNode(zone); !node.none; node = fnNextNode(zone, node)) {
    const falh = node.falh;
    for (let at = listNext(falh); at != falh; at = listNext(at)) found += 1;
  }
  return found;
}

/** CHECK_OK if every object of the table part is in a table or free. */
export function fnHashPoolCheck(): u32 {
  const local = changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL));
  const main = changetype<FibTable>(fibTableAt(RT_TABLE_MAIN));
  for (let id: u32 = 0; id <= CLASS_BUCKETS + ctz<u32>(FN_DIVISOR_MAX); id++) {
    if (!poolIsValid(id, objectsOf(local, id) + objectsOf(main, id))) return CHECK_POOL;
  }
  return CHECK_OK;
}
