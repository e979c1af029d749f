/**
 * The state of a self-test: its trials so far, in a file that is written whole after each one.
 * Trials of different settings do not mix, so the settings are part of it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../reference/usageError.js";

const trialSchema = z.strictObject({
  share: z.number().positive().describe("packets the second arm runs for each it tells of; 1: A/A"),
  truth: z.number().positive().describe("the ratio that is to be found"),
  seed: z.int().min(0),
  ratio: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  verdict: z.enum(["faster", "slower", "tiny", "equivalent", "inconclusive"]),
  processes: z.int().min(1),
  blocks: z.int().min(1),
  stoppedBy: z.string(),
  isContaminated: z.boolean().describe("a process had more disturbed windows than others"),
  load: z.number().nullable().describe("load average of the last minute"),
  startedAt: z.iso.datetime(),
  tookMs: z.int().min(0),
});

const stateSchema = z.strictObject({
  schema: z.literal("dstbench-selftest"),
  version: z.literal(1),
  tool: z.string(),
  settings: z.strictObject({
    design: z.string(),
    workload: z.string(),
    cpus: z.int().min(1),
    routes: z.int().min(1),
    budgetMs: z.number(),
    seed: z.int().min(0),
    machine: z.string(),
  }),
  trials: z.array(trialSchema),
});

/** One trial. */
export type SelftestTrial = z.infer<typeof trialSchema>;
/** All trials of one setting. */
export type SelftestState = z.infer<typeof stateSchema>;

/** A state without trials. */
export function emptyState(tool: string, settings: SelftestState["settings"]): SelftestState {
  return { schema: "dstbench-selftest", version: 1, tool, settings, trials: [] };
}

/**
 * The state in a file, or `fresh` where there is no such file.
 * @throws {UsageError} for a file that is none, or of other settings
 */
export function readState(file: string, fresh: SelftestState): SelftestState {
  if (!existsSync(file)) return fresh;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    value = null;
  }
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where =
      issue === undefined || issue.path.length === 0 ? "" : ` (${issue.path.join(".")})`;
    throw new UsageError(
      `--state ${file}: not the state of a self-test${where}; allowed: such a file, or none`,
    );
  }
  const keys = Object.keys(fresh.settings) as (keyof SelftestState["settings"])[];
  for (const key of keys) {
    const [found, asked] = [parsed.data.settings[key], fresh.settings[key]];
    if (found !== asked) {
      throw new UsageError(
        `--state ${file}: its ${key} is ${found}, this test's ${asked}; allowed: a file of its own`,
      );
    }
  }
  return parsed.data;
}

/** Writes a state so that the file is whole at every moment. */
export function writeState(file: string, state: SelftestState): void {
  const part = `${file}.part`;
  writeFileSync(part, `${JSON.stringify(state, null, 1)}\n`);
  renameSync(part, file);
}
