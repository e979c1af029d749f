/**
 * What a reader must know beside a cell's figures: one sentence for each condition that was seen,
 * from the windows and the cell's facts, never from the size of a difference.
 */
import type { Cell, CellArm, CellWindow } from "../result/cellSchema.js";
import type { ArmFigures, CellAnalysis, PairedRatio } from "./analysis.js";
import type { Selection } from "./contamination.js";
import { FAMILY_ERROR } from "./statisticsProcesses.js";
import { byProcess, isDeferredCommon } from "./windowFigures.js";

/** Below this share of common time the total rate is noticeably less than the sum of the CPUs. */
const OVERLAP_SHARE_MIN = 0.8;

/** A design is timed only after the judge has seen at least this many of its packets. */
const JUDGED_PACKETS_MIN = 10_000;

/** Periodic work counts as measured where a process saw its period this often. */
const PERIODS_MIN = 3;

/** A cell with its figures but the flags, and what they were made from. */
export interface FlagInputs {
  readonly cell: Cell;
  readonly analysis: Omit<CellAnalysis, "flags">;
  readonly selected: Selection;
  /** Ratios before other evidence made some of their words weaker, and from first attempts. */
  readonly before: readonly PairedRatio[];
  readonly everything: readonly PairedRatio[];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** In how many of the cell's processes CPUs were not pinned, or it is not known. */
function pinConditions({ processes }: Cell): string[] {
  const not = processes.filter(({ pinned }) => pinned === false).length;
  const unknown = processes.filter(({ pinned }) => pinned === null).length;
  const all = processes.length;
  if (not > 0) {
    return [`CPUs were not pinned to cores${not === all ? "" : ` in ${not} of ${all} processes`}`];
  }
  return unknown === 0 ? [] : ["whether CPUs were pinned to cores is not known"];
}

/** What disturbed the run, and what was done about it. */
function disturbanceConditions({ cell, selected }: FlagInputs): string[] {
  const flags: string[] = [];
  const redone = cell.windows.filter((window) => window.retried === true).length;
  if (redone > 0) {
    flags.push(`${plural(redone, "window")} measured again; first attempts are kept apart`);
  }
  if (selected.leftOut > 0) {
    flags.push(
      `${plural(selected.leftOut, "window")} disturbed and left out of the figures: a CPU ` +
        "waited for its core, the host took time, or the control ran at another speed",
    );
  }
  const { keptWhole } = selected;
  if (keptWhole.length > 0) {
    const which = keptWhole.length === 1 ? "process" : "processes";
    flags.push(
      `more than half of the windows of ${which} ${keptWhole.join(", ")} were disturbed; ` +
        "all of them count",
    );
  }
  const unknown = cell.windows.filter(
    ({ runDelayNs, stealMs }) => runDelayNs === null || stealMs === null,
  ).length;
  if (unknown > 0) {
    flags.push(`whether something disturbed the run is unknown for ${plural(unknown, "window")}`);
  }
  return flags;
}

/** Facts of the cell that hold for all its designs. */
function cellConditions(inputs: FlagInputs): string[] {
  const { cell } = inputs;
  const flags: string[] = [];
  if (cell.oversubscribed) {
    const where = `${plural(cell.cpus, "CPU")} on ${plural(cell.cores, "core")}`;
    flags.push(`${where}: CPUs take turns, so times hold waiting as well`);
  }
  return [...flags, ...pinConditions(cell), ...disturbanceConditions(inputs)];
}

function overlapConditions(
  cell: Cell,
  figures: ArmFigures,
  windows: readonly CellWindow[],
): string[] {
  if (cell.cpus === 1) return [];
  const apart = windows.filter(
    (window) => Math.min(...window.endNs) <= Math.max(...window.startNs),
  ).length;
  if (apart > 0) {
    return [`in ${apart} of ${plural(windows.length, "window")} the CPUs do not overlap in time`];
  }
  if (figures.overlap.median >= OVERLAP_SHARE_MIN) return [];
  const percent = Math.round(figures.overlap.median * 100);
  return [`all CPUs run at once in ${percent} % of a window only, which lowers the total rate`];
}

/** What timers did inside the windows, and which periodic work the windows are too short for. */
function timerConditions(cell: Cell, arm: CellArm, windows: readonly CellWindow[]): string[] {
  const flags: string[] = [];
  const timed = windows.filter((window) => window.timersRun > 0);
  if (timed.length > 0) {
    const runs = timed.reduce((sum, window) => sum + window.timersRun, 0);
    const where = `${timed.length} of ${plural(windows.length, "window")} (${runs} in all)`;
    const how = isDeferredCommon(windows.length, timed.length)
      ? "their cost is in the median"
      : "their cost is the second part of the time";
    flags.push(`timers and deferred work ran in ${where}; ${how}`);
  }
  // Of the process that saw least, because the figure is made of processes.
  const seconds = [...byProcess(windows).values()].map(
    (list) => list.reduce((sum, window) => sum + window.ticks, 0) / cell.time.hz,
  );
  const least = Math.min(...seconds);
  const missed = arm.periods.filter((period) => least < PERIODS_MIN * period.seconds);
  if (missed.length > 0) {
    const names = missed.map(({ name, seconds: every }) => `${name} (every ${every} s)`);
    const verb = missed.length === 1 ? "is" : "are";
    const seen = least < 1 ? `${Math.round(1_000 * least)} ms` : `${least.toFixed(1)} s`;
    flags.push(
      `${names.join(" and ")} ${verb} not in the number: ` +
        `a process measured ${seen} of the machine's time`,
    );
  }
  return flags;
}

/** Conditions of one design, each without its name. */
function armConditions({ cell, selected }: FlagInputs, arm: number, figures: ArmFigures): string[] {
  const windows = selected.clean.filter((window) => window.arm === arm);
  const facts = cell.arms[arm];
  const flags = overlapConditions(cell, figures, windows);
  if (facts === undefined) return flags;
  flags.push(...timerConditions(cell, facts, windows));
  const growths = windows
    .map((window) => window.rcuBacklogAfter - window.rcuBacklogBefore)
    .filter((growth) => growth > 0);
  if (growths.length > 0) {
    const most = plural(Math.max(...growths), "callback");
    const all = plural(windows.length, "window");
    flags.push(`the RCU backlog grew in ${growths.length} of ${all}, by ${most} at most`);
  }
  const { packets } = facts.judge;
  if (packets < JUDGED_PACKETS_MIN) {
    flags.push(`judged on ${plural(packets, "packet")} only; the rule is ${JUDGED_PACKETS_MIN}`);
  }
  if (facts.counted === null) flags.push("costs per packet were not counted");
  return flags;
}

/** Pairs that have fewer blocks than the cell, or too few for an interval. */
function pairConditions({ selected, analysis }: FlagInputs): string[] {
  const { ratios } = analysis;
  const flags: string[] = [];
  const few = ratios.filter((ratio) => ratio.low === null);
  if (few.length > 0) {
    const names = few.map((ratio) => ratio.design).join(", ");
    const most = plural(Math.max(...few.map((ratio) => ratio.blocks)), "block");
    flags.push(`${names}: ${most} at most, too few for an interval`);
  }
  const first = selected.clean.filter((window) => window.arm === 0);
  const blocks = new Set(first.map(({ process, block }) => `${process} ${block}`)).size;
  for (const { design, blocks: paired } of ratios) {
    const missing = blocks - paired;
    if (2 * missing > blocks) {
      flags.push(`${design}: ${missing} of ${plural(blocks, "block")} lack a pair`);
    }
  }
  return flags;
}

/** Where other evidence does not agree with an interval. */
function evidenceConditions({ analysis, before, everything }: FlagInputs): string[] {
  const flags: string[] = [];
  const { ratios, noiseFloor } = analysis;
  if (noiseFloor?.p !== null && noiseFloor?.p !== undefined && noiseFloor.p.alone < 0.01) {
    flags.push(
      "contaminated: the placebo, which is the first design again, differs from it; " +
        "a claim counts only beyond that difference",
    );
  }
  for (const [index, ratio] of ratios.entries()) {
    const own = before[index]?.verdict;
    const other = everything[index]?.verdict;
    if (own !== undefined && other !== own) {
      const word = other ?? "nothing";
      flags.push(`${ratio.design}: ${own} without disturbed windows, ${word} with all of them`);
    }
    const { p, verdict, processes } = ratio;
    const claims = verdict === "faster" || verdict === "slower" || verdict === "tiny";
    if (p === null || !claims || 2 ** (1 - processes) > FAMILY_ERROR) continue;
    if (p.signs > FAMILY_ERROR) {
      flags.push(
        `${ratio.design}: the exact test of signs over processes does not agree ` +
          `(p = ${p.signs.toFixed(3)})`,
      );
    }
  }
  return flags;
}

/** The flags of a cell, one sentence each; those of designs begin with their names. */
export function cellFlags(inputs: FlagInputs): string[] {
  const designsByText = new Map<string, string[]>();
  for (const [arm, figures] of inputs.analysis.perArm.entries()) {
    for (const text of armConditions(inputs, arm, figures)) {
      designsByText.set(text, [...(designsByText.get(text) ?? []), figures.design]);
    }
  }
  const flags = [...designsByText].map(([text, designs]) => `${designs.join(", ")}: ${text}`);
  return [
    ...cellConditions(inputs),
    ...flags,
    ...pairConditions(inputs),
    ...evidenceConditions(inputs),
  ];
}
