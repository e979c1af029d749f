/** The counting engines of a dst as knob values; those that end at 0 need slots that count. */

/** Loops of the refcount bench. */
export const ENTRY = "bench/refcount/refcount.as.ts";

/** A counting engine. */
export interface Engine {
  readonly name: string;
  readonly defines: Record<string, number>;
}

/** In the order of the kernels that had them. */
export const ENGINES: readonly Engine[] = [
  { name: "atomic", defines: { DST_REFCOUNT: 0 } },
  { name: "inc-not-zero", defines: { DST_REFCOUNT: 1, DST_SLOT_REF: 1 } },
  { name: "rcuref", defines: { DST_REFCOUNT: 2, DST_SLOT_REF: 1 } },
];
