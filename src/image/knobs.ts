/**
 * The knobs: every design decision that kernels took differently and that an image can be compiled
 * with. One table; `assembly/config.ts` reads the same numbers. No era is checked anywhere else.
 *
 * A row of values is a design's. Two things are refused in one line: a knob that the design would
 * never read (so the comparison would say nothing), and a combination that is unsound.
 */

/** Knob names, in the order in which rows are printed. */
export type KnobName =
  | "route-cache"
  | "output-slot"
  | "slot-ref"
  | "noref"
  | "refcount"
  | "uncached"
  | "dev-count"
  | "free"
  | "fib";

/** A value for every knob. */
export type KnobRow = Readonly<Record<KnobName, string>>;

/** One value of a knob: the number of its `--use` constant, and what it means. */
export interface KnobValue {
  readonly name: string;
  readonly define: number;
  readonly summary: string;
}

/** A knob: its constant, its values, and the workload and counted cost that show it. */
export interface Knob {
  readonly name: KnobName;
  readonly define: string;
  readonly summary: string;
  readonly values: readonly KnobValue[];
  /** The design and workload whose debug counters differ between the values, and which counter. */
  readonly shownBy: { readonly design: string; readonly workload: string; readonly cost: string };
  /** Workload paths on which an image reads the knob; others say so in the report. */
  readonly paths: readonly ("forward" | "local-send")[];
  /** Why a row never reads this knob, or null if it does. */
  readonly unread: (row: KnobRow) => string | null;
}

const BOTH = ["forward", "local-send"] as const;

function withoutDst(row: KnobRow): string | null {
  return row["route-cache"] === "direct" ? "route-cache=direct has no dst" : null;
}

function withoutSlots(row: KnobRow): string | null {
  if (row["route-cache"] === "none") return "route-cache=none has no slots";
  return withoutDst(row);
}

/** All knobs. */
export const KNOBS: readonly Knob[] = [
  {
    name: "route-cache",
    define: "DST_ROUTE_CACHE",
    summary: "where a route found by a lookup is kept",
    values: [
      { name: "none", define: 0, summary: "nowhere: a dst is allocated for every packet" },
      { name: "nexthop", define: 1, summary: "in slots on the nexthop (3.6 to today)" },
      { name: "direct", define: 2, summary: "no dst: the lookup's nexthop is the adjacency" },
    ],
    shownBy: { design: "linux-3.10", workload: "single-flow", cost: "allocations, hits" },
    paths: BOTH,
    unread: () => null,
  },
  {
    name: "output-slot",
    define: "DST_OUTPUT_SLOT",
    summary: "output routes of a nexthop: one for all CPUs, or one for each",
    values: [
      { name: "shared", define: 0, summary: "one slot (3.6)" },
      { name: "percpu", define: 1, summary: "a slot for each CPU (3.7 on)" },
    ],
    shownBy: { design: "linux-3.10", workload: "local-send", cost: "entries on two CPUs or more" },
    paths: ["local-send"],
    unread: withoutSlots,
  },
  {
    name: "slot-ref",
    define: "DST_SLOT_REF",
    summary: "whether a slot holds a reference on its dst",
    values: [
      { name: "uncounted", define: 0, summary: "no: refcnt 0 does not mean free (3.6 to 4.12)" },
      { name: "counted", define: 1, summary: "yes: the last release frees (4.13 on)" },
    ],
    shownBy: {
      design: "linux-3.10",
      workload: "local-send",
      cost: "a hold by cmpxchg (counted) or by rmw",
    },
    paths: BOTH,
    unread: withoutSlots,
  },
  {
    name: "noref",
    define: "DST_NOREF",
    summary: "whether a packet may use a cached dst without a reference, under RCU",
    values: [
      { name: "off", define: 0, summary: "no: hold and release for every packet (to 2.6.34)" },
      { name: "on", define: 1, summary: "yes (2.6.35 on)" },
    ],
    shownBy: { design: "linux-3.10", workload: "single-flow", cost: "atomic rmw" },
    paths: ["forward"],
    unread: withoutSlots,
  },
  {
    name: "refcount",
    define: "DST_REFCOUNT",
    summary: "how references on a dst are counted",
    values: [
      { name: "atomic", define: 0, summary: "atomic add and subtract" },
      { name: "inc-not-zero", define: 1, summary: "a compare-and-swap that refuses 0 (4.13 on)" },
      { name: "rcuref", define: 2, summary: "add, and look at zones (6.4 on)" },
    ],
    shownBy: {
      design: "linux-3.10+slot-ref=counted",
      workload: "local-send",
      cost: "rmw, cmpxchg: rcuref against both; atomic and inc-not-zero differ with noref=off",
    },
    paths: BOTH,
    unread: withoutDst,
  },
  {
    name: "uncached",
    define: "DST_UNCACHED",
    summary: "the list of dsts that no slot points to",
    values: [
      { name: "global", define: 0, summary: "one list and lock (3.6 to 4.0)" },
      { name: "percpu", define: 1, summary: "a list and lock for each CPU (4.1 on)" },
    ],
    shownBy: {
      design: "no-cache",
      workload: "internet-mix",
      cost: "lists that all CPUs write to: 1 or none; the same locks on one CPU",
    },
    paths: BOTH,
    unread: withoutDst,
  },
  {
    name: "dev-count",
    define: "DST_DEV_COUNT",
    summary: "what counts references on a device",
    values: [
      { name: "shared", define: 0, summary: "one atomic (to 2.6.36)" },
      { name: "percpu", define: 1, summary: "a plain word for each CPU (2.6.37 on)" },
    ],
    shownBy: { design: "no-cache", workload: "internet-mix", cost: "atomic rmw" },
    paths: BOTH,
    unread: withoutDst,
  },
  {
    name: "free",
    define: "DST_FREE",
    summary: "when the last counted release frees a dst",
    values: [
      { name: "now", define: 0, summary: "at once (2.6.37 to 3.9)" },
      { name: "rcu", define: 1, summary: "after a grace period (3.10 on)" },
    ],
    shownBy: { design: "no-cache", workload: "internet-mix", cost: "RCU callbacks" },
    paths: BOTH,
    unread: withoutDst,
  },
  {
    name: "fib",
    define: "DST_FIB",
    summary: "how a routing table finds the longest prefix",
    values: [
      { name: "trie", define: 0, summary: "an LC-trie, readers under RCU (2.6.39 on)" },
      { name: "hash", define: 1, summary: "a hash for each length, under a rwlock (to 2.6.38)" },
    ],
    shownBy: { design: "linux-3.10", workload: "internet-mix", cost: "zone probes, atomic rmw" },
    paths: BOTH,
    unread: () => null,
  },
];

/** The knob of this name. */
export function findKnob(name: string): Knob | undefined {
  return KNOBS.find((knob) => knob.name === name);
}

/** Why a row of values cannot be compiled into a sound image, or null. */
export function unsoundness(row: KnobRow): string | null {
  const slotsUncounted = row["route-cache"] === "nexthop" && row["slot-ref"] === "uncounted";
  if (slotsUncounted && row.refcount !== "atomic") {
    return (
      `slots that hold no count (slot-ref=uncounted) cannot go with refcount=${row.refcount}: ` +
      "it would free a slotted dst at its first last release; allowed: +slot-ref=counted with it"
    );
  }
  return null;
}

/** The `--use` constants of a row. */
export function definesOf(row: KnobRow): Record<string, number> {
  const defines: Record<string, number> = {};
  for (const knob of KNOBS) {
    const value = knob.values.find((v) => v.name === row[knob.name]);
    if (value !== undefined) defines[knob.define] = value.define;
  }
  return defines;
}
