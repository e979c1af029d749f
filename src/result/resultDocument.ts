/**
 * The result document, version 2: all that a run found out, and all that a report may print.
 *
 *   ResultDocument ─┬─ tool, command, seed, environment, table   what was run, where, on what
 *                   ├─ designs[]                                 knobs and image hashes
 *                   ├─ plan, processes[]                         how it was measured, and by whom
 *                   └─ cells[]                                   arms and raw windows (cellSchema)
 *
 * This schema is the one source: the TypeScript types are inferred from it and the JSON Schema is
 * made from it. A change that an older reader would misread raises RESULT_VERSION.
 */
import { z } from "zod";
import { cellSchema } from "./cellSchema.js";
import { DISCLAIMER } from "./disclaimer.js";

export const RESULT_SCHEMA = "dstbench-result";
export const RESULT_VERSION = 2;

const quantity = z.number().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const loadAverage = z.tuple([z.number().min(0), z.number().min(0), z.number().min(0)]);

export const environmentSchema = z.strictObject({
  node: z.string(),
  v8: z.string(),
  platform: z.string().describe("operating system and architecture, as in linux-x64"),
  kernel: z.string().nullable(),
  cpuModel: z.string().nullable(),
  cores: z.int().min(1),
  memoryBytes: z.int().min(1),
  v8Flags: z.array(z.string()),
  loadAverage: z
    .strictObject({ before: loadAverage, after: loadAverage })
    .nullable()
    .describe("1, 5 and 15 minutes; null: not known"),
});

export const tableSchema = z.strictObject({
  name: z.string(),
  source: z.string(),
  licence: z.string(),
  routes: z.int().min(0),
  nesting: z.array(z.int().min(0)).describe("prefixes with 0, 1, 2, … prefixes around them"),
  nexthops: z.int().min(0),
});

export const designSchema = z.strictObject({
  name: z.string().min(1),
  kernel: z.string().min(1),
  knobs: z.record(z.string(), z.string()).describe("every knob with its value"),
  images: z
    .partialRecord(z.enum(["release", "timed", "debug"]), sha256)
    .describe("SHA-256 of each flavour that was used"),
});

const planSchema = z.strictObject({
  mode: z.enum(["processes", "quick"]).describe("quick: one process, its blocks are the unit"),
  marginShare: z.number().positive().describe("differences inside it are tiny or equivalent"),
  halfWidthShare: z.number().positive().describe("no more processes once intervals are narrower"),
  processesMax: z.int().min(1),
  blocksMax: z.int().min(1).describe("most blocks of a cell in a process"),
  budgetMs: z.number().positive(),
  stoppedBy: z
    .enum(["width", "budget", "processes", "signal", "failure"])
    .nullable()
    .describe("null: the run was not over when this was written"),
});

const processSchema = z.strictObject({
  seed: z.int().min(0).describe("of its layout, its order of cells and its orders of arms"),
  startedAt: z.iso.datetime(),
  setUpMs: quantity.describe("from its start to its first window: images, boot, table, judge"),
  placebo: sha256.nullable().describe("SHA-256 of its placebo image; null: no placebo"),
  cellOrder: z.array(z.string()).describe("the cells in the order in which it measured them"),
});

export const resultDocumentSchema = z.strictObject({
  schema: z.literal(RESULT_SCHEMA),
  version: z.literal(RESULT_VERSION),
  disclaimer: z.literal(DISCLAIMER),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  createdAt: z.iso.datetime(),
  command: z.string(),
  seed: z.int().min(0),
  environment: environmentSchema,
  table: tableSchema,
  designs: z.array(designSchema).min(1),
  plan: planSchema,
  processes: z.array(processSchema),
  cells: z.array(cellSchema),
  errors: z.array(z.string()).describe("what made the run invalid, one line each"),
  notes: z.array(z.string()),
});

/** A result document of version 2. */
export type ResultDocument = z.infer<typeof resultDocumentSchema>;
/** One design of a result: its name, preset, knobs and images. */
export type ResultDesign = z.infer<typeof designSchema>;
/** Where a run took place. */
export type ResultEnvironment = z.infer<typeof environmentSchema>;
/** How a run was measured. */
export type ResultPlan = z.infer<typeof planSchema>;
/** One process of a run. */
export type ResultProcess = z.infer<typeof processSchema>;
/** The routing table a run used. */
export type ResultTable = z.infer<typeof tableSchema>;

/** The JSON Schema (draft 2020-12) of a result document, made from the schema that parses it. */
export function resultJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(resultDocumentSchema) };
}
