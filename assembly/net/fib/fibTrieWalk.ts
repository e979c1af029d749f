/**
 * Walking a trie from leaf to leaf, in the order of keys. Under RTNL: parents are right then.
 */
import { FibTable } from "./tablePart";
import { Leaf, Tnode, TrieNode } from "./trieNode";

function noLeaf(): Leaf {
  return changetype<Leaf>(0);
}

/** The first node in slot `from` or behind it, or none. */
function firstChild(n: Tnode, from: u32): TrieNode {
  const length = n.length;
  for (let i = from; i < length; i++) {
    const child = n.child(i);
    if (!child.none) return child;
  }
  return changetype<TrieNode>(0);
}

function leftmostLeaf(top: TrieNode): Leaf {
  let node = top;
  while (!node.none && !node.isLeaf) node = firstChild(changetype<Tnode>(node), 0);
  return changetype<Leaf>(node);
}

/** The leaf of the smallest key, or none. */
export function trieFirstLeaf(table: FibTable): Leaf {
  return leftmostLeaf(table.root);
}

/** The leaf of the next larger key, or none. */
export function trieNextLeaf(leaf: Leaf): Leaf {
  let n = leaf.parent;
  while (!n.none) {
    const child = firstChild(n, n.indexOf(leaf.key) + 1);
    if (!child.none) return leftmostLeaf(child);
    n = n.parent;
  }
  return noLeaf();
}
