/**
 * A self-test as text: what was tried, where, and what the engine claimed, with bounds. Everything
 * comes from the state.
 */
import {
  type Count,
  type SelftestScore,
  type ShareScore,
  scoreSelftest,
  shareName,
} from "../measure/selftestScore.js";
import type { SelftestState } from "../measure/selftestState.js";
import { median } from "../measure/statistics.js";
import { formatCount, formatSignificant } from "./numbers.js";

function boundsText({ count, low, high }: Count, trials: number): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  return `${count} of ${trials} [${percent(low)}, ${percent(high)}] %`;
}

function headLines({ settings, tool, trials }: SelftestState): string[] {
  const cell = `${settings.workload}, ${settings.cpus} CPU${settings.cpus === 1 ? "" : "s"}`;
  const table = `${formatCount(settings.routes)} routes`;
  const lines = [
    `self-test of dstbench ${tool}: ${settings.design} on ${cell}, ${table}, seed ${settings.seed}`,
    `machine: ${settings.machine}`,
  ];
  const [first] = trials;
  if (first === undefined) return lines;
  const took = formatSignificant(median(trials.map(({ tookMs }) => tookMs)) / 1000);
  const processes = formatSignificant(median(trials.map((trial) => trial.processes)));
  const from = first.startedAt.slice(0, 10);
  const to = trials.at(-1)?.startedAt.slice(0, 10) ?? from;
  const when = from === to ? from : `${from} to ${to}`;
  const each = `${took} s and ${processes} processes each (medians)`;
  return [...lines, `${trials.length} trials, ${when}, ${loadText(trials)}; ${each}`];
}

function loadText(trials: SelftestState["trials"]): string {
  const loads = trials.flatMap(({ load }) => (load === null ? [] : [load]));
  if (loads.length === 0) return "load not known";
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) =>
    formatSignificant(load),
  );
  return `load average ${least} to ${most}`;
}

function claimsText({ share, trials, claims, wrong }: ShareScore): string {
  const bounds = boundsText(claims, trials);
  if (share !== 1) return `found ${bounds}, wrong sign ${wrong}`;
  return `false claims ${bounds} (${wrong} slower, ${claims.count - wrong} faster)`;
}

function scoreLines(score: SelftestScore): string[] {
  return score.perShare.map((one) => {
    const covered = `intervals that hold the truth ${boundsText(one.covered, one.trials)}`;
    return `${shareName(one.share)}: ${claimsText(one)}; ${covered}`;
  });
}

/** The report of a self-test, with a line feed at its end. Bounds are Clopper–Pearson, 95 %. */
export function selftestReport(state: SelftestState): string {
  const score = scoreSelftest(state.trials);
  const verdict =
    state.trials.length === 0
      ? "no trial was run"
      : score.missed.length === 0
        ? "all bounds were kept"
        : "bounds were missed";
  return `${[
    ...headLines(state),
    "",
    ...scoreLines(score),
    "",
    ...score.notices.map((line) => `to be looked into: ${line}`),
    ...score.missed.map((line) => `missed: ${line}`),
    `${verdict}. Bounds in brackets: Clopper–Pearson, 95 %.`,
  ].join("\n")}\n`;
}
