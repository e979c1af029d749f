/**
 * Checks of tries, for tests and audits: the invariants of `trieNode.ts`, `leafInfo.ts` and
 * `tablePool.ts` as code. Under RTNL, while nobody forwards. A result above 0 is the number of the
 * first rule that is broken (`fibCheck.ts`).
 */
import { plainLoad32 } from "../../arch/atomic";
import { hlistEmpty, hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import {
  aliasesCheck,
  aliasesCountRefs,
  CHECK_COUNTS,
  CHECK_DEAD_LIST,
  CHECK_FRESH,
  CHECK_KEY,
  CHECK_LEAF_EMPTY,
  CHECK_OK,
  CHECK_PARENT,
  CHECK_PLEN,
  CHECK_POOL,
  CHECK_SHAPE,
  CHECK_TOO_FEW,
} from "./fibCheck";
import { FibTrieStat, fibTrieStat } from "./fibTrieStat";
import { trieFirstLeaf, trieNextLeaf } from "./fibTrieWalk";
import { LeafInfo } from "./leafInfo";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import {
  CLASS_ALIAS,
  CLASS_LEAF,
  CLASS_TNODE,
  FibTable,
  fibTableAt,
  TNODE_BITS_MAX,
  tablePart,
} from "./tablePart";
import { poolIsValid } from "./tablePool";
import { isFullChild, Leaf, maskOfLength, maskPfx, Tnode, TrieNode } from "./trieNode";

function checkLeaf(leaf: Leaf): u32 {
  if (hlistEmpty(leaf.list)) return CHECK_LEAF_EMPTY;
  let above: u32 = 33;
  for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
    const li = changetype<LeafInfo>(at);
    if (li.plen >= above || li.maskPlen != maskOfLength(li.plen)) return CHECK_PLEN;
    if ((leaf.key & li.maskPlen) != leaf.key) return CHECK_PLEN;
    above = li.plen;
    const broken = aliasesCheck(li.falh);
    if (broken != CHECK_OK) return broken;
  }
  return CHECK_OK;
}

function checkChildren(n: Tnode): u32 {
  let full: u32 = 0;
  let empty: u32 = 0;
  for (let i: u32 = 0; i < n.length; i++) {
    const child = n.child(i);
    if (child.none) {
      empty += 1;
      continue;
    }
    if (isFullChild(n, child)) full += 1;
    if (((child.key ^ n.key) & maskPfx(n.pos)) != 0 || n.indexOf(child.key) != i) return CHECK_KEY;
    if (!child.isLeaf && <u32>child.pos < <u32>n.pos + <u32>n.bits) return CHECK_SHAPE;
    const broken = checkNode(child, n);
    if (broken != CHECK_OK) return broken;
  }
  if (full != n.full || empty != n.empty) return CHECK_COUNTS;
  return n.length - empty < 2 ? CHECK_TOO_FEW : CHECK_OK;
}

function checkNode(node: TrieNode, parent: Tnode): u32 {
  if (changetype<usize>(node.parent) != changetype<usize>(parent)) return CHECK_PARENT;
  if (node.fresh != 0) return CHECK_FRESH;
  if (node.isLeaf) return checkLeaf(changetype<Leaf>(node));
  if (<u32>node.pos + <u32>node.bits > 32) return CHECK_SHAPE;
  if ((node.key & ~maskPfx(node.pos)) != 0) return CHECK_KEY;
  return checkChildren(changetype<Tnode>(node));
}

/** CHECK_OK if the trie of `table` is what the headers of this folder say. */
export function fibTrieCheck(table: FibTable): u32 {
  const root = table.root;
  return root.none ? CHECK_OK : checkNode(root, changetype<Tnode>(0));
}

/** Counts the aliases of `table` into the `auditRefs` of their fib_infos. */
export function trieCountRefs(table: FibTable): void {
  for (let leaf = trieFirstLeaf(table); !leaf.none; leaf = trieNextLeaf(leaf)) {
    for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
      aliasesCountRefs(changetype<LeafInfo>(at).falh);
    }
  }
}

/**
 * CHECK_OK if every object of the table part is in a trie, free, or waits for RCU. `scratch`: two
 * stats.
 */
export function tablePoolCheck(local: FibTrieStat, main: FibTrieStat): u32 {
  fibTrieStat(changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)), local);
  fibTrieStat(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)), main);
  if (tablePart().deadHead != 0) return CHECK_DEAD_LIST;
  const leafObjects = local.leaves + local.prefixes + main.leaves + main.prefixes;
  if (!poolIsValid(CLASS_LEAF, leafObjects)) return CHECK_POOL;
  if (!poolIsValid(CLASS_ALIAS, local.aliases + main.aliases)) return CHECK_POOL;
  for (let bits: u32 = 1; bits <= TNODE_BITS_MAX; bits++) {
    const nodes = plainLoad32(local.ofBits(bits)) + plainLoad32(main.ofBits(bits));
    if (!poolIsValid(CLASS_TNODE + bits - 1, nodes)) return CHECK_POOL;
  }
  return CHECK_OK;
}
