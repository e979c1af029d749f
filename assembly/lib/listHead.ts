/**
 * `struct list_head`: a circular, doubly linked, intrusive list. The head is a node like any other.
 *
 *   +0 next u32 │ +4 — │ +8 prev u32 │ +12 —        16 bytes, as on a 64-bit kernel
 *
 *   head ⇄ a ⇄ b ⇄ head                             empty: head ⇄ head
 *
 * Invariant, for every node n on a list: n.next.prev == n and n.prev.next == n (debug: checked at
 * every change, SITE_LIST_CORRUPT).
 *
 * Who may touch it: writers hold the list's lock, or own it. Two kinds of list, never mixed:
 *
 *                    another writer   listNext   listNextRcu
 *   listAdd, …             L             L            never      L = under the list's lock
 *   listAddRcu, …          L             L              -        - = safe in a read section
 *
 * `…Rcu`: `next` is a published word; `prev` is the writers' alone. A node that was unlinked keeps
 * its `next` for readers that stand on it, and may be used again only after a grace period.
 */
import { publish32, readOnce32 } from "../arch/atomic";
import { bugOn, SITE_LIST_CORRUPT } from "../arch/trap";

/** Node and head alike. `_nextHigh`, `_prevHigh`: the upper halves of 64-bit pointer slots. */
@unmanaged
export class ListHead {
  next: u32;
  private _nextHigh: u32;
  prev: u32;
  private _prevHigh: u32;
}

/** Bytes of a ListHead. */
export const LIST_HEAD_BYTES: usize = 16;
/** `prev` of a node that listDelRcu took out: the kernel's LIST_POISON2, no address of ours. */
export const LIST_POISON: u32 = 0x00000122;

if (offsetof<ListHead>() != LIST_HEAD_BYTES) ERROR("list_head is two pointers");

function node(at: usize): ListHead {
  return changetype<ListHead>(at);
}

/** `INIT_LIST_HEAD`: an empty list, or a node on no list. */
export function listInit(at: usize): void {
  const n = node(at);
  n.next = <u32>at;
  n.prev = <u32>at;
}

function link(entry: usize, prev: usize, next: usize): void {
  bugOn(node(prev).next != <u32>next || node(next).prev != <u32>prev, SITE_LIST_CORRUPT);
  const e = node(entry);
  e.next = <u32>next;
  e.prev = <u32>prev;
  node(next).prev = <u32>entry;
  node(prev).next = <u32>entry;
}

/** The node is complete, links included, before the one store that readers can follow. */
function linkRcu(entry: usize, prev: usize, next: usize): void {
  bugOn(node(prev).next != <u32>next || node(next).prev != <u32>prev, SITE_LIST_CORRUPT);
  const e = node(entry);
  e.next = <u32>next;
  e.prev = <u32>prev;
  publish32(prev + offsetof<ListHead>("next"), <u32>entry);
  node(next).prev = <u32>entry;
}

/** `list_add`: behind the head, so it becomes the first. */
export function listAdd(entry: usize, head: usize): void {
  link(entry, head, node(head).next);
}

/** `list_add_tail`: before the head, so it becomes the last. */
export function listAddTail(entry: usize, head: usize): void {
  link(entry, node(head).prev, head);
}

/**
 * `list_del_init`: unlinks; the node points to itself afterwards, so a second call does no harm.
 */
export function listDel(entry: usize): void {
  const e = node(entry);
  bugOn(node(e.next).prev != <u32>entry || node(e.prev).next != <u32>entry, SITE_LIST_CORRUPT);
  node(e.next).prev = e.prev;
  node(e.prev).next = e.next;
  listInit(entry);
}

/** `list_empty`. For RCU lists only a writer may ask. */
export function listEmpty(head: usize): bool {
  return node(head).next == <u32>head;
}

/** The node after `at`; the head's own address after the last one. */
export function listNext(at: usize): usize {
  return node(at).next;
}

/** `list_add_rcu`. */
export function listAddRcu(entry: usize, head: usize): void {
  linkRcu(entry, head, node(head).next);
}

/** `list_add_tail_rcu`. */
export function listAddTailRcu(entry: usize, head: usize): void {
  linkRcu(entry, node(head).prev, head);
}

/** Puts `entry` in front of `before`, a node of the list (the kernel writes list_add_tail_rcu). */
export function listAddBeforeRcu(entry: usize, before: usize): void {
  linkRcu(entry, node(before).prev, before);
}

/** `list_del_rcu`: readers that stand on `entry` still find their way on. */
export function listDelRcu(entry: usize): void {
  const e = node(entry);
  bugOn(node(e.next).prev != <u32>entry || node(e.prev).next != <u32>entry, SITE_LIST_CORRUPT);
  node(e.next).prev = e.prev;
  publish32(e.prev + offsetof<ListHead>("next"), e.next);
  e.prev = LIST_POISON;
}

/** `list_replace_rcu`: `entry` takes the place of `old`; readers see the one or the other. */
export function listReplaceRcu(old: usize, entry: usize): void {
  const o = node(old);
  const e = node(entry);
  e.next = o.next;
  e.prev = o.prev;
  publish32(e.prev + offsetof<ListHead>("next"), <u32>entry);
  node(e.next).prev = <u32>entry;
  o.prev = LIST_POISON;
}

/** The node after `at`, for readers in a read section. Pairs with the publish32 of linkRcu. */
export function listNextRcu(at: usize): usize {
  return readOnce32(at + offsetof<ListHead>("next"));
}
