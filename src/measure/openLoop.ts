/**
 * Loads of a latency run: a closed loop, where a burst follows the one before it, or an open loop,
 * where bursts have intended starts by the offered rate. Pure.
 *
 *   period of an open loop = burst · 10^9 / rate        intended start of burst i = t0 + i · period
 *   latency of a burst     = its end − its intended start, so a stall is in all that wait behind it
 */
import type { BurstTiming } from "../machine/burstLatency.js";
import { UsageError } from "../reference/usageError.js";

/** Packets of a burst, as `assembly/workload/rxRing.ts` has them. */
export const BURST_PACKETS = 64;

/** A load as it is asked for. A share is of what the first design forwards in a closed loop. */
export type AskedLoad =
  | { readonly kind: "closed" }
  | { readonly kind: "rate"; readonly packetsPerSecond: number }
  | { readonly kind: "share"; readonly share: number };

/** A load as it is run: packets per second of one CPU, null in a closed loop. */
export interface Load {
  readonly packetsPerSecond: number | null;
}

/** Rates of one CPU that may be offered: a burst each 64 ms, to what no design reaches. */
export const RATE_MIN = 1_000;
export const RATE_MAX = 100_000_000;
const SHARE_MAX = 2;
const ALLOWED =
  "allowed: closed, packets per second and CPU (1k to 100m), percent (80%), or capacity";

function askedLoad(part: string, whole: string): AskedLoad {
  if (part === "closed") return { kind: "closed" };
  const percent = /^(\d{1,3})%$/.exec(part)?.[1];
  const share = Number(percent) / 100;
  if (share > 0 && share <= SHARE_MAX) return { kind: "share", share };
  const match = /^(\d{1,9})([km]?)$/i.exec(part);
  const unit = { "": 1, k: 1_000, m: 1_000_000 }[match?.[2]?.toLowerCase() ?? ""] ?? 1;
  const packetsPerSecond = Number(match?.[1]) * unit;
  if (packetsPerSecond >= RATE_MIN && packetsPerSecond <= RATE_MAX) {
    return { kind: "rate", packetsPerSecond };
  }
  throw new UsageError(`--load ${whole}; ${ALLOWED}, comma-separated`);
}

/** What is asked of a run: loads in their order, and whether capacities are searched for. */
export interface AskedLoads {
  readonly loads: readonly AskedLoad[];
  readonly isCapacityAsked: boolean;
}

/** `closed,500k,80%,capacity`. @throws {UsageError} */
export function parseLoads(text: string): AskedLoads {
  const parts = text.split(",");
  const loads = parts.filter((part) => part !== "capacity").map((part) => askedLoad(part, text));
  return { loads, isCapacityAsked: parts.includes("capacity") };
}

/** A share becomes a rate, to three digits, so that it can be asked for again. */
export function loadOf(asked: AskedLoad, closedPacketsPerSecond: number): Load {
  if (asked.kind === "closed") return { packetsPerSecond: null };
  if (asked.kind === "rate") return { packetsPerSecond: asked.packetsPerSecond };
  const rate = Number((asked.share * closedPacketsPerSecond).toPrecision(3));
  return { packetsPerSecond: Math.min(RATE_MAX, Math.max(RATE_MIN, rate)) };
}

/** What a CPU is told of a load. */
export function timingOf(
  { packetsPerSecond }: Load,
  limits: { readonly goalNs: number; readonly giveUpNs: number },
): BurstTiming {
  if (packetsPerSecond === null) return { periodNs: 0, goalNs: limits.goalNs, giveUpNs: 0 };
  return { periodNs: (BURST_PACKETS * 1e9) / packetsPerSecond, ...limits };
}

/** Packets of a trial of one CPU: whole bursts, one at least. */
export function trialPackets({ packetsPerSecond }: Load, closedRate: number, ms: number): number {
  const packets = ((packetsPerSecond ?? closedRate) * ms) / 1_000;
  return BURST_PACKETS * Math.max(1, Math.round(packets / BURST_PACKETS));
}
