/**
 * Bulk loading of the main table at boot, and adopting a table part that was loaded before.
 *
 *   row of 8 bytes:   0 prefix u32 (host order) │ 4 length u8 │ 5 — │ 6 number of the fib_info u16
 *
 * While it runs no CPU may be in a lookup of this table part: `loading` is set and what is replaced
 * is freed at once, without RCU. Beside readers use `fibTableInsert`.
 */
import { plainLoad8, plainLoad16, plainLoad32 } from "../../arch/atomic";
import { hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { aliasesAdopt, isPrefix } from "./fibAliasList";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { trieAddNew } from "./fibRoutes";
import { fibInfoHoldTree, fibReleaseInfo } from "./fibSemantics";
import { trieFirstLeaf, trieNextLeaf } from "./fibTrieWalk";
import { fnHashOf } from "./fnHash";
import { fnHashAddNew } from "./fnHashRoutes";
import { fnFirstNode, fnNextNode } from "./fnHashWalk";
import { LeafInfo } from "./leafInfo";
import { FibTable, tablePart } from "./tablePart";

const ROW_BYTES: usize = 8;

/** The fib_info of a row, with one more treeref; 0: the row is no prefix or names none. */
function rowInfo(at: usize): usize {
  const index = plainLoad16(at + 6);
  if (!isPrefix(plainLoad32(at), plainLoad8(at + 4))) return 0;
  if (index == 0 || index >= fibInfos().nextIndex) return 0;
  const fi = fibInfoAt(index);
  if (fi.treeref == 0) return 0;
  fibInfoHoldTree(fi);
  return changetype<usize>(fi);
}

function loadTrieRow(table: FibTable, at: usize): bool {
  const fi = rowInfo(at);
  if (fi == 0) return false;
  const info = changetype<FibInfo>(fi);
  if (trieAddNew(table, plainLoad32(at), plainLoad8(at + 4), info) == 0) return true;
  fibReleaseInfo(info);
  return false;
}

function loadHashRow(table: FibTable, at: usize): bool {
  const fi = rowInfo(at);
  if (fi == 0) return false;
  const info = changetype<FibInfo>(fi);
  if (fnHashAddNew(table, plainLoad32(at), plainLoad8(at + 4), info) == 0) return true;
  fibReleaseInfo(info);
  return false;
}

/**
 * Inserts `count` rows at `at` into a trie, in their order. Returns how many went in; a row is left
 * out if it is no prefix, names no live fib_info, is there already, or finds the part full.
 */
export function trieLoad(table: FibTable, at: usize, count: u32): u32 {
  let inserted: u32 = 0;
  tablePart().loading = 1;
  for (let i: u32 = 0; i < count; i++) {
    if (loadTrieRow(table, at + <usize>i * ROW_BYTES)) inserted += 1;
  }
  tablePart().loading = 0;
  return inserted;
}

/** The same into a hash, by the way that every route takes: nothing waits for RCU there. */
export function fnHashLoad(table: FibTable, at: usize, count: u32): u32 {
  let inserted: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (loadHashRow(table, at + <usize>i * ROW_BYTES)) inserted += 1;
  }
  return inserted;
}

/**
 * Takes the treerefs of all aliases of a table part that was loaded by another machine, whose
 * fib_infos this one has made with the same numbers. Returns false at a number that is not there.
 */
export function trieAdopt(table: FibTable): bool {
  for (let leaf = trieFirstLeaf(table); !leaf.none; leaf = trieNextLeaf(leaf)) {
    for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
      if (!aliasesAdopt(changetype<LeafInfo>(at).falh)) return false;
    }
  }
  return true;
}

/** The same of a hash. */
export function fnHashAdopt(table: FibTable): bool {
  for (let zone = fnHashOf(table).first; !zone.none; zone = zone.next) {
    for (let node = fnFirstNode(zone); !node.none; node = fnNextNode(zone, node)) {
      if (!aliasesAdopt(node.falh)) return false;
    }
  }
  return true;
}
