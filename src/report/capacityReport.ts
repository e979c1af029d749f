/**
 * Capacities of a latency document as text: bounds by design and goal over all processes, the gap
 * between the goals, and what did not converge. Everything comes from the document.
 */
import {
  type CapacityPlan,
  type CapacitySearch,
  isDisturbed,
  loadTrialOf,
} from "../result/capacitySchema.js";
import type { LatencyCell, LatencyDocument } from "../result/latencyDocument.js";
import { formatCount, formatPercent, formatSignificant } from "./numbers.js";
import type { Paint } from "./paint.js";
import { drawTable, type TableColumn } from "./tableText.js";

type Goal = CapacityPlan["goals"][number];

/** Bounds may be half a percent apart, so they take a digit more than other figures. */
const MPPS_DIGITS = 4;

/** Packets per second in millions. */
function mpps(packetsPerSecond: number): string {
  return formatSignificant(packetsPerSecond / 1e6, MPPS_DIGITS);
}

function milliseconds(ms: number): string {
  return `${formatSignificant(ms)} ms`;
}

function goalName({ lateShare, exceedShare }: Goal): string {
  const late = lateShare === 0 ? "no burst late" : `at most ${formatPercent(lateShare)} late`;
  return exceedShare === 0 ? late : `${late}, ${formatPercent(1 - exceedShare)} of the time`;
}

/**
 * Values of processes: one, or the least to the greatest. Those that are missing stand at the end
 * where they belong: no lower bound is below all, no upper bound above.
 */
function rangeText(values: readonly (number | null)[], missing: "below" | "above"): string {
  const known = values.flatMap((value) => (value === null ? [] : [value])).sort((a, b) => a - b);
  const texts = known.map(mpps);
  if (known.length < values.length && missing === "below") texts.unshift("none");
  if (known.length < values.length && missing === "above") texts.push("none");
  const [least, greatest] = [texts[0], texts.at(-1)];
  return least === greatest ? (least ?? "none") : `${least} to ${greatest}`;
}

const HEADS = ["design", "goal", "lower", "upper", "throughput", "converged", "trials", "s"];
/** Columns that are words. */
const WORD_COLUMNS = 2;

/** Cells of the rows of a design, a row for each goal. */
function designRows(
  name: string,
  plan: CapacityPlan,
  searches: readonly CapacitySearch[],
): string[][] {
  const trials = searches.reduce((sum, search) => sum + search.trials.length, 0);
  const spentMs = searches.reduce((sum, search) => sum + search.spentMs, 0);
  return plan.goals.map((goal, g) => {
    const results = searches.flatMap((search) => search.results[g] ?? []);
    const regular = results.filter(({ isRegular }) => isRegular).length;
    const [lowers, uppers] = [results.map((r) => r.lower), results.map((r) => r.upper)];
    const throughputs = results.map((r) => r.throughput);
    const once = [formatCount(trials), formatSignificant(spentMs / 1_000)];
    return [
      g === 0 ? name : "",
      goalName(goal),
      rangeText(lowers, "below"),
      rangeText(uppers, "above"),
      rangeText(throughputs, "below"),
      `${regular} of ${results.length}`,
      ...(g === 0 ? once : ["", ""]),
    ];
  });
}

function capacityTable(
  { designs }: LatencyDocument,
  plan: CapacityPlan,
  searches: readonly CapacitySearch[],
  paint: Paint,
): string {
  const rows = designs.flatMap(({ name }, design) => {
    const own = searches.filter((search) => search.design === design);
    return designRows(name, plan, own);
  });
  const columns = HEADS.map((head, c): TableColumn => {
    return { head, cells: rows.map((row) => row[c] ?? ""), right: c >= WORD_COLUMNS };
  });
  return drawTable(columns, paint);
}

/** Of each design, how much more the last goal takes than the first. */
function gapLine(name: string, searches: readonly CapacitySearch[]): string[] {
  if (searches.length === 0) return [];
  const ratios = searches.flatMap(({ results }) => {
    const [strict, tolerant] = [results[0]?.throughput, results.at(-1)?.throughput];
    return strict && tolerant ? [tolerant / strict] : [];
  });
  if (ratios.length < searches.length) {
    const n = searches.length - ratios.length;
    const of = searches.length === 1 ? "" : `, in ${n} of ${searches.length} processes`;
    return [`${name}: no gap is known${of}: a goal has no lower bound.`];
  }
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)].map((r) => r.toFixed(2));
  const text = least === greatest ? `${least}` : `${least} to ${greatest}`;
  return [`${name}: where stalls are tolerated, ${text} times the load without any.`];
}

/** Why a goal of a search is not regular; null: it is. */
function irregularity(search: CapacitySearch, g: number, plan: CapacityPlan): string | null {
  const result = search.results[g];
  if (result === undefined || result.isRegular) return null;
  if (search.end === "time") return `no end in ${milliseconds(plan.searchMs)}`;
  if (search.end === "trials") return `no end in ${formatCount(plan.trialsMax)} trials`;
  if (search.end === "stopped") return "ended early";
  if (result.lower === null) return `no lower bound down to ${mpps(search.loadMin)} Mpps`;
  if (result.upper === null) return `no upper bound up to ${mpps(search.loadMax)} Mpps`;
  return "bounds are as near as loads can be";
}

function irregularLines(
  { designs }: LatencyDocument,
  plan: CapacityPlan,
  searches: readonly CapacitySearch[],
): string[] {
  return searches.flatMap((search) =>
    plan.goals.flatMap((goal, g) => {
      const why = irregularity(search, g, plan);
      const name = designs[search.design]?.name;
      if (why === null) return [];
      return [`! ${name}, process ${search.process}, ${goalName(goal)}: not converged, ${why}`];
    }),
  );
}

/** What the machine did to the trials of a design. */
function disturbedLine(
  name: string,
  searches: readonly CapacitySearch[],
  goalNs: number,
): string[] {
  const trials = searches.flatMap((search) => search.trials);
  const repeated = trials.filter(({ isRepeated }) => isRepeated).length;
  const late = trials.filter((t) => !t.isRepeated && loadTrialOf(t).lateShare > 0);
  const disturbed = late.filter((trial) => isDisturbed(trial, goalNs)).length;
  const waited = `a CPU waited over ${formatSignificant(goalNs / 1_000)} µs for its core`;
  const lines: string[] = [];
  if (repeated > 0) lines.push(`${name}: ${repeated} trials were run again, ${waited} in them.`);
  if (disturbed > 0) {
    const share = `${disturbed} of ${late.length} trials that count and had late bursts`;
    lines.push(`! ${name}: ${waited} in ${share}: bounds may be those of the machine`);
  }
  return lines;
}

/** The capacities of a cell; no line where none were searched for. */
export function capacityLines(
  document: LatencyDocument,
  cell: LatencyCell,
  paint: Paint,
): string[] {
  const { plan, designs } = document;
  const searches = cell.searches ?? [];
  if (plan.capacity === undefined || searches.length === 0) return [];
  const bound = formatSignificant(plan.goalNs / 1_000);
  const cpus = `${cell.cpus} CPU${cell.cpus === 1 ? "" : "s"}`;
  const of = (design: number) => searches.filter((search) => search.design === design);
  return [
    `${cell.workload}, ${cpus}, capacity: Mpps of each CPU with bursts seldom over ${bound} µs`,
    "",
    capacityTable(document, plan.capacity, searches, paint),
    "",
    ...designs.flatMap(({ name }, design) => gapLine(name, of(design))),
    ...irregularLines(document, plan.capacity, searches),
    ...designs.flatMap(({ name }, design) => disturbedLine(name, of(design), plan.goalNs)),
    "",
  ];
}

/** What a reader must know of capacities; no line where none were asked for. */
export function capacityExplanation({ plan }: LatencyDocument): string[] {
  const { capacity } = plan;
  if (capacity === undefined) return [];
  const goals = capacity.goals.map((goal) => {
    return (
      `${goalName(goal)} (loss ratio ${formatPercent(goal.lateShare)}, exceed ratio ` +
      `${formatPercent(goal.exceedShare)}, trials of ${milliseconds(goal.finalMs)}, sum ` +
      `${milliseconds(goal.sumMs)}, width ${formatPercent(goal.widthShare)})`
    );
  });
  return [
    `Capacity: bounds as of MLRsearch (RFC 9971), a late burst counted as a lost one. Goals: ` +
      `${goals.join("; ")}.`,
    `First trials of ${milliseconds(capacity.initialMs)}; a search ends after ` +
      `${milliseconds(capacity.searchMs)} or ${formatCount(capacity.trialsMax)} trials. ` +
      `Throughput: the rate in time at the lower bound.`,
    `Nothing is lost here and no NIC is there: what makes the load is the CPU that forwards it.`,
  ];
}
