/**
 * The document of a sweep: which points the grid has, which shards of it are here, and a result
 * document for each routing table of each shard.
 *
 *   SweepDocument ─┬─ designs, points[]   the whole grid: the same in every shard
 *                  ├─ shards[]            those that are here; point p belongs to shard p mod n
 *                  └─ runs[]              routes, and the result document that was measured for it
 *
 * Shards are merged by putting their runs together; nothing is averaged.
 */
import { z } from "zod";
import { DISCLAIMER } from "./disclaimer.js";
import { resultDocumentSchema } from "./resultDocument.js";
import { ResultError } from "./resultError.js";

export const SWEEP_SCHEMA = "dstbench-sweep";
export const SWEEP_VERSION = 1;

const shardSchema = z.strictObject({ index: z.int().min(1), of: z.int().min(1) });
const pointSchema = z.strictObject({ routes: z.string().min(1), workload: z.string().min(1) });
const runSchema = z.strictObject({ routes: z.string().min(1), document: resultDocumentSchema });

export const sweepDocumentSchema = z.strictObject({
  schema: z.literal(SWEEP_SCHEMA),
  version: z.literal(SWEEP_VERSION),
  disclaimer: z.literal(DISCLAIMER),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  createdAt: z.iso.datetime(),
  command: z.string(),
  designs: z.array(z.string().min(1)).min(1).describe("the first is what others are compared to"),
  points: z.array(pointSchema).min(1).describe("all points of the grid, in their order"),
  shards: z.array(shardSchema).min(1).describe("shards that are here"),
  runs: z.array(runSchema),
  notes: z.array(z.string()),
});

/** A sweep, or a part of one. */
export type SweepDocument = z.infer<typeof sweepDocumentSchema>;

/** A point with the documents that hold its cells. */
export interface MeasuredPoint {
  readonly routes: string;
  readonly workload: string;
  readonly runs: readonly SweepDocument["runs"][number][];
}

/** The points of the grid, in order, each with the runs that measured it. */
export function measuredPoints(sweep: SweepDocument): MeasuredPoint[] {
  return sweep.points.map(({ routes, workload }) => {
    const runs = sweep.runs.filter(
      (run) =>
        run.routes === routes && run.document.cells.some((cell) => cell.workload === workload),
    );
    return { routes, workload, runs };
  });
}

/**
 * Parses a sweep document.
 * @throws {ResultError} one line: file, where, what is allowed
 */
export function parseSweep(text: string, file: string): SweepDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResultError(`${file}: not JSON; allowed: a file that dstbench sweep has saved`);
  }
  const parsed = sweepDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join(".") || "document";
  throw new ResultError(
    `${file}: ${place}: ${issue?.message ?? "not valid"}; allowed: what dstbench sweep has saved`,
  );
}

function sameGrid(one: SweepDocument, other: SweepDocument): string | null {
  if (JSON.stringify(one.designs) !== JSON.stringify(other.designs)) return "designs";
  if (JSON.stringify(one.points) !== JSON.stringify(other.points)) return "points";
  if (one.tool.version !== other.tool.version) return "versions of dstbench";
  if (one.shards[0]?.of !== other.shards[0]?.of) return "numbers of shards";
  const seeds = (sweep: SweepDocument) => sweep.runs.map((run) => run.document.seed);
  if (new Set([...seeds(one), ...seeds(other)]).size > 1) return "seeds";
  return null;
}

/** A part of a sweep and the file it came from. */
export interface SweepPart {
  readonly file: string;
  readonly sweep: SweepDocument;
}

/**
 * Puts shards of one sweep together, in the order of their numbers.
 * @throws {ResultError} if they are of different sweeps, or one is there twice
 */
export function mergeSweeps(parts: readonly SweepPart[]): SweepDocument {
  const [first, ...others] = parts;
  if (first === undefined) throw new ResultError("nothing to merge; allowed: one file or more");
  for (const { file, sweep } of others) {
    const differs = sameGrid(first.sweep, sweep);
    if (differs === null) continue;
    throw new ResultError(
      `${file}: its ${differs} are not those of ${first.file}; allowed: shards of one sweep`,
    );
  }
  const seen = new Map<number, string>();
  for (const { file, sweep } of parts) {
    for (const { index, of } of sweep.shards) {
      const other = seen.get(index);
      if (other !== undefined) {
        throw new ResultError(
          `${file}: shard ${index}/${of} is in ${other} too; allowed: each shard once`,
        );
      }
      seen.set(index, file);
    }
  }
  const ordered = parts.toSorted(
    (a, b) => (a.sweep.shards[0]?.index ?? 0) - (b.sweep.shards[0]?.index ?? 0),
  );
  return {
    ...first.sweep,
    shards: ordered.flatMap(({ sweep }) => sweep.shards),
    runs: ordered.flatMap(({ sweep }) => sweep.runs),
    notes: [...new Set(ordered.flatMap(({ sweep }) => sweep.notes))],
  };
}

/** What a reader must know of a sweep as a whole: shards and machines. One line each. */
export function sweepNotes(sweep: SweepDocument): string[] {
  const notes = [...sweep.notes];
  const of = sweep.shards[0]?.of ?? 1;
  const here = sweep.shards.map(({ index }) => index);
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((i) => !here.includes(i));
  if (missing.length > 0) notes.push(`shards that are missing: ${missing.join(", ")} of ${of}`);
  const machines = new Set(
    sweep.runs.map(({ document: { environment: e } }) => `${e.cpuModel}, ${e.cores} cores`),
  );
  if (machines.size > 1) {
    notes.push(`measured on different machines: ${[...machines].join("; ")}`);
  }
  return notes;
}
