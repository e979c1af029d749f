/**
 * What a bench says: rows of ratios with the times behind them, as text and as JSON. A report,
 * never a gate: an aim that is not met does not fail anything.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { pingPongClass } from "../../src/measure/pingPongClass.js";
import { DISCLAIMER } from "../../src/result/disclaimer.js";
import type { Group } from "./arm.js";
import { median, quantile, type Row, rowOf, type Samples } from "./ratios.js";
import { areSiblings } from "./siblings.js";

/** Times of one arm: ns for one operation. */
export interface ArmFigures {
  readonly name: string;
  readonly nsMedian: number;
  readonly nsP10: number;
  readonly windows: number;
  readonly disturbed: number;
}

/** What two CPUs of a group were to each other while it ran. */
export interface PairFigures {
  /** Median and quartiles of one way of a word from one CPU to the other. */
  readonly oneWayNs: number;
  readonly quartilesNs: readonly [number, number];
  /** `pingPongClass.ts`, the same as beside the cells of a comparison. */
  readonly class: string;
  readonly pinned: boolean | null;
}

/** A group that was run. */
export interface GroupResult {
  readonly thing: string;
  readonly title: string;
  readonly operation: string;
  readonly arms: readonly ArmFigures[];
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
  /** null: nothing is contended. */
  readonly pair: PairFigures | null;
}

/** Where the figures were seen. */
export interface BenchEnvironment {
  readonly node: string;
  readonly v8: string;
  readonly v8Flags: readonly string[];
  readonly platform: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly loadAverage: readonly number[];
  /** When the run began, UTC. */
  readonly startedAt: string;
}

/** All that a run says. */
export interface BenchReport {
  readonly disclaimer: string;
  readonly environment: BenchEnvironment;
  readonly groups: readonly GroupResult[];
}

/** What can be said about this process and its machine. */
export function environment(): BenchEnvironment {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    v8Flags: process.execArgv,
    platform: `${process.platform}-${process.arch}`,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    loadAverage: loadavg(),
    startedAt: new Date().toISOString(),
  };
}

/** A report of these groups. */
export function reportOf(
  environment: BenchEnvironment,
  groups: readonly GroupResult[],
): BenchReport {
  return { disclaimer: DISCLAIMER, environment, groups };
}

function pairOf(group: Group, samples: Samples): PairFigures | null {
  if (group.pair === undefined) return null;
  const { pingPong, pinned } = group.pair;
  const windows = samples.get(pingPong);
  if (windows === undefined) throw new RangeError(`no arm named "${pingPong}"`);
  const ns = windows.map((window) => window.ns);
  const oneWayNs = median(ns);
  const kind = pingPongClass(oneWayNs, pinned === true ? areSiblings() : null);
  const quartilesNs = [quantile(ns, 0.25), quantile(ns, 0.75)] as const;
  return { oneWayNs, quartilesNs, class: kind, pinned };
}

/** Figures of a group from its samples. */
export function resultOf(group: Group, samples: Samples): GroupResult {
  const arms = [...samples].map(([name, windows]) => ({
    name,
    nsMedian: median(windows.map((w) => w.ns)),
    nsP10: quantile(
      windows.map((w) => w.ns),
      0.1,
    ),
    windows: windows.length,
    disturbed: windows.filter((w) => w.disturbed).length,
  }));
  const { thing, title, operation } = group;
  const rows = group.rows.map((plan) => rowOf(samples, plan));
  const notes = group.notes ?? [];
  return { thing, title, operation, arms, rows, notes, pair: pairOf(group, samples) };
}

/** Three digits that count. */
function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Nanoseconds, or milliseconds where an operation is that long. */
function time(ns: number): string {
  return ns >= 1e6 ? `${digits(ns / 1e6)} ms` : `${digits(ns)} ns`;
}

/** The cells of a row, in the order of `HEAD`. */
function rowCells(row: Row): string[] {
  return [
    row.arm,
    digits(row.ratio),
    `× ${row.yardstick}`,
    row.quartiles.map(digits).join("–"),
    time(row.armNs),
    time(row.yardstickNs),
    verdictText(row),
  ];
}

function verdictText(row: Row): string {
  if (row.verdict !== null) return `${row.aim}: ${row.verdict}`;
  return row.calm ? "" : "few calm rounds";
}

const HEAD = ["", "ratio", "× yardstick", "quartiles", "time", "its time", "aim"];
/** Columns of numbers, which end below each other. */
const RIGHT = [false, true, false, true, true, true, false];

/** Rows as lines, columns below each other. */
function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0;
      return RIGHT[at] ? cell.padStart(width) : cell.padEnd(width);
    });
    return `  ${cells.join("  ").trimEnd()}`;
  });
}

/** What the two CPUs of a group are, as a line. */
function pairText(pair: PairFigures): string {
  const spread = pair.quartilesNs.map(digits).join("–");
  const pinned = pair.pinned === true ? "pinned" : "not pinned";
  return (
    `the two CPUs: ping-pong ${digits(pair.oneWayNs)} ns one way (${spread}), ` +
    `${pinned}; class: ${pair.class}`
  );
}

/** A group as lines of text. */
export function groupText(result: GroupResult): string {
  const disturbed = result.arms.reduce((sum, arm) => sum + arm.disturbed, 0);
  const windows = result.arms.reduce((sum, arm) => sum + arm.windows, 0);
  const rounds = Math.max(...result.arms.map((arm) => arm.windows));
  const hasAims = result.rows.some((row) => row.verdict !== null);
  const head = hasAims ? HEAD : HEAD.map((cell) => (cell === "aim" ? "" : cell));
  const lines = [
    `${result.thing}: ${result.title} (times of one ${result.operation}, ${rounds} rounds)`,
    ...tableLines([head, ...result.rows.map(rowCells)]),
    ...(result.pair === null ? [] : [`  ${pairText(result.pair)}`]),
    ...result.notes.map((note) => `  ${note}`),
  ];
  if (disturbed > 0) lines.push(`  ${disturbed} of ${windows} windows lost their core to others`);
  return lines.join("\n");
}

/** The head of a report. */
export function environmentText(env: BenchEnvironment): string {
  const load = env.loadAverage.map((value) => value.toFixed(1)).join(" ");
  const flags = env.v8Flags.length === 0 ? "no V8 flags" : env.v8Flags.join(" ");
  return (
    `${DISCLAIMER}\n` +
    `Node ${env.node} (V8 ${env.v8}, ${flags}), ${env.platform}, ` +
    `${env.cores} cores of ${env.cpuModel}, load ${load}, ${env.startedAt}\n` +
    "ratio: median of the rounds' ratios, with their quartiles; times: medians, of one operation"
  );
}
