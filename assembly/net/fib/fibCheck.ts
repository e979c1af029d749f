/**
 * Checks of what every FIB has, for tests and audits: the invariants of `fibAlias.ts` and
 * `fibInfo.ts` as code, and the numbers by which checks name broken rules. Under RTNL, while nobody
 * forwards.
 */
import { listEmpty, listNext } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { fibInfosFree } from "./fibSemantics";

/** Broken rules, by number. 1 to 8 and 13 are a trie's, 15 to 20 a hash's. */
export const CHECK_OK: u32 = 0;
export const CHECK_PARENT: u32 = 1;
export const CHECK_FRESH: u32 = 2;
export const CHECK_SHAPE: u32 = 3;
export const CHECK_KEY: u32 = 4;
export const CHECK_COUNTS: u32 = 5;
export const CHECK_TOO_FEW: u32 = 6;
export const CHECK_LEAF_EMPTY: u32 = 7;
export const CHECK_PLEN: u32 = 8;
export const CHECK_ALIASES: u32 = 9;
export const CHECK_INFO: u32 = 10;
export const CHECK_TREEREF: u32 = 11;
export const CHECK_POOL: u32 = 12;
export const CHECK_DEAD_LIST: u32 = 13;
export const CHECK_NUMBERS: u32 = 14;
export const CHECK_ZONE_LIST: u32 = 15;
export const CHECK_DIVISOR: u32 = 16;
export const CHECK_BUCKET: u32 = 17;
export const CHECK_NODE_KEY: u32 = 18;
export const CHECK_NENT: u32 = 19;
export const CHECK_LOCKED: u32 = 20;

/** CHECK_OK if the list at `falh` is in order and names living fib_infos only. */
export function aliasesCheck(falh: usize): u32 {
  if (listEmpty(falh)) return CHECK_ALIASES;
  let lastTos: u32 = 255;
  let lastPriority: u32 = 0;
  for (let at = listNext(falh); at != falh; at = listNext(at)) {
    const fa = changetype<FibAlias>(at);
    if (fa.info == 0 || fa.info >= fibInfos().capacity) return CHECK_INFO;
    const fi = fibInfoAt(fa.info);
    if (fi.treeref == 0 || fi.dead || fi.index != fa.info) return CHECK_INFO;
    if (<u32>fa.tos > lastTos) return CHECK_ALIASES;
    if (<u32>fa.tos == lastTos && fi.priority < lastPriority) return CHECK_ALIASES;
    lastTos = fa.tos;
    lastPriority = fi.priority;
  }
  return CHECK_OK;
}

/** Adds one to `auditRefs` of its fib_info for each alias of a list. */
export function aliasesCountRefs(falh: usize): void {
  for (let at = listNext(falh); at != falh; at = listNext(at)) {
    fibInfoAt(changetype<FibAlias>(at).info).auditRefs += 1;
  }
}

/** Before the aliases of both tables are counted into `auditRefs`. */
export function fibInfoRefsClear(): void {
  for (let i: u32 = 1; i < fibInfos().nextIndex; i++) fibInfoAt(i).auditRefs = 0;
}

/**
 * CHECK_OK if every fib_info has as many treerefs as aliases were counted into its `auditRefs` and
 * `held` more, those that the host keeps by `fibCreateInfo` for a bulk load (each once), and no
 * number is lost. Numbers that wait for RCU or a client are the difference `waiting`, which the
 * caller knows.
 */
export function fibInfoCheck(held: u32, waiting: u32): u32 {
  const infos = fibInfos();
  let surplus: u32 = 0;
  let hashed: u32 = 0;
  for (let i: u32 = 1; i < infos.nextIndex; i++) {
    const fi: FibInfo = fibInfoAt(i);
    if (fi.treeref < fi.auditRefs) return CHECK_TREEREF;
    surplus += fi.treeref - fi.auditRefs;
    if (fi.treeref != 0) hashed += 1;
  }
  if (surplus != held || hashed != infos.inUse) return CHECK_TREEREF;
  const known = infos.nextIndex - 1;
  return known == hashed + fibInfosFree() + waiting ? CHECK_OK : CHECK_NUMBERS;
}
