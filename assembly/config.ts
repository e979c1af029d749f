/**
 * Compile-time choices: the flavour of an image and its knobs. Nothing else in `assembly/` may say
 * `isDefined()`. A static branch on one of these constants leaves nothing in the binary.
 *
 * Each knob is given by `--use DST_<KNOB>=<number>`; `src/image/knobs.ts` holds the names, the
 * numbers and which combinations are refused. The defaults here are `linux-3.10`.
 *
 * Only what the packet path reads is a compile-time knob. Sizes, HZ, batches, thresholds and the
 * number of CPUs are boot words in the superblock (`arch/superblock.ts`).
 */

/** Poison, red zones, cost counters and the bug checks of tier two. */
// @ts-ignore: isDefined of a --use constant
export const DEBUG: bool = isDefined(DST_DEBUG);
/** A clock is imported and read once a burst. */
// @ts-ignore: isDefined of a --use constant
export const TIMED: bool = isDefined(DST_TIMED);

/** Where a route found by a lookup is kept. */
export const ROUTE_CACHE_NONE: i32 = 0;
/** On the nexthop: one input slot, and output slots as OUTPUT_SLOT says (3.6 to 4.12). */
export const ROUTE_CACHE_NEXTHOP: i32 = 1;
/** No dst at all: the lookup's nexthop is the adjacency. */
export const ROUTE_CACHE_DIRECT: i32 = 2;
/** Control, not a design: no lookup either; the nexthop follows from the address. The floor. */
export const ROUTE_CACHE_FLOOR: i32 = 3;
/** In one hash of flows, chains of rtables by address, device and TOS (to 3.5). */
export const ROUTE_CACHE_HASH: i32 = 4;
// @ts-ignore: value of a --use constant
export const ROUTE_CACHE: i32 = isDefined(DST_ROUTE_CACHE) ? DST_ROUTE_CACHE : ROUTE_CACHE_NEXTHOP;

export const OUTPUT_SLOT_SHARED: i32 = 0;
export const OUTPUT_SLOT_PERCPU: i32 = 1;
// @ts-ignore: value of a --use constant
export const OUTPUT_SLOT: i32 = isDefined(DST_OUTPUT_SLOT) ? DST_OUTPUT_SLOT : OUTPUT_SLOT_PERCPU;

/** Whether a slot holds a reference on the dst it points to (4.13 on) or none (3.6 to 4.12). */
// @ts-ignore: value of a --use constant
export const SLOT_COUNTED: bool = isDefined(DST_SLOT_REF) ? DST_SLOT_REF == 1 : false;

/** Whether a packet may point to a dst without a reference, protected by RCU alone. */
// @ts-ignore: value of a --use constant
export const NOREF: bool = isDefined(DST_NOREF) ? DST_NOREF == 1 : true;

export const REFCOUNT_ATOMIC: i32 = 0;
export const REFCOUNT_INC_NOT_ZERO: i32 = 1;
export const REFCOUNT_RCUREF: i32 = 2;
// @ts-ignore: value of a --use constant
export const REFCOUNT: i32 = isDefined(DST_REFCOUNT) ? DST_REFCOUNT : REFCOUNT_ATOMIC;

export const UNCACHED_GLOBAL: i32 = 0;
export const UNCACHED_PERCPU: i32 = 1;
// @ts-ignore: value of a --use constant
export const UNCACHED: i32 = isDefined(DST_UNCACHED) ? DST_UNCACHED : UNCACHED_GLOBAL;

export const DEV_COUNT_SHARED: i32 = 0;
export const DEV_COUNT_PERCPU: i32 = 1;
// @ts-ignore: value of a --use constant
export const DEV_COUNT: i32 = isDefined(DST_DEV_COUNT) ? DST_DEV_COUNT : DEV_COUNT_PERCPU;

/** Which kernel's dst_entry and rtable, by the bytes of a dst_entry: `net/core/dstLayout….ts`. */
export const DST_LAYOUT_208: i32 = 0;
export const DST_LAYOUT_160: i32 = 1;
export const DST_LAYOUT_152: i32 = 2;
// @ts-ignore: value of a --use constant
export const DST_LAYOUT: i32 = isDefined(DST_DST_LAYOUT) ? DST_DST_LAYOUT : DST_LAYOUT_152;

/** Whether an entry is bound to its neighbour, with which lock on the header; or looked up. */
export const NEIGHBOUR_BOUND_RWLOCK: i32 = 0;
export const NEIGHBOUR_BOUND_SEQLOCK: i32 = 1;
export const NEIGHBOUR_LOOKUP: i32 = 2;
// @ts-ignore: value of a --use constant
export const NEIGHBOUR: i32 = isDefined(DST_NEIGHBOUR) ? DST_NEIGHBOUR : NEIGHBOUR_LOOKUP;

/** What a route change does to a hash of flows: a delayed flush of all, or a new generation. */
export const INVALIDATE_FLUSH: i32 = 0;
export const INVALIDATE_GENID: i32 = 1;
// @ts-ignore: value of a --use constant
export const INVALIDATE: i32 = isDefined(DST_INVALIDATE) ? DST_INVALIDATE : INVALIDATE_GENID;

/** Who looks for expired entries in a hash of flows: nobody, a timer, or work that measures too. */
export const EXPIRE_SCAN_NONE: i32 = 0;
export const EXPIRE_SCAN_TIMER: i32 = 1;
export const EXPIRE_SCAN_WORK: i32 = 2;
// @ts-ignore: value of a --use constant
export const EXPIRE_SCAN: i32 = isDefined(DST_EXPIRE_SCAN) ? DST_EXPIRE_SCAN : EXPIRE_SCAN_NONE;

/** The collector of dead entries: one list in a timer, or two lists in a work item. */
export const DST_GC_TIMER: i32 = 0;
export const DST_GC_WORK: i32 = 1;
// @ts-ignore: value of a --use constant
export const DST_GC: i32 = isDefined(DST_DST_GC) ? DST_DST_GC : DST_GC_WORK;

/** What counts entries: one atomic word, or a word of each CPU folded in batches. */
export const ENTRIES_SHARED: i32 = 0;
export const ENTRIES_PERCPU: i32 = 1;
// @ts-ignore: value of a --use constant
export const ENTRIES: i32 = isDefined(DST_ENTRIES) ? DST_ENTRIES : ENTRIES_PERCPU;

/** Whether a packet's source is looked up whenever it is routed; martians of 2.6 go with it. */
export const SOURCE_CHECK_ALWAYS: i32 = 0;
export const SOURCE_CHECK_SHORTCUT: i32 = 1;
// @ts-ignore: value of a --use constant
export const SOURCE_CHECK: i32 = isDefined(DST_SOURCE_CHECK)
  ? DST_SOURCE_CHECK
  : SOURCE_CHECK_SHORTCUT;

/** How routes are looked up. */
export const FIB_TRIE: i32 = 0;
/** A hash for each prefix length, under a rwlock (to 2.6.38). */
export const FIB_HASH: i32 = 1;
// @ts-ignore: value of a --use constant
export const FIB: i32 = isDefined(DST_FIB) ? DST_FIB : FIB_TRIE;

/** Whether the last counted release frees a dst after a grace period, or at once. */
// @ts-ignore: value of a --use constant
export const FREE_RCU: bool = isDefined(DST_FREE) ? DST_FREE == 1 : true;

/**
 * Planted defects, for the tests that show that the judge and the audit can fail. An image has them
 * if it was compiled with DST_BUSTED, which no knob and no build does; which one breaks is a word
 * of its superblock (`isBusted`). Each stands at the one branch that it breaks.
 */
// @ts-ignore: isDefined of a --use constant
export const BUSTED: bool = isDefined(DST_BUSTED);
/** `routeInput.ts`: a device that does not forward forwards. */
export const BUSTED_FORWARDING_OFF: u32 = 1;
/** `dst.ts`: the last release ends nothing, so the entry is lost. */
export const BUSTED_LAST_RELEASE: u32 = 2;
/** `dst.ts`: an entry that is destroyed still counts. */
export const BUSTED_ENTRIES: u32 = 3;
/** `dst.ts`: a destroyed entry's memory does not go back to the slab. */
export const BUSTED_SLAB: u32 = 4;
/** `routeInput.ts`: a hit for an address that ends in 0 takes a reference that nobody drops. */
export const BUSTED_HOLD: u32 = 5;
/** `rtable.ts`: a slot is used whatever its generation. */
export const BUSTED_GENID: u32 = 6;
/** `ipForward.ts`: the carry of the checksum's update is lost: one packet in 65,536. */
export const BUSTED_CHECKSUM: u32 = 7;
/** `dst.ts`: a destroyed entry's device reference is not given back. */
export const BUSTED_DEV_PUT: u32 = 8;
/** `fibSemantics.ts`: the number of a fib_info that is freed is lost. */
export const BUSTED_FIB_NUMBER: u32 = 9;
/**
 * Those that only a race shows, each in one contract and with a delay that holds its window open
 * (`lib/delayPoint.ts`): what `dstbench stress --busted` is about.
 * `gracePeriod.ts`: a grace period waits for nobody.
 */
export const BUSTED_QSBR: u32 = 10;
/** `refcount.ts`: a count is loaded, changed and stored, so another CPU's change is lost. */
export const BUSTED_REFCOUNT: u32 = 11;
/** `spinlock.ts`: who has waited long enough for a lock has it. */
export const BUSTED_LOCK: u32 = 12;
/** `slab.ts`: who frees another CPU's object tries once to put it on that CPU's list. */
export const BUSTED_REMOTE_FREE: u32 = 13;
/** `uncachedList.ts`: lists for each CPU: an entry that ends on another CPU stays on its list. */
export const BUSTED_UNCACHED: u32 = 14;

/** Bytes of a cache line of the machines that the layouts follow. */
export const LINE_BYTES: usize = 64;
/** Most CPUs of a machine, the control plane not among them. */
export const CPUS_MAX: u32 = 64;

if (!SLOT_COUNTED && ROUTE_CACHE == ROUTE_CACHE_NEXTHOP && REFCOUNT != REFCOUNT_ATOMIC) {
  ERROR("slots that hold no count need the plain atomic count");
}
if (
  ROUTE_CACHE == ROUTE_CACHE_HASH &&
  (DST_LAYOUT == DST_LAYOUT_152 || REFCOUNT != REFCOUNT_ATOMIC)
) {
  ERROR("a hash of flows needs entries with keys and the plain atomic count");
}
if (
  ROUTE_CACHE == ROUTE_CACHE_HASH &&
  INVALIDATE == INVALIDATE_GENID &&
  DST_LAYOUT == DST_LAYOUT_208
) {
  ERROR("entries of 2.6.18 carry no generation");
}
if (ROUTE_CACHE == ROUTE_CACHE_NEXTHOP && DST_LAYOUT != DST_LAYOUT_152) {
  ERROR("slots of nexthops need entries without keys");
}
if (NEIGHBOUR != NEIGHBOUR_LOOKUP && DST_LAYOUT == DST_LAYOUT_152) {
  ERROR("an entry without neighbour pointers cannot be bound to one");
}
