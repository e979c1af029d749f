/**
 * How the designs of a workload scale with CPUs: a table by design and number of CPUs, how to read
 * it, and the law that was fitted or why none was.
 */
import type { DesignScaling, ScalingPoint, WorkloadScaling } from "../measure/scaling.js";
import type { UslEstimate, UslFit } from "../measure/usl.js";
import { formatPercent, formatRatio, formatSignificant } from "./numbers.js";
import type { Paint } from "./paint.js";
import { pingPongText } from "./pingPongText.js";
import { drawTable } from "./tableText.js";

/** A peak beyond the measured numbers of CPUs by more than this factor is not told. */
const PEAK_REACH = 1.5;

function cpusText(point: ScalingPoint): string {
  return `${point.cpus}${point.oversubscribed ? "*" : ""}`;
}

function speedUpText({ speedUp }: ScalingPoint): string {
  if (speedUp.value === 1 && speedUp.low === null) return "1";
  const { ratio, interval } = formatRatio(speedUp.value, speedUp.low, speedUp.high);
  return interval === null ? ratio : `${ratio} ${interval}`;
}

function table(scaling: WorkloadScaling, paint: Paint): string {
  const rows = scaling.designs.flatMap(({ design, points }) =>
    points.map((point, i) => ({ design: i === 0 ? design : "", point })),
  );
  const column = (head: string, of: (point: ScalingPoint) => string) => ({
    head,
    cells: rows.map(({ point }) => of(point)),
    right: true,
  });
  return drawTable(
    [
      { head: "design", cells: rows.map(({ design }) => design), right: false },
      column("CPUs", cpusText),
      column("Mpps total", ({ mppsTotal }) => formatSignificant(mppsTotal)),
      column("speed-up", speedUpText),
      column("efficiency", ({ efficiency }) => formatPercent(efficiency)),
      column("Jain", ({ jain }) => jain.toFixed(3)),
      column("slowest/fastest", ({ slowestShare }) => formatPercent(slowestShare)),
    ],
    paint,
  );
}

function readingText({ baseCpus, designs }: WorkloadScaling): string {
  const base = `${baseCpus} CPU${baseCpus === 1 ? "" : "s"}`;
  const processes = Math.min(...designs.flatMap(({ points }) => points.map((p) => p.processes)));
  const scope =
    processes === 1
      ? "within one process, so without intervals"
      : `each process against itself, 95 % t intervals over ${processes} processes, each by itself`;
  return (
    `Speed-up: total rate over that of ${base}, ${scope}. Jain (1: all CPUs alike) and ` +
    "slowest/fastest are of the CPUs' own rates in a window."
  );
}

/** What CPUs beyond the cores mean, where there are such. */
function turnsText({ designs }: WorkloadScaling): string[] {
  const over = designs[0]?.points.find(({ oversubscribed }) => oversubscribed);
  if (over === undefined) return [];
  const cores = `${over.cores} core${over.cores === 1 ? "" : "s"}`;
  return [`* more CPUs than the ${cores}: they take turns; this is not scaling.`];
}

/** One line for each number of CPUs: placement may differ from cell to cell. */
function pingTexts({ designs }: WorkloadScaling): string[] {
  return (designs[0]?.points ?? []).flatMap(({ cpus, pingPong }) =>
    pingPong === null ? [] : [`Ping-pong, ${cpus} CPUs: ${pingPongText(pingPong)}.`],
  );
}

function estimateText(name: string, { value, low, high }: UslEstimate, unit = ""): string {
  const bounds =
    low === null || high === null ? "" : ` [${formatSignificant(low)}, ${formatSignificant(high)}]`;
  return `${name} ${formatSignificant(value)}${unit}${bounds}`;
}

/** Where the fitted curve is highest, as far as the measured numbers can tell. */
function peakText({ peakCpus, kappa }: UslFit, least: number, most: number): string {
  if (peakCpus === null || peakCpus > PEAK_REACH * most) {
    return `no peak in or near the measured ${least} to ${most} CPUs`;
  }
  const where = peakCpus > most ? `, beyond the measured ${most}` : "";
  const unsure = kappa.low === null || kappa.low > 0 ? "" : "; κ may be 0, which has no peak";
  return `peak at ${formatSignificant(peakCpus)} CPUs${where}${unsure}`;
}

function uslText({ design, points, usl }: DesignScaling): string[] {
  if (usl === null) return [];
  const fitted = points.filter((point) => !point.oversubscribed).map(({ cpus }) => cpus);
  const parts = [
    estimateText("λ", usl.lambda, " Mpps"),
    estimateText("σ", usl.sigma),
    estimateText("κ", usl.kappa),
    `rates within ${formatPercent(usl.worstShare)} of the curve`,
    peakText(usl, Math.min(...fitted), Math.max(...fitted)),
  ];
  return [`USL, ${design}: ${parts.join("; ")}.`];
}

function uslTexts({ designs, noFit }: WorkloadScaling): string[] {
  if (noFit !== null) return [`No universal scalability law was fitted: ${noFit}.`];
  const fits = designs.flatMap(uslText);
  if (fits.length === 0) return ["No universal scalability law: no process measured all numbers."];
  const isBounded = designs.some(({ usl }) => usl !== null && usl.sigma.low !== null);
  const bounds = isBounded ? "95 % intervals, jackknife over processes" : "within one process";
  return [
    `USL: X(N) = λN / (1 + σ(N − 1) + κN(N − 1)), σ contention, κ coherence; ${bounds}.`,
    ...fits,
  ];
}

/**
 * The part of a report about one workload's scaling, without a line feed at its end.
 * @param wrap breaks a line at the report's width
 */
export function scalingText(
  scaling: WorkloadScaling,
  paint: Paint,
  wrap: (text: string) => string,
): string {
  const notes = [
    readingText(scaling),
    ...turnsText(scaling),
    ...pingTexts(scaling),
    ...uslTexts(scaling),
  ];
  return [
    paint.strong(`Scaling of ${scaling.workload}`),
    "",
    table(scaling, paint),
    "",
    ...notes.map((note) => paint.dim(wrap(note))),
  ].join("\n");
}
