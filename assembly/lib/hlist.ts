/**
 * `struct hlist_head` and `hlist_node`: a list whose head is one pointer, for hash buckets.
 *
 *   head  +0 first u32 │ +4 —                        8 bytes
 *   node  +0 next u32  │ +4 — │ +8 pprev u32 │ +12 — 16 bytes
 *
 * `pprev` is the address of the word that points to the node: a head's `first` or a node's `next`.
 * Invariant: *n.pprev == n, and n.next == 0 or n.next.pprev == &n.next. Zeroed bytes are an empty
 * head and a node on no list.
 *
 * Who may touch it: writers hold the bucket's lock; readers are in a read section. `next` and
 * `first` are published words; `pprev` is the writers' alone.
 */
import { publish32, readOnce32 } from "../arch/atomic";
import { bugOn, SITE_LIST_CORRUPT } from "../arch/trap";

@unmanaged
export class HlistHead {
  first: u32;
  private _firstHigh: u32;
}

@unmanaged
export class HlistNode {
  next: u32;
  private _nextHigh: u32;
  pprev: u32;
  private _pprevHigh: u32;
}

/** `pprev` of a node that was unlinked under readers: no address of ours. */
export const HLIST_POISON: u32 = 0x00000122;

if (offsetof<HlistHead>() != 8) ERROR("hlist_head is one pointer");
if (offsetof<HlistNode>() != 16) ERROR("hlist_node is two pointers");

function node(at: usize): HlistNode {
  return changetype<HlistNode>(at);
}

/** Links `entry` behind the pointer word `wordAt`. A head and a node both begin with that word. */
function linkAt(entry: usize, wordAt: usize): void {
  const next = changetype<HlistHead>(wordAt).first;
  bugOn(next != 0 && node(next).pprev != <u32>wordAt, SITE_LIST_CORRUPT);
  const e = node(entry);
  e.next = next;
  e.pprev = <u32>wordAt;
  publish32(wordAt, <u32>entry);
  if (next != 0) node(next).pprev = <u32>entry;
}

/** `hlist_add_head_rcu`. */
export function hlistAddHeadRcu(entry: usize, head: usize): void {
  linkAt(entry, head);
}

/** `hlist_add_before_rcu`: `entry` comes before `next`, a node of the list. */
export function hlistAddBeforeRcu(entry: usize, next: usize): void {
  linkAt(entry, node(next).pprev);
}

/** `hlist_add_behind_rcu`: `entry` comes after `prev`, a node of the list. */
export function hlistAddAfterRcu(entry: usize, prev: usize): void {
  linkAt(entry, prev);
}

/** `hlist_del_rcu`: `next` stays for readers that stand on the node. */
export function hlistDelRcu(entry: usize): void {
  const e = node(entry);
  bugOn(changetype<HlistHead>(e.pprev).first != <u32>entry, SITE_LIST_CORRUPT);
  publish32(e.pprev, e.next);
  if (e.next != 0) node(e.next).pprev = e.pprev;
  e.pprev = HLIST_POISON;
}

/** `hlist_empty`; a snapshot where writers run. */
export function hlistEmpty(head: usize): bool {
  return readOnce32(head) == 0;
}

/** First node of the bucket, or 0. */
export function hlistFirstRcu(head: usize): usize {
  return readOnce32(head);
}

/** Node after `at`, or 0. */
export function hlistNextRcu(at: usize): usize {
  return readOnce32(at);
}
