/**
 * Words for the numbers of the trace (`assembly/arch/tracePoints.ts`); a test compares the two.
 *
 * A text has places in braces, KIND.WORD: a word of the event, shown as that kind of thing. `text`
 * of a function is what it was called with.
 *
 * | kind | shows |
 * |---|---|
 * | `dst` | a dst by the order of its first appearance: dst#1 |
 * | `n` | a signed number |
 * | `address` | an IPv4 address in network byte order |
 * | `prefix` | the prefix of length `b` that holds address `a`, which is in host order |
 * | `via` | a gateway, or "on-link" for 0 |
 * | `device` | a device by its ifindex |
 * | `type`, `table`, `error`, `verdict`, `slot`, `flags` | their names |
 * | `martian` | source or destination |
 * | `miss` | what a table without an answer says: 1, or the error of a route |
 * | `displaced` | the dst that another one takes the place of, if any |
 * | `mib`, `stat` | a counter of the IP MIB, a column of rt_cache_stat |
 */

/** One function or branch: its number is its index. */
export interface TracePoint {
  /** Name of the constant without its prefix, in small letters; the kernel's, for functions. */
  readonly name: string;
  readonly text: string;
  /** A function that calls nothing else that is traced: each event of it is a whole call. */
  readonly isLeaf?: true;
}

function at(name: string, text = ""): TracePoint {
  return { name, text };
}

function leaf(name: string): TracePoint {
  return { name, text: "", isLeaf: true };
}

const FLOW = "{address.a} to {address.b}";

/** Functions (`TRACE_…`), by number. */
export const TRACE_FUNCTIONS: readonly TracePoint[] = [
  at("current"),
  at("root"),
  at("ip_rcv", "on {device.a}, {n.b} bytes"),
  at("ip_rcv_finish", FLOW),
  at("ip_route_input_noref", FLOW),
  at("ip_route_input_slow"),
  at("fib_lookup", "{address.a}"),
  at("__mkroute_input"),
  at("rt_dst_alloc", "flags {flags.a}"),
  at("dst_alloc"),
  at("rt_set_nexthop"),
  at("rt_cache_route"),
  leaf("rt_add_uncached_list"),
  leaf("rt_del_uncached_list"),
  leaf("skb_dst_set"),
  at("skb_dst_set_noref"),
  at("skb_dst_force"),
  at("skb_dst_drop"),
  leaf("dst_hold"),
  at("dst_release"),
  at("dst_free"),
  at("dst_destroy"),
  at("dst_input"),
  at("dst_output"),
  at("ip_local_deliver"),
  at("ip_forward"),
  at("ip_error"),
  at("dst_discard"),
  at("ip_output"),
  at("ip_rt_bug"),
  at("ip_finish_output2", "next hop {address.a}"),
  at("dev_queue_xmit", "{device.a}"),
  at("loopback_xmit"),
  at("kfree_skb"),
  at("ip_build_and_send_pkt", "to {address.b}"),
  at("ip_route_output_key", "{address.b}"),
  at("__mkroute_output"),
  at("rcu_do_batch", "{dst.a}"),
  at("direct_route_input", FLOW),
  at("direct_route_output", "{address.b}"),
  at("ip_route_input", FLOW),
  at("ip_route_output_slow"),
  at("fib_validate_source", "{address.a}"),
  at("rt_intern_hash"),
  at("rt_garbage_collect"),
];

/** Branches (`BRANCH_…`), by number. */
export const TRACE_BRANCHES: readonly TracePoint[] = [
  at("none"),
  at("mib", "{mib.a}"),
  at("rt_stat", "{stat.a}"),
  at("has_dst", "has a dst already, not routed again: {dst.a}, refcnt {n.b}"),
  at("verdict", "{verdict.a}"),
  at("table_found", "{table.c}: {prefix.a}, {type.c}"),
  at("table_miss", "{table.c}: {miss.b}"),
  at("slot_empty", "{slot.c} empty"),
  at("slot_stale", "{slot.c} stale: {dst.a}, refcnt {n.b}"),
  at("slot_valid", "{slot.c} valid: {dst.a}, refcnt {n.b}"),
  at("allocated", "{dst.a}, refcnt {n.b}, flags {flags.c}"),
  at("made", "{dst.a}, refcnt {n.b}: {type.c}"),
  at("slot_installed", "installed in the slot: {dst.a}, refcnt {n.b}{displaced.c}"),
  at("slot_lost", "another CPU was faster: {dst.a}, refcnt {n.b}, stays uncached"),
  at("listed", "{dst.a}, refcnt {n.b}"),
  at("attached", "attached counted: {dst.a}, refcnt {n.b}"),
  at("attached_noref", "attached noref: {dst.a}, refcnt {n.b}"),
  at("held", "{dst.a}, refcnt now {n.b}"),
  at("released", "{dst.a}, refcnt now {n.b}"),
  at("call_rcu", "freed after a grace period: {dst.a}, refcnt {n.b}"),
  at("destroyed", "{dst.a}, refcnt {n.b}"),
  at("kept", "refcnt 0, kept by its owner: {dst.a}"),
  at("garbage", "still held, to the garbage list: {dst.a}, refcnt {n.b}"),
  at("no_reference", "noref, nothing to release: {dst.a}, refcnt {n.b}"),
  at("neigh_found", "neighbour {address.a} is connected, its header is copied"),
  at("neigh_miss", "no connected neighbour {address.a}"),
  at("sent", "handed to {device.a}, {n.b} bytes"),
  at("nexthop", "{via.a} dev {device.b}"),
  at("ttl", "ttl {n.a}"),
  at("adjacency", "attached: the nexthop {via.a} dev {device.b}"),
  at("source", "source {address.a}"),
  at("nocache", "NOCACHE, gateway {via.c}: {dst.a}, refcnt {n.b}"),
  at("error", "{error.a}"),
  at("looked_up", "fib_lookup: {error.a}"),
  at("cache_hit", "hit: {dst.a}, refcnt {n.b}, used {n.c} times before"),
  at("cache_miss", "miss"),
  at("merged", "the flow has an entry already: {dst.a}, refcnt {n.b}"),
  at("evicted", "the worst of {n.c} in the chain goes: {dst.a}, refcnt {n.b}"),
  at("interned", "head of chain {n.c}: {dst.a}, refcnt {n.b}"),
  at("martian", "martian {martian.a}"),
  at("hh_found", "the entry's hh_cache sends: its header is copied"),
  at("hh_miss", "no hh_cache that sends yet: through the bound neighbour {address.a}"),
  at("parked", "waits for the address of neighbour {address.a}, number {n.b} of its queue"),
];
