/**
 * `dstbench sweep` and `dstbench merge`: a grid of cells, whole or in shards, to a document, a CSV
 * file and tables.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { InputError } from "../inputs/inputError.js";
import { loadRoutes } from "../inputs/loadRoutes.js";
import { parseRoutesOption } from "../inputs/parseRoutesOption.js";
import { sweep } from "../measure/sweep.js";
import { UsageError } from "../reference/usageError.js";
import { csvReport } from "../report/csvReport.js";
import { isColourWanted } from "../report/paint.js";
import { sweepReport } from "../report/sweepReport.js";
import { ResultError } from "../result/resultError.js";
import { mergeSweeps, parseSweep, type SweepDocument } from "../result/sweepDocument.js";
import { gridPoints, parseShard, type SweepPoint } from "../workloads/sweepPoints.js";
import { checkSave, type MeasuringArguments, measuringOptions, Stop } from "./compareCommand.js";
import { EXIT_INVALID, EXIT_OK, failureLine } from "./exitCodes.js";
import { nameList } from "./optionValues.js";
import { ProgressLine } from "./progressLine.js";

/** Where a sweep goes. */
export interface SweepOutput {
  json?: boolean;
  save?: string;
  csv?: string;
}

/** Options of `sweep`. */
export interface SweepArguments extends MeasuringArguments, SweepOutput {
  workload: string;
  routes: string;
  flows?: string;
  shard: string;
}

/** What a sweep takes where nothing is said and `compare` takes something else. */
export const SWEEP_DEFAULTS = {
  workload: "hit-share:0..1/11",
  cpus: "1",
  routes: "all",
  shard: "1/1",
} as const;

function print(document: SweepDocument, output: SweepOutput): void {
  const json = `${JSON.stringify(document)}\n`;
  process.stdout.write(
    output.json === true ? json : sweepReport(document, { colour: isColourWanted() }),
  );
  if (output.save !== undefined) writeFileSync(output.save, json);
  if (output.csv !== undefined) writeFileSync(output.csv, csvReport(document));
}

function pointsOf(args: SweepArguments): SweepPoint[] {
  const workloads = nameList("--workload", args.workload);
  const flows = args.flows === undefined ? [] : nameList("--flows", args.flows);
  return gridPoints(nameList("--routes", args.routes), [
    ...workloads,
    ...flows.map((range) => `flows:${range}`),
  ]);
}

/** Whether every point that was asked for has a result, and none is invalid. */
function exitOf(document: SweepDocument): number {
  const bad = document.runs.some(
    ({ document: { errors, cells } }) => errors.length > 0 || cells.length === 0,
  );
  return bad || document.runs.length === 0 ? EXIT_INVALID : EXIT_OK;
}

/** Runs `sweep` and returns its exit code. */
export async function runSweep(
  designs: readonly string[],
  args: SweepArguments,
  version: string,
): Promise<number> {
  const line = new ProgressLine(process.stderr);
  const common = measuringOptions(designs, args, { name: "sweep", version, line });
  const points = pointsOf(args);
  const shard = parseShard(args.shard);
  checkSave(args.save);
  checkSave(args.csv, "--csv");
  const stop = new Stop();
  let partial: SweepDocument | undefined;
  try {
    const stopped = (): boolean => stop.signal !== null;
    const loadTable = (routes: string) => loadRoutes(parseRoutesOption(routes), common.seed);
    const options = { compare: { ...common, stopped }, points, shard, loadTable };
    const document = await sweep(options, (begun) => {
      partial = begun;
    });
    line.clear();
    if (stop.signal !== null) document.notes.push(`ended early by ${stop.signal}`);
    print(document, args);
    return stop.signal === null ? exitOf(document) : stop.exitCode();
  } catch (error) {
    line.clear();
    if (partial === undefined || partial.runs.length === 0) throw error;
    partial.notes.push(`ended early: ${failureLine(error)}`);
    print(partial, args);
    line.say(`dstbench: ${failureLine(error)}`);
    return EXIT_INVALID;
  } finally {
    stop.end();
  }
}

function readSweep(file: string): SweepDocument {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/,.*/, "") : String(error);
    throw new InputError({ file }, why, "a file that dstbench sweep has saved");
  }
  return parseSweep(text, file);
}

/** Runs `merge` and returns its exit code. */
export function runMerge(files: readonly string[], output: SweepOutput): number {
  checkSave(output.save);
  checkSave(output.csv, "--csv");
  try {
    const document = mergeSweeps(files.map((file) => ({ file, sweep: readSweep(file) })));
    print(document, output);
    return exitOf(document);
  } catch (error) {
    // A file that is not what it should be is bad input, and nothing was run.
    if (error instanceof ResultError) throw new UsageError(error.message);
    throw error;
  }
}
