/**
 * Periodic work of designs: what their kernels do every so many seconds of the machine's own time.
 * A process that measured less than a few periods does not have their cost in its figures, and the
 * report must say so; this table is how it knows. Kept apart from the presets because a knob, not a
 * kernel, decides what runs.
 */
import type { KnobRow } from "../image/knobs.js";

/** Work that comes round. */
export interface Period {
  readonly name: string;
  readonly seconds: number;
}

/** Values of `route-cache` that keep a hash of routes, with the work that comes round for it. */
const OF_ROUTE_CACHE: Readonly<Record<string, readonly Period[]>> = {};

/** The periodic work of a design. */
export function periodsOf(row: KnobRow): Period[] {
  return [...(OF_ROUTE_CACHE[row["route-cache"]] ?? [])];
}
