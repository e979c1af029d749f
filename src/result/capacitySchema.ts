/**
 * Searches for a capacity in a latency document: every trial with what its bursts were, and what
 * they say of each goal, which must be what `loadBounds.ts` makes of the trials again.
 *
 *   plan.capacity ── goals[g]      attributes of a search goal of RFC 9971
 *   cell.searches[s] ─┬─ trials[]  of one design in one process, in the order in which they ran
 *                     └─ results[g] = goalResult(trials that were not repeated, goals[g])
 *
 *   late share of a trial = (late + unrun) ÷ (bursts + unrun), over all its CPUs
 */
import { z } from "zod";
import { type GoalResult, goalResult, type LoadTrial } from "./loadBounds.js";

const quantity = z.number().min(0);
const whole = z.int().min(0);
const rate = z.number().positive();
const share = z.number().min(0).lt(1);

const goalSchema = z.strictObject({
  lateShare: share.describe("goal loss ratio: a trial with more late bursts is bad"),
  exceedShare: share.describe("goal exceed ratio: share of the time at a load that may be bad"),
  finalMs: z.number().positive().describe("goal final trial duration"),
  sumMs: z.number().positive().describe("goal duration sum"),
  widthShare: share.describe("goal width: 1 − lower / upper"),
});

export const capacityPlanSchema = z.strictObject({
  goals: z.array(goalSchema).min(1),
  initialMs: z.number().positive().describe("length of the first trials"),
  trialsMax: z.int().min(1).describe("of one search"),
  searchMs: z.number().positive().describe("time after which a search starts no trial"),
});

const searchCpuSchema = z.strictObject({
  startNs: quantity,
  endNs: quantity,
  bursts: whole,
  late: whole,
  unrun: whole,
  maxNs: quantity,
});

const searchTrialSchema = z.strictObject({
  packetsPerSecond: rate.describe("offered to each CPU"),
  ms: z.number().positive().describe("as asked"),
  packets: z.int().min(1).describe("asked of each CPU"),
  cpus: z.array(searchCpuSchema).min(1),
  runDelayNs: z.array(quantity).nullable().describe("time each thread waited for its core"),
  stealMs: quantity.nullable(),
  isRepeated: z.boolean().describe("was disturbed and run again: says nothing of its load"),
});

const resultSchema = z.strictObject({
  lower: rate.nullable().describe("relevant lower bound, packets per second of one CPU"),
  upper: rate.nullable().describe("relevant upper bound"),
  throughput: quantity.nullable().describe("conditional throughput at the lower bound"),
  isRegular: z.boolean().describe("both bounds, within the goal's width"),
});

export const searchSchema = z.strictObject({
  process: whole,
  design: whole,
  loadMin: rate,
  loadMax: rate,
  spentMs: quantity.describe("in trials of this search, all told"),
  end: z.enum(["done", "time", "trials", "stopped"]).describe("why there were no more trials"),
  trials: z.array(searchTrialSchema),
  results: z.array(resultSchema).describe("by goal"),
});

/** How capacities are searched for. */
export type CapacityPlan = z.infer<typeof capacityPlanSchema>;
/** One search: a design in a process. */
export type CapacitySearch = z.infer<typeof searchSchema>;
/** One trial of it. */
export type CapacityTrial = z.infer<typeof searchTrialSchema>;

/**
 * Whether a CPU of a trial was kept from running for longer than a burst may take: by what the
 * system counted beside it, never by its bursts.
 */
export function isDisturbed(
  { runDelayNs, stealMs }: Pick<CapacityTrial, "runDelayNs" | "stealMs">,
  goalNs: number,
): boolean {
  return (stealMs ?? 0) * 1e6 > goalNs || Math.max(0, ...(runDelayNs ?? [])) > goalNs;
}

/** A trial as its search sees it. */
export function loadTrialOf({ packetsPerSecond, ms, cpus }: CapacityTrial): LoadTrial {
  const late = cpus.reduce((sum, cpu) => sum + cpu.late + cpu.unrun, 0);
  const asked = cpus.reduce((sum, cpu) => sum + cpu.bursts + cpu.unrun, 0);
  return { packetsPerSecond, ms, lateShare: asked === 0 ? 1 : late / asked };
}

function trialFault(trial: CapacityTrial, cpus: number, burstPackets: number): string | null {
  if (trial.cpus.length !== cpus) return `${trial.cpus.length} CPUs, the cell has ${cpus}`;
  const asked = Math.ceil(trial.packets / burstPackets);
  for (const { bursts, late, unrun } of trial.cpus) {
    if (late > bursts) return `${late} late bursts of ${bursts}`;
    if (bursts + unrun !== asked) return `${bursts} + ${unrun} bursts of ${asked}`;
  }
  return null;
}

function isSame(a: GoalResult, b: GoalResult): boolean {
  return (
    a.lower === b.lower &&
    a.upper === b.upper &&
    a.throughput === b.throughput &&
    a.isRegular === b.isRegular
  );
}

/** What contradicts itself in a search; null: nothing. */
export function searchFault(
  search: CapacitySearch,
  plan: CapacityPlan | undefined,
  cell: { readonly cpus: number; readonly burstPackets: number },
): string | null {
  if (plan === undefined) return "a search without a plan.capacity";
  for (const [t, trial] of search.trials.entries()) {
    const fault = trialFault(trial, cell.cpus, cell.burstPackets);
    if (fault !== null) return `trials[${t}]: ${fault}`;
    const { packetsPerSecond: load } = trial;
    if (load < search.loadMin || load > search.loadMax) {
      return `trials[${t}]: a load of ${load}, not of ${search.loadMin} to ${search.loadMax}`;
    }
  }
  if (search.results.length !== plan.goals.length) {
    return `${search.results.length} results of ${plan.goals.length} goals`;
  }
  const trials = search.trials.filter(({ isRepeated }) => !isRepeated).map(loadTrialOf);
  for (const [g, goal] of plan.goals.entries()) {
    const stated = search.results[g];
    const found = goalResult(trials, goal);
    if (stated !== undefined && isSame(stated, found)) continue;
    return `results[${g}]: the trials say ${JSON.stringify(found)}`;
  }
  return null;
}
