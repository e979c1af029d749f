/**
 * Inflate, halve and collapse: how a tnode finds its width (spec 4.5, era B). Under RTNL.
 *
 * A resize builds new nodes beside the old ones and never changes what readers see: no parent
 * pointer of a node that stays, no child slot of a node that goes. The caller publishes what it
 * returns and then calls `trieSettle`, which tells moved nodes their new parent.
 *
 *   inflate   full > 0  and  50 * (full + used) >= threshold * length      threshold 50, root 30
 *   halve     bits > 1  and 100 * used < threshold * length                threshold 25, root 15
 *
 * Both at most MAX_WORK times. Quirk of era B, kept: an inflate counts as tried as soon as the node
 * has a full child, whatever the ratio says, and after a try nothing is halved. So a node with a
 * full child never shrinks.
 *
 * When memory runs out in the middle, the new nodes are freed and the old node stays as it is, as
 * in the kernel; all memory of a step is taken before anything is moved.
 */
import { plainStore32 } from "../../arch/atomic";
import { tablePart } from "./tablePart";
import { tnodeFreeFresh, tnodeNew, tnodeRetire } from "./trieFree";
import { isFullChild, Tnode, TrieNode } from "./trieNode";

/** Most times that one call widens or narrows a node. */
const MAX_WORK: u32 = 10;
const INFLATE_PERCENT: u32 = 50;
const INFLATE_PERCENT_ROOT: u32 = 30;
const HALVE_PERCENT: u32 = 25;
const HALVE_PERCENT_ROOT: u32 = 15;

function noNode(): TrieNode {
  return changetype<TrieNode>(0);
}

function noTnode(): Tnode {
  return changetype<Tnode>(0);
}

/** Puts `child` (or none) into slot `i` of a node that nobody can see, and keeps its counts. */
export function tnodePlace(n: Tnode, i: u32, child: TrieNode, wasFull: bool): void {
  const before = n.child(i);
  if (before.none && !child.none) n.empty -= 1;
  if (!before.none && child.none) n.empty += 1;
  const full = isFullChild(n, child);
  if (full && !wasFull) n.full += 1;
  if (!full && wasFull) n.full -= 1;
  if (!child.none && child.fresh != 0) child.initParent(n);
  plainStore32(n.slot(i), <u32>changetype<usize>(child));
}

/** After `node` was published under `parent`: moved nodes below it learn where they are now. */
export function trieSettle(node: TrieNode, parent: Tnode): void {
  if (node.none) return;
  if (node.fresh == 0) {
    node.parent = parent;
    return;
  }
  node.fresh = 0;
  const n = changetype<Tnode>(node);
  const length = n.length;
  for (let i: u32 = 0; i < length; i++) trieSettle(n.child(i), n);
}

/** Frees a node under construction and the empty nodes that were prepared in it. */
function abandon(n: Tnode): Tnode {
  const length = n.length;
  for (let i: u32 = 0; i < length; i++) {
    const child = n.child(i);
    if (!child.none) tnodeFreeFresh(changetype<Tnode>(child));
  }
  tnodeFreeFresh(n);
  tablePart().resizeSkipped += 1;
  return noTnode();
}

/** The two halves that the wide full child `c` of `n` becomes, empty, in their slots of `wide`. */
function prepareHalves(wide: Tnode, i: u32, c: TrieNode): bool {
  const pos: u32 = <u32>c.pos + 1;
  const left = tnodeNew(c.key, pos, <u32>c.bits - 1);
  if (left.none) return false;
  tnodePlace(wide, 2 * i, left, false);
  const right = tnodeNew(c.key | ((<u32>1) << (<u32>32 - pos)), pos, <u32>c.bits - 1);
  if (right.none) return false;
  tnodePlace(wide, 2 * i + 1, right, false);
  return true;
}

/** Moves the children `from`, `from` + 1, … of `c` into `half`, and sizes it. */
function fillHalf(wide: Tnode, slot: u32, c: Tnode, from: u32): void {
  const half = changetype<Tnode>(wide.child(slot));
  const length = half.length;
  for (let i: u32 = 0; i < length; i++) tnodePlace(half, i, c.child(from + i), false);
  tnodePlace(wide, slot, trieResize(half, false), true);
}

/** Child `i` of `n` takes its place or places in `wide`. */
function moveWider(n: Tnode, wide: Tnode, i: u32): void {
  const child = n.child(i);
  if (child.none) return;
  if (!isFullChild(n, child)) {
    tnodePlace(wide, wide.indexOf(child.key), child, false);
    return;
  }
  const c = changetype<Tnode>(child);
  if (c.bits == 1) {
    tnodePlace(wide, 2 * i, c.child(0), false);
    tnodePlace(wide, 2 * i + 1, c.child(1), false);
  } else {
    fillHalf(wide, 2 * i, c, 0);
    fillHalf(wide, 2 * i + 1, c, c.length >> 1);
  }
  tnodeRetire(c);
}

/** A node of twice the width in place of `n`, or none if memory runs out. */
function inflate(n: Tnode): Tnode {
  const wide = tnodeNew(n.key, n.pos, <u32>n.bits + 1);
  if (wide.none) {
    tablePart().resizeSkipped += 1;
    return wide;
  }
  const length = n.length;
  for (let i: u32 = 0; i < length; i++) {
    const c = n.child(i);
    if (isFullChild(n, c) && c.bits > 1 && !prepareHalves(wide, i, c)) return abandon(wide);
  }
  for (let i: u32 = 0; i < length; i++) moveWider(n, wide, i);
  tnodeRetire(n);
  return wide;
}

/** Children 2i and 2i + 1 of `n` take slot i of `narrow`, where a node for two is prepared. */
function moveNarrower(n: Tnode, narrow: Tnode, i: u32): void {
  const left = n.child(2 * i);
  const right = n.child(2 * i + 1);
  if (left.none || right.none) {
    tnodePlace(narrow, i, left.none ? right : left, false);
    return;
  }
  const pair = changetype<Tnode>(narrow.child(i));
  tnodePlace(pair, 0, left, false);
  tnodePlace(pair, 1, right, false);
  tnodePlace(narrow, i, trieResize(pair, false), true);
}

/** A node of half the width in place of `n`, or none if memory runs out. */
function halve(n: Tnode): Tnode {
  const narrow = tnodeNew(n.key, n.pos, <u32>n.bits - 1);
  if (narrow.none) {
    tablePart().resizeSkipped += 1;
    return narrow;
  }
  const pairs = narrow.length;
  const pos: u32 = <u32>n.pos + <u32>n.bits - 1;
  for (let i: u32 = 0; i < pairs; i++) {
    if (n.child(2 * i).none || n.child(2 * i + 1).none) continue;
    const pair = tnodeNew(n.child(2 * i).key, pos, 1);
    if (pair.none) return abandon(narrow);
    tnodePlace(narrow, i, pair, false);
  }
  for (let i: u32 = 0; i < pairs; i++) moveNarrower(n, narrow, i);
  tnodeRetire(n);
  return narrow;
}

/** A node of one child is replaced by it; of none, by nothing. */
function collapse(n: Tnode): TrieNode {
  const used = n.used;
  if (used > 1) return n;
  let only = noNode();
  for (let i: u32 = 0; used == 1 && only.none; i++) only = n.child(i);
  tnodeRetire(n);
  return only;
}

/**
 * Gives `n` the width its children ask for; `root`: it has no parent. Returns what takes its place:
 * `n` itself, a new node, its only child, or none.
 */
export function trieResize(n: Tnode, root: bool): TrieNode {
  if (n.used <= 1) return collapse(n);
  const inflateAt = root ? INFLATE_PERCENT_ROOT : INFLATE_PERCENT;
  const halveAt = root ? HALVE_PERCENT_ROOT : HALVE_PERCENT;
  let node = n;
  let work = MAX_WORK;
  while (node.full > 0 && work > 0) {
    // Before the ratio is looked at: this is the quirk.
    work -= 1;
    if ((node.full + node.used) * 50 < node.length * inflateAt) break;
    const wide = inflate(node);
    if (wide.none) break;
    node = wide;
  }
  if (work != MAX_WORK) return node;
  work = MAX_WORK;
  while (node.bits > 1 && work > 0 && node.used * 100 < node.length * halveAt) {
    work -= 1;
    const narrow = halve(node);
    if (narrow.none) break;
    node = narrow;
  }
  return collapse(node);
}
