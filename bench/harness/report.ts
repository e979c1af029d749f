/**
 * What a bench says: rows of ratios with the times behind them, as text and as JSON. A report,
 * never
 * a gate: an aim that is not met does not fail anything.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import type { Group } from "./arm.js";
import { median, quantile, type Row, rowOf, type Samples } from "./ratios.js";

/** Times of one arm: ns for one operation. */
export interface ArmFigures {
  readonly name: string;
  readonly nsMedian: number;
  readonly nsP10: number;
  readonly windows: number;
  readonly disturbed: number;
}

/** A group that was run. */
export interface GroupResult {
  readonly thing: string;
  readonly title: string;
  readonly operation: string;
  readonly arms: readonly ArmFigures[];
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
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
}

/** All that a run says. */
export interface BenchReport {
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
  };
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
  return { thing, title, operation, arms, rows, notes: group.notes ?? [] };
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

function rowText(row: Row, width: number): string {
  const ratio = digits(row.ratio).padStart(6);
  const spread = `(${row.quartiles.map(digits).join("–")})`.padEnd(14);
  const times = `[${time(row.armNs)} / ${time(row.yardstickNs)}]`;
  const verdict = row.verdict === null ? "" : `  aim ${row.aim}: ${row.verdict}`;
  return `  ${row.arm.padEnd(width)} ${ratio} × ${row.yardstick} ${spread} ${times}${verdict}`;
}

/** A group as lines of text. */
export function groupText(result: GroupResult): string {
  const width = Math.max(...result.rows.map((row) => row.arm.length));
  const disturbed = result.arms.reduce((sum, arm) => sum + arm.disturbed, 0);
  const windows = result.arms.reduce((sum, arm) => sum + arm.windows, 0);
  const lines = [
    `${result.thing}: ${result.title} (a ${result.operation})`,
    ...result.rows.map((row) => rowText(row, width)),
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
    `Node ${env.node} (V8 ${env.v8}, ${flags}), ${env.platform}, ` +
    `${env.cores} cores of ${env.cpuModel}, load ${load}\n` +
    "ratio × yardstick (quartiles of the rounds' ratios) [medians of the times]"
  );
}
