/**
 * Values of options: text in, number out, or one line that names what is allowed.
 */
import { availableParallelism } from "node:os";
import { UsageError } from "../reference/usageError.js";

/** A whole number from `min` to `max`; `k` and `m` multiply by thousands and millions. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const match = /^(\d{1,15})([km]?)$/i.exec(text);
  const unit = { "": 1, k: 1_000, m: 1_000_000 }[match?.[2]?.toLowerCase() ?? ""] ?? 1;
  const value = Number(match?.[1] ?? Number.NaN) * unit;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`${option} ${text}; allowed: a whole number from ${min} to ${max}`);
  }
  return value;
}

/** A number of percent, with a fraction where it is wanted, from `min` to `max`. */
export function percent(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`${option} ${text}; allowed: a number of percent from ${min} to ${max}`);
  }
  return value;
}

/**
 * CPU numbers of the cells: `1,2,all`. Where the control plane works beside them it is a CPU too,
 * and `all` leaves a core to it.
 */
export function cpuNumbers(text: string, controlBusy = false): number[] {
  const cores = Math.max(1, availableParallelism() - (controlBusy ? 1 : 0));
  const numbers = text.split(",").map((part) => {
    if (part === "all") return Math.min(64, cores);
    if (/^\d{1,3}$/.test(part) && Number(part) >= 1 && Number(part) <= 64) return Number(part);
    throw new UsageError(`--cpus ${text}; allowed: numbers from 1 to 64 and all, as 1,2,all`);
  });
  return [...new Set(numbers)];
}

/** A comma-separated list without empty parts. */
export function nameList(option: string, text: string): string[] {
  const names = text.split(",");
  if (names.some((name) => name === "")) {
    throw new UsageError(`${option} ${text}; allowed: names separated by commas`);
  }
  return names;
}
