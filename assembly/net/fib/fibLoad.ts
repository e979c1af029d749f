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
import { listNext } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import { fibInfoAt, fibInfos } from "./fibInfo";
import { isPrefix, trieAddNew } from "./fibRoutes";
import { fibInfoHoldTree, fibReleaseInfo } from "./fibSemantics";
import { trieFirstLeaf, trieNextLeaf } from "./fibTrieWalk";
import { LeafInfo } from "./leafInfo";
import { FibTable, tablePart } from "./tablePart";

const ROW_BYTES: usize = 8;

function loadRow(table: FibTable, at: usize): bool {
  const key = plainLoad32(at);
  const plen = plainLoad8(at + 4);
  const index = plainLoad16(at + 6);
  if (!isPrefix(key, plen) || index == 0 || index >= fibInfos().nextIndex) return false;
  const fi = fibInfoAt(index);
  if (fi.treeref == 0) return false;
  fibInfoHoldTree(fi);
  if (trieAddNew(table, key, plen, fi) == 0) return true;
  fibReleaseInfo(fi);
  return false;
}

/**
 * Inserts `count` rows at `at`, in their order. Returns how many went in; a row is left out if it
 * is no prefix, names no live fib_info, is there already, or finds the part full.
 */
export function trieLoad(table: FibTable, at: usize, count: u32): u32 {
  let inserted: u32 = 0;
  tablePart().loading = 1;
  for (let i: u32 = 0; i < count; i++) {
    if (loadRow(table, at + <usize>i * ROW_BYTES)) inserted += 1;
  }
  tablePart().loading = 0;
  return inserted;
}

/**
 * Takes the treerefs of all aliases of a table part that was loaded by another machine, whose
 * fib_infos this one has made with the same numbers. Returns false at a number that is not there.
 */
export function trieAdopt(table: FibTable): bool {
  for (let leaf = trieFirstLeaf(table); !leaf.none; leaf = trieNextLeaf(leaf)) {
    for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
      const falh = changetype<LeafInfo>(at).falh;
      for (let fa = listNext(falh); fa != falh; fa = listNext(fa)) {
        const index = changetype<FibAlias>(fa).info;
        if (index >= fibInfos().nextIndex || fibInfoAt(index).treeref == 0) return false;
        fibInfoHoldTree(fibInfoAt(index));
      }
    }
  }
  return true;
}
