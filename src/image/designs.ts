/**
 * Designs: `KERNEL[+KNOB=VALUE]…`. A kernel is a named row of knob values; the table below is the
 * only place that knows kernels.
 */
import { UsageError } from "../reference/usageError.js";
import { definesOf, findKnob, KNOBS, type KnobName, type KnobRow, unsoundness } from "./knobs.js";

/** A preset: what a kernel did, as knob values. */
export interface Kernel {
  readonly name: string;
  readonly summary: string;
  readonly row: KnobRow;
}

const LINUX_3_10: KnobRow = {
  "route-cache": "nexthop",
  "output-slot": "percpu",
  "slot-ref": "uncounted",
  noref: "on",
  refcount: "atomic",
  uncached: "global",
  "dev-count": "percpu",
  free: "rcu",
  fib: "trie",
};

/** All presets, in the order in which `compare` takes them by default. */
export const KERNELS: readonly Kernel[] = [
  {
    name: "linux-3.10",
    summary: "nexthop caches: an input slot and per-CPU output slots on each nexthop, noref",
    row: LINUX_3_10,
  },
  {
    name: "no-cache",
    summary: "3.10 with nothing cached: a dst per packet, per-CPU uncached list, freed at once",
    row: { ...LINUX_3_10, "route-cache": "none", uncached: "percpu", free: "now" },
  },
  {
    name: "nexthop-direct",
    summary: "no dst at all: the lookup's result is the adjacency (VPP, FreeBSD nexthops)",
    row: { ...LINUX_3_10, "route-cache": "direct" },
  },
];

/** What is compared where nothing is said. */
export const DEFAULT_DESIGNS: readonly string[] = KERNELS.map((kernel) => kernel.name);

/** A design that was understood: its name as given, and what it compiles to. */
export interface Design {
  readonly name: string;
  readonly kernel: string;
  readonly row: KnobRow;
  /** Knobs that were set by hand. */
  readonly set: readonly KnobName[];
  readonly defines: Readonly<Record<string, number>>;
}

function setKnob(text: string, part: string, set: Map<KnobName, string>): void {
  const [name = "", value, ...rest] = part.split("=");
  const knob = findKnob(name);
  if (knob === undefined || value === undefined || rest.length > 0) {
    const names = KNOBS.map((k) => `${k.name}=${k.values.map((v) => v.name).join("|")}`);
    throw new UsageError(`design "${text}": unknown knob "${part}"; allowed: ${names.join(", ")}`);
  }
  const allowed = knob.values.map((v) => v.name);
  if (name === "refcount" && value === "percpu") {
    throw new UsageError(
      `design "${text}": refcount=percpu is unsound: per-CPU counts are for devices only, ` +
        `a dst must know its last release; allowed: ${allowed.join(", ")}`,
    );
  }
  if (!allowed.includes(value)) {
    throw new UsageError(
      `design "${text}": unknown value "${value}" of ${name}; allowed: ${allowed.join(", ")}`,
    );
  }
  if (set.has(knob.name)) {
    throw new UsageError(`design "${text}": ${name} is given twice; allowed: once`);
  }
  set.set(knob.name, value);
}

/**
 * Reads `KERNEL[+KNOB=VALUE]…`.
 * @throws {UsageError} one line: an unknown kernel, knob or value with what is allowed; a knob the
 *   design never reads, or an unsound combination, with the reason
 */
export function parseDesign(text: string): Design {
  const [kernelName = "", ...parts] = text.split("+");
  const kernel = KERNELS.find((k) => k.name === kernelName);
  if (kernel === undefined) {
    const names = KERNELS.map((k) => k.name).join(", ");
    throw new UsageError(
      `unknown design "${text}"; allowed: ${names}, ` +
        "each with +KNOB=VALUE (dstbench list names them)",
    );
  }
  const set = new Map<KnobName, string>();
  for (const part of parts) setKnob(text, part, set);
  const row: KnobRow = { ...kernel.row, ...Object.fromEntries(set) };
  for (const name of set.keys()) {
    const reason = findKnob(name)?.unread(row) ?? null;
    if (reason !== null) {
      throw new UsageError(`design "${text}": ${name} is never read: ${reason}`);
    }
  }
  const unsound = unsoundness(row);
  if (unsound !== null) throw new UsageError(`design "${text}": ${unsound}`);
  return { name: text, kernel: kernelName, row, set: [...set.keys()], defines: definesOf(row) };
}
