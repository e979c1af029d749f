/**
 * Periodic work of designs: what their kernels do every so many seconds of the machine's own time.
 * A process that measured less than a few periods does not have their cost in its figures, and the
 * report must say so; this table is how it knows. A knob, not a kernel, decides what runs; a value
 * that an image does not know is simply never met.
 */

/** Work that comes round. */
export interface Period {
  readonly name: string;
  readonly seconds: number;
}

/** Knobs and values with the work that comes round for them: `gc_interval`, `secret_interval`. */
const OF_KNOB: readonly { knob: string; value: string; period: Period }[] = [
  { knob: "expire-scan", value: "timer", period: { name: "rt_check_expire", seconds: 60 } },
  { knob: "expire-scan", value: "work", period: { name: "rt_worker_func", seconds: 60 } },
  { knob: "invalidate", value: "flush", period: { name: "rt_secret_rebuild", seconds: 600 } },
];

/** The periodic work of a design, by its row of knob values. */
export function periodsOf(row: Readonly<Record<string, string>>): Period[] {
  return OF_KNOB.filter(({ knob, value }) => row[knob] === value).map(({ period }) => period);
}
