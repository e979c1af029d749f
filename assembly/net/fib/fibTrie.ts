/**
 * Lookup in the LC-trie of 3.10. Data plane: no allocation, no lock, no store but the result and
 * FA_S_ACCESSED. Runs inside an RCU read section beside one writer.
 *
 * State of a search, three words: the node to look at, the tnode it hangs under, and `k`, the key
 * that is left. At first k is the wanted key. Only a leaf whose key is a head of the wanted key
 * filled up with zeros can match, so every step back takes one more set bit off k:
 *
 *   1. at a tnode whose skipped bits differ from k first at bit m: a match below it would have
 *      zeros from m on. The node has only zeros there: cut k at m and go on; else step back.
 *   2. step back at tnode n: cut k behind n's index; index 0: on to n's parent; else take the
 *      lowest set bit off k and go to the child that k now selects.
 *
 * That is 3.10's walk (prefix mode, clear the lowest bit of the child index) with its prefix length
 * kept in k instead of a counter, written from spec 4.5. It ends: 2. takes a bit off k, 32 at most,
 * and between two such steps the walk goes up or down at most 32 nodes.
 *
 * Beside a writer: every node that can be reached is complete, a replaced one stays as it was for
 * the grace period, and going up may lead through an old or a new parent: both hold all of k's
 * candidates. So the answer is right for the state before or after a change in progress.
 *
 * For lookups of a burst in stages: the body of the outer loop is one step over these three words,
 * and `child` is the load that misses; a staged form keeps them per packet and issues all loads
 * first.
 */
import { COST_LOOKUP, COST_TRIE_BACKTRACK, COST_TRIE_NODE, countCost } from "../../arch/costs";
import { hlistFirstRcu, hlistNextRcu } from "../../lib/hlist";
import { fibSemanticMatch } from "./fibMatch";
import { FibResult } from "./fibResult";
import { LeafInfo } from "./leafInfo";
import { FibTable } from "./tablePart";
import { Leaf, maskPfx, Tnode } from "./trieNode";

/** Part of `check_leaf`: the answer of a prefix that covers the key; 1: none of its routes fits. */
function checkPrefix(li: LeafInfo, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  const ret = fibSemanticMatch(li.falh, tos, scope, oif, res);
  if (ret <= 0) res.prefixlen = <u8>li.plen;
  return ret;
}

/** What is left of `k` if a match may be below `n`, which differs first at skipped bit `m`; else
 * ~0. */
function cutAtMismatch(n: Tnode, k: u32, m: u32): u32 {
  return n.key << m == 0 ? k & maskPfx(m) : ~(<u32>0);
}

/**
 * Looks `key` (host order) up in the table at `res.table`. `oif` 0 is any device, `scope` the
 * widest that may answer. 0: found, `res` filled; below 0: error of the route that answered; 1: not
 * found. At a leaf the longest prefix comes first.
 */
export function fibTrieLookup(key: u32, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  countCost(COST_LOOKUP);
  let k = key;
  let node = changetype<FibTable>(<usize>res.table).root;
  let under = changetype<Tnode>(0);
  while (true) {
    while (!node.none) {
      countCost(COST_TRIE_NODE);
      if (node.isLeaf) {
        const leaf = changetype<Leaf>(node);
        for (let at = hlistFirstRcu(leaf.list); at; at = hlistNextRcu(at)) {
          const li = changetype<LeafInfo>(at);
          if (leaf.key != (key & li.maskPlen)) continue;
          const ret = checkPrefix(li, tos, scope, oif, res);
          if (ret <= 0) return ret;
        }
        break;
      }
      const n = changetype<Tnode>(node);
      const differAt: u32 = clz<u32>(n.key ^ k);
      if (differAt < n.pos) {
        const cut = cutAtMismatch(n, k, differAt);
        if (cut == ~(<u32>0)) break;
        k = cut;
      }
      under = n;
      node = n.child(n.indexOf(k));
    }
    countCost(COST_TRIE_BACKTRACK);
    while (!under.none) {
      k &= (<u32>0xffffffff) << (<u32>32 - under.pos - under.bits);
      if (under.indexOf(k) != 0) break;
      under = under.parent;
    }
    if (under.none) break;
    k &= k - 1;
    node = under.child(under.indexOf(k));
  }
  return 1;
}
