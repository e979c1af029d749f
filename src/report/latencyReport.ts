/**
 * A latency document as text: for each cell and load a table of quantiles, and what a reader must
 * know of them. Everything comes from the document.
 */
import {
  type LatencyCounts,
  mergeLatency,
  QUANTILES,
  quantileNs,
} from "../measure/latencyQuantiles.js";
import type { LatencyCell, LatencyDocument, LatencyTrial } from "../result/latencyDocument.js";
import { capacityExplanation, capacityLines } from "./capacityReport.js";
import { formatCount, formatSignificant } from "./numbers.js";
import type { Paint } from "./paint.js";
import { drawTable, type TableColumn } from "./tableText.js";

/** Below this share of the offered rate, the target is not met. */
const TARGET_SHARE_MIN = 0.99;
const NONE = "–";

/** Microseconds with three digits. */
function microseconds(ns: number | null): string {
  return ns === null ? NONE : formatSignificant(ns / 1_000);
}

function countsOf(trials: readonly LatencyTrial[]): LatencyCounts {
  return mergeLatency(trials.flatMap(({ cpus }) => cpus));
}

/** Quantile of all processes together, and the least and greatest of each alone. */
function quantileText(trials: readonly LatencyTrial[], q: number): string {
  const whole = quantileNs(countsOf(trials), q);
  if (whole === null) return NONE;
  const processes = [...new Set(trials.map(({ process }) => process))];
  const alone = processes.flatMap((process) => {
    const own = quantileNs(countsOf(trials.filter((t) => t.process === process)), q);
    return own === null ? [] : [own];
  });
  if (processes.length < 2 || alone.length < processes.length) return microseconds(whole);
  const range = `${microseconds(Math.min(...alone))}, ${microseconds(Math.max(...alone))}`;
  return `${microseconds(whole)} [${range}]`;
}

/** Packets that were run, of all CPUs, per second of a CPU. */
function achievedRate(trials: readonly LatencyTrial[], burstPackets: number): number {
  let packets = 0;
  let ns = 0;
  for (const trial of trials) {
    for (const { bursts, startNs, endNs } of trial.cpus) {
      packets += Math.min(trial.packets, bursts * burstPackets);
      ns += endNs - startNs;
    }
  }
  return ns === 0 ? 0 : (1e9 * packets) / ns;
}

/** Name of a quantile: 0.999 is p99.9. */
function quantileName(q: number): string {
  return `p${Number((q * 100).toFixed(4))}`;
}

function loadTable(
  { designs, burst, plan }: LatencyDocument,
  byDesign: readonly (readonly LatencyTrial[])[],
  paint: Paint,
): string {
  const counts = byDesign.map(countsOf);
  const column = (head: string, cells: readonly string[]): TableColumn => {
    return { head, cells, right: true };
  };
  const columns: TableColumn[] = [
    { head: "design", cells: designs.map(({ name }) => name), right: false },
    column(
      "Mpps/CPU",
      byDesign.map((trials) => formatSignificant(achievedRate(trials, burst.packets) / 1e6)),
    ),
    column(
      "bursts",
      counts.map(({ bursts }) => formatCount(bursts)),
    ),
    ...QUANTILES.map((q) =>
      column(
        quantileName(q),
        byDesign.map((trials) => quantileText(trials, q)),
      ),
    ),
    column(
      "max",
      counts.map(({ bursts, maxNs }) => (bursts === 0 ? NONE : microseconds(maxNs))),
    ),
    column(
      `over ${microseconds(plan.goalNs)} µs`,
      counts.map(({ late, unrun }) => formatCount(late + unrun)),
    ),
  ];
  return drawTable(columns, paint);
}

/** Designs that did not keep up with what was offered. */
function targetLines(
  document: LatencyDocument,
  offered: number | null,
  byDesign: readonly (readonly LatencyTrial[])[],
): string[] {
  if (offered === null) return [];
  return byDesign.flatMap((trials, i) => {
    const rate = achievedRate(trials, document.burst.packets);
    const { unrun } = countsOf(trials);
    if (trials.length === 0 || (unrun === 0 && rate >= TARGET_SHARE_MIN * offered)) return [];
    const name = document.designs[i]?.name;
    const left = unrun === 0 ? "" : `, ${formatCount(unrun)} bursts were given up`;
    return [
      `! ${name}: target not met, ${formatSignificant(rate / 1e6)} of ` +
        `${formatSignificant(offered / 1e6)} Mpps${left}; it was behind when trials ended`,
    ];
  });
}

function cellLines(document: LatencyDocument, cell: LatencyCell, paint: Paint): string[] {
  const cpus = `${cell.cpus} CPU${cell.cpus === 1 ? "" : "s"}`;
  const lines: string[] = [];
  for (const [number, { packetsPerSecond }] of cell.loads.entries()) {
    const ofLoad = cell.trials.filter(({ load }) => load === number);
    const byDesign = document.designs.map((_, i) => ofLoad.filter(({ design }) => design === i));
    const load =
      packetsPerSecond === null
        ? "closed loop"
        : `open loop, ${formatSignificant(packetsPerSecond / 1e6)} Mpps offered to each CPU`;
    lines.push(`${cell.workload}, ${cpus}, ${load}: latency of a burst in µs`, "");
    lines.push(loadTable(document, byDesign, paint), "");
    lines.push(...targetLines(document, packetsPerSecond, byDesign));
  }
  lines.push(...capacityLines(document, cell, paint));
  if (cell.oversubscribed) {
    lines.push(`! ${cpus} on ${cell.cores} cores: latencies are those of the scheduler, too`);
  }
  return lines;
}

function clockLine({ processes }: LatencyDocument): string[] {
  const known = processes.map(({ clock }) => clock).filter(({ readNs }) => readNs > 0);
  if (known.length === 0) return [];
  const readNs = Math.max(...known.map((clock) => clock.readNs));
  const stepNs = Math.max(...known.map((clock) => clock.stepNs));
  return [
    `Clock: one read a burst, ${formatSignificant(readNs)} ns each, ` +
      `least step ${formatSignificant(stepNs)} ns; open loops read it while they wait.`,
  ];
}

function explanation(document: LatencyDocument): string[] {
  const { burst, plan, processes, time } = document;
  const n = processes.length;
  const widest = formatSignificant(100 / burst.bucketsPerOctave, 2);
  return [
    `A burst is ${burst.packets} packets and what follows them (timers, work, callbacks). ` +
      `Open loop: from its intended start.`,
    ...(document.cells.some(({ loads }) => loads.length > 0)
      ? [
          `Quantiles are of the histograms of all CPUs, trials and processes together, at most ` +
            `${widest} % too high; max is exact. ${NONE}: fewer than 10 bursts above it.`,
        ]
      : []),
    ...capacityExplanation(document),
    ...clockLine(document),
    `The machine's clock goes by ${formatCount(time.packetsPerSecondPerCpu)} packets a second ` +
      `and CPU, whatever is offered. Trials of ${formatSignificant(plan.trialMs)} ms.`,
    n < 2
      ? "! One process: another may be laid out otherwise, and no range is known."
      : `[least, greatest] of ${n} processes alone.`,
  ];
}

/** The report of a latency document, with a line feed at its end. */
export function latencyReport(document: LatencyDocument, paint: Paint): string {
  const { environment: e, table } = document;
  const lines = [
    document.disclaimer,
    `${e.cpuModel ?? "unknown CPU"}, ${e.cores} cores, Node ${e.node.replace(/^v/, "")}; ` +
      `${formatCount(table.routes)} routes; rhash_entries ${formatCount(document.rhashEntries)}`,
    "",
    ...document.cells.flatMap((cell) => cellLines(document, cell, paint)),
    "",
    ...explanation(document),
    ...document.notes.map((note) => `! ${note}`),
    ...document.errors.map((error) => `! invalid: ${error}`),
  ];
  return `${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`;
}
