/**
 * Numbers of the trace: functions by the kernel's names, and branches. `src/machine/tracePoints.ts`
 * has the words for them, and a test compares the two. Added to, never renumbered.
 */

/** The function of the event before: where a helper does not know who called it. */
export const TRACE_CURRENT: u32 = 0;
/** Outside of every function: where a packet or a callback begins. */
export const TRACE_ROOT: u32 = 1;
export const TRACE_IP_RCV: u32 = 2;
export const TRACE_IP_RCV_FINISH: u32 = 3;
export const TRACE_IP_ROUTE_INPUT_NOREF: u32 = 4;
export const TRACE_IP_ROUTE_INPUT_SLOW: u32 = 5;
export const TRACE_FIB_LOOKUP: u32 = 6;
export const TRACE___MKROUTE_INPUT: u32 = 7;
export const TRACE_RT_DST_ALLOC: u32 = 8;
export const TRACE_DST_ALLOC: u32 = 9;
export const TRACE_RT_SET_NEXTHOP: u32 = 10;
export const TRACE_RT_CACHE_ROUTE: u32 = 11;
export const TRACE_RT_ADD_UNCACHED_LIST: u32 = 12;
export const TRACE_RT_DEL_UNCACHED_LIST: u32 = 13;
export const TRACE_SKB_DST_SET: u32 = 14;
export const TRACE_SKB_DST_SET_NOREF: u32 = 15;
export const TRACE_SKB_DST_FORCE: u32 = 16;
export const TRACE_SKB_DST_DROP: u32 = 17;
export const TRACE_DST_HOLD: u32 = 18;
export const TRACE_DST_RELEASE: u32 = 19;
export const TRACE_DST_FREE: u32 = 20;
export const TRACE_DST_DESTROY: u32 = 21;
export const TRACE_DST_INPUT: u32 = 22;
export const TRACE_DST_OUTPUT: u32 = 23;
export const TRACE_IP_LOCAL_DELIVER: u32 = 24;
export const TRACE_IP_FORWARD: u32 = 25;
export const TRACE_IP_ERROR: u32 = 26;
export const TRACE_DST_DISCARD: u32 = 27;
export const TRACE_IP_OUTPUT: u32 = 28;
export const TRACE_IP_RT_BUG: u32 = 29;
export const TRACE_IP_FINISH_OUTPUT2: u32 = 30;
export const TRACE_DEV_QUEUE_XMIT: u32 = 31;
export const TRACE_LOOPBACK_XMIT: u32 = 32;
export const TRACE_KFREE_SKB: u32 = 33;
export const TRACE_IP_BUILD_AND_SEND_PKT: u32 = 34;
export const TRACE_IP_ROUTE_OUTPUT_KEY: u32 = 35;
export const TRACE___MKROUTE_OUTPUT: u32 = 36;
export const TRACE_RCU_DO_BATCH: u32 = 37;
/** Not in any kernel: routing without a dst. */
export const TRACE_DIRECT_ROUTE_INPUT: u32 = 38;
export const TRACE_DIRECT_ROUTE_OUTPUT: u32 = 39;
/** 2.6. */
export const TRACE_IP_ROUTE_INPUT: u32 = 40;
export const TRACE_IP_ROUTE_OUTPUT_SLOW: u32 = 41;
export const TRACE_FIB_VALIDATE_SOURCE: u32 = 42;
export const TRACE_RT_INTERN_HASH: u32 = 43;
export const TRACE_RT_GARBAGE_COLLECT: u32 = 44;

/** A counter of the MIB grew: a = its index; those of drops among them. */
export const BRANCH_MIB: u32 = 1;
/** A column of rt_cache_stat grew: a = its index. */
export const BRANCH_RT_STAT: u32 = 2;
/** The skb has a dst (a, b = count): it is not routed again. */
export const BRANCH_HAS_DST: u32 = 3;
/** What a packet is to become: a = verdict of `classifyInput`, or a negative error. */
export const BRANCH_VERDICT: u32 = 4;
/** A table answered: a = key, b = length of the prefix, c = type << 8 | table. */
export const BRANCH_TABLE_FOUND: u32 = 5;
/** A table did not: a = key, b = what it said, c = table. */
export const BRANCH_TABLE_MISS: u32 = 6;
/** A nexthop's slot is empty: c = SLOT_INPUT or SLOT_OUTPUT. */
export const BRANCH_SLOT_EMPTY: u32 = 7;
/** It holds a route (a, b = count) that is stale or dead: c as above. */
export const BRANCH_SLOT_STALE: u32 = 8;
/** It holds a route (a, b = count) that is used: c as above. */
export const BRANCH_SLOT_VALID: u32 = 9;
/** A dst (a, b = count) was made: c = its flags. */
export const BRANCH_ALLOCATED: u32 = 10;
/** A route (a, b = count) was filled in: c = its type. */
export const BRANCH_MADE: u32 = 11;
/** The route (a, b = count) is in the slot; c = the one it displaced. */
export const BRANCH_SLOT_INSTALLED: u32 = 12;
/** Another CPU was faster: the route (a, b = count) stays uncached. */
export const BRANCH_SLOT_LOST: u32 = 13;
/** The route (a, b = count) is on, or off, an uncached list. */
export const BRANCH_LISTED: u32 = 14;
/** The dst (a, b = count) is the skb's, with a reference or without. */
export const BRANCH_ATTACHED: u32 = 15;
export const BRANCH_ATTACHED_NOREF: u32 = 16;
/** A reference on the dst (a, b = count after it) was taken, or given back. */
export const BRANCH_HELD: u32 = 17;
export const BRANCH_RELEASED: u32 = 18;
/** Nobody holds the dst (a, b = count): it goes after a grace period, now, or it stays. */
export const BRANCH_CALL_RCU: u32 = 19;
export const BRANCH_DESTROYED: u32 = 20;
export const BRANCH_KEPT: u32 = 21;
/** The dst (a, b = count) is still held: on the garbage list. */
export const BRANCH_GARBAGE: u32 = 22;
/** The skb gives up a dst (a, b = count) without a reference; there is none to drop. */
export const BRANCH_NO_REFERENCE: u32 = 23;
/** The neighbour of a next hop: a = address; b = its nud_state. */
export const BRANCH_NEIGH_FOUND: u32 = 24;
export const BRANCH_NEIGH_MISS: u32 = 25;
/** The frame is in the device's ring: a = ifindex, b = bytes. */
export const BRANCH_SENT: u32 = 26;
/** Next hop of the route: a = gateway or 0 (on-link), b = ifindex. */
export const BRANCH_NEXTHOP: u32 = 27;
/** TTL: a = before the hop. */
export const BRANCH_TTL: u32 = 28;
/** The attached route is the nexthop itself: a = gateway or 0, b = ifindex. */
export const BRANCH_ADJACENCY: u32 = 29;
/** Source of a datagram of this host: a. */
export const BRANCH_SOURCE: u32 = 30;
/** No slot has the route (a, b = count): NOCACHE; c = its gateway, 0 where it has none. */
export const BRANCH_NOCACHE: u32 = 31;
/** The call before it failed: a = its negative error. */
export const BRANCH_ERROR: u32 = 32;
/** What `fib_lookup` returned: a. */
export const BRANCH_LOOKED_UP: u32 = 33;
/** The route cache has the flow (a, b = count), c = `__use` before; or not. */
export const BRANCH_CACHE_HIT: u32 = 34;
export const BRANCH_CACHE_MISS: u32 = 35;
/** The flow's entry of another CPU (a, b = count) is used. */
export const BRANCH_MERGED: u32 = 36;
/** The worst entry of a chain (a, b = count) goes: c = entries in the chain. */
export const BRANCH_EVICTED: u32 = 37;
/** The entry (a, b = count) is the head of chain c. */
export const BRANCH_INTERNED: u32 = 38;
/** A source or destination that nobody may have: a = 0 or 1. */
export const BRANCH_MARTIAN: u32 = 39;
/** The entry's hh_cache holds a header that may be used. */
export const BRANCH_HH_FOUND: u32 = 40;
/** It does not: through `output` of the neighbour that is bound. a its address, b its state. */
export const BRANCH_HH_MISS: u32 = 41;
/** The packet waits for its neighbour: a = address, b = packets that wait, it among them. */
export const BRANCH_PARKED: u32 = 42;

/** Which slot of a nexthop. */
export const SLOT_INPUT: u32 = 0;
export const SLOT_OUTPUT: u32 = 1;
