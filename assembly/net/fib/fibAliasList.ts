/**
 * The aliases of one prefix as a list: its order, and what a request to add or delete means to it
 * (spec 4.4). The same for every FIB, which adds where the list hangs and who may read it. Under
 * RTNL.
 *
 * Order: tos descending, then priority ascending; equals by the flags of their requests. `falh` is
 * the address of a list's head, 0 for a prefix without routes.
 */
import { EEXIST, ENOENT } from "../../errno";
import { listAddBeforeRcu, listAddTailRcu, listNext } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import { FibConfig } from "./fibConfig";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { fibInfoHoldTree, fibNhMatch } from "./fibSemantics";
import {
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_NOWHERE,
  RTNH_F_DEAD,
} from "./rtnetlink";
import { CLASS_ALIAS } from "./tablePart";
import { poolAlloc } from "./tablePool";
import { maskOfLength } from "./trieNode";

export const NO_ALIAS: usize = 0;

/** What `addVerdict` answers beside errors. */
export const ADD_NEW: i32 = 0;
export const ADD_REPLACE: i32 = 1;
export const ADD_NOTHING: i32 = 2;

/** Whether `key`/`plen` is a prefix: no host bits, no more than 32 bits. */
export function isPrefix(key: u32, plen: u32): bool {
  return plen <= 32 && (key & ~maskOfLength(plen)) == 0;
}

/** Address of an alias for fib_info number `info`, or 0. */
export function aliasNew(info: u32, tos: u32, type: u32): usize {
  const at = poolAlloc(CLASS_ALIAS);
  if (at == 0) return 0;
  const fa = changetype<FibAlias>(at);
  fa.info = info;
  fa.tos = <u8>tos;
  fa.type = <u8>type;
  return at;
}

function priorityOf(fa: FibAlias): u32 {
  return fibInfoAt(fa.info).priority;
}

/** First alias with a smaller tos, or the same and no better priority; or 0. Follows
 * `fib_find_alias`. */
export function fibFindAlias(falh: usize, tos: u32, priority: u32): usize {
  if (falh == 0) return NO_ALIAS;
  for (let at = listNext(falh); at != falh; at = listNext(at)) {
    const fa = changetype<FibAlias>(at);
    if (<u32>fa.tos > tos) continue;
    if (<u32>fa.tos < tos || priorityOf(fa) >= priority) return at;
  }
  return NO_ALIAS;
}

/** Whether the alias at `at` is of this tos and priority. */
export function aliasIsEqual(at: usize, falh: usize, tos: u32, priority: u32): bool {
  if (at == NO_ALIAS || at == falh) return false;
  const fa = changetype<FibAlias>(at);
  return <u32>fa.tos == tos && priorityOf(fa) == priority;
}

/** From `first` on, among its equals: the alias of this type and fib_info, or 0. */
function findIdentical(first: usize, falh: usize, type: u32, fi: FibInfo): usize {
  const tos: u32 = changetype<FibAlias>(first).tos;
  for (let at = first; aliasIsEqual(at, falh, tos, fi.priority); at = listNext(at)) {
    const fa = changetype<FibAlias>(at);
    if (<u32>fa.type == type && fa.info == fi.index) return at;
  }
  return NO_ALIAS;
}

/**
 * What adding the route of `cfg` by `fi` comes to, where `first` is what `fibFindAlias` found:
 * ADD_NEW before `addPlace`, ADD_REPLACE of `first`, ADD_NOTHING as the list holds this very route;
 * -EEXIST or -ENOENT.
 */
export function addVerdict(falh: usize, first: usize, cfg: FibConfig, fi: FibInfo): i32 {
  const nlflags = cfg.nlflags;
  if (aliasIsEqual(first, falh, cfg.tos, fi.priority)) {
    if ((nlflags & NLM_F_EXCL) != 0) return -EEXIST;
    const identical = findIdentical(first, falh, cfg.type, fi);
    if ((nlflags & NLM_F_REPLACE) != 0) {
      if (identical == NO_ALIAS) return ADD_REPLACE;
      return identical == first ? ADD_NOTHING : -EEXIST;
    }
    if (identical != NO_ALIAS) return -EEXIST;
  }
  return (nlflags & NLM_F_CREATE) == 0 ? -ENOENT : ADD_NEW;
}

/**
 * The alias that a new one comes before, 0 for the end: `first`, or with NLM_F_APPEND what stands
 * behind its equals.
 */
export function addPlace(falh: usize, first: usize, cfg: FibConfig, fi: FibInfo): usize {
  if ((cfg.nlflags & NLM_F_APPEND) == 0) return first;
  let at = first;
  while (aliasIsEqual(at, falh, cfg.tos, fi.priority)) at = listNext(at);
  return at == falh ? NO_ALIAS : at;
}

/** Publishes `alias` before `before`, 0: at the end, in the list `falh`. */
export function aliasLink(falh: usize, before: usize, alias: usize): void {
  if (before == NO_ALIAS) listAddTailRcu(alias, falh);
  else listAddBeforeRcu(alias, before);
}

/** Whether `fa` is what a deletion asks for: fields that are 0 (scope: NOWHERE) match any. */
function matches(fa: FibAlias, cfg: FibConfig): bool {
  const fi = fibInfoAt(fa.info);
  if (cfg.type != 0 && fa.type != cfg.type) return false;
  if (cfg.scope != <u8>RT_SCOPE_NOWHERE && fi.scope != cfg.scope) return false;
  if (cfg.prefsrc != 0 && fi.prefsrc != cfg.prefsrc) return false;
  if (cfg.protocol != 0 && fi.protocol != cfg.protocol) return false;
  return fibNhMatch(cfg, fi);
}

/** The first alias of the list that a deletion describes, or 0. */
export function aliasToDelete(falh: usize, cfg: FibConfig): usize {
  let at = fibFindAlias(falh, cfg.tos, 0);
  while (at != NO_ALIAS && at != falh) {
    const fa = changetype<FibAlias>(at);
    if (fa.tos != cfg.tos) return NO_ALIAS;
    if (matches(fa, cfg)) return at;
    at = listNext(at);
  }
  return NO_ALIAS;
}

/** Whether no nexthop of the alias's route is left: what a flush removes. */
export function aliasIsDead(fa: FibAlias): bool {
  return (fibInfoAt(fa.info).flags & RTNH_F_DEAD) != 0;
}

/**
 * Takes a treeref for each alias of a list that another machine has made. False at a number that
 * this one does not have.
 */
export function aliasesAdopt(falh: usize): bool {
  for (let at = listNext(falh); at != falh; at = listNext(at)) {
    const index = changetype<FibAlias>(at).info;
    if (index >= fibInfos().nextIndex || fibInfoAt(index).treeref == 0) return false;
    fibInfoHoldTree(fibInfoAt(index));
  }
  return true;
}
