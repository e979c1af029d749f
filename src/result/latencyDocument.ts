/**
 * The document of a latency run: every trial with the histogram of each CPU, so that every figure
 * of a report can be had from it again.
 *
 *   LatencyDocument ─┬─ tool, command, seed, environment, table, designs   as of a result document
 *                    ├─ burst, time, plan, processes[]                     how it was measured
 *                    └─ cells[] ─┬─ loads[]                                closed, or a rate
 *                                ├─ trials[]                               a design at a load, once
 *                                └─ searches[]                             for a capacity
 *
 *   of each CPU of a trial:   bursts = Σ counts     late ≤ bursts     bursts + unrun = asked bursts
 */
import { z } from "zod";
import { capacityPlanSchema, searchFault, searchSchema } from "./capacitySchema.js";
import { DISCLAIMER } from "./disclaimer.js";
import { designSchema, environmentSchema, tableSchema } from "./resultDocument.js";
import { ResultError } from "./resultError.js";

export const LATENCY_SCHEMA = "dstbench-latency";
export const LATENCY_VERSION = 1;

const quantity = z.number().min(0);
const whole = z.int().min(0);

const cpuSchema = z.strictObject({
  startNs: quantity,
  endNs: quantity,
  bursts: whole,
  late: whole.describe("bursts that took longer than the goal"),
  unrun: whole.describe("bursts that were given up"),
  maxNs: quantity.describe("exact, as far as the clock is"),
  sumNs: quantity,
  histogram: z
    .array(z.tuple([whole, z.int().min(1)]))
    .describe("number and count of buckets that are not empty, ascending"),
});

const trialSchema = z.strictObject({
  process: whole,
  round: whole,
  position: whole.describe("place among the trials of its round"),
  design: whole,
  load: whole,
  packets: z.int().min(1).describe("asked of each CPU"),
  cpus: z.array(cpuSchema).min(1),
  timersRun: whole,
  rcuCallbacks: whole,
  ticks: whole.describe("of the machine's clock"),
  runDelayNs: z.array(quantity).nullable().describe("time each thread waited for its core"),
  stealMs: quantity.nullable(),
});

const cellSchema = z.strictObject({
  workload: z.string().min(1),
  cpus: z.int().min(1),
  cores: z.int().min(1),
  oversubscribed: z.boolean(),
  loads: z
    .array(z.strictObject({ packetsPerSecond: z.number().positive().nullable() }))
    .describe("packets per second of one CPU; null: closed loop"),
  judgedPackets: z.array(whole).describe("by design, in the first process"),
  trials: z.array(trialSchema),
  searches: z.array(searchSchema).optional().describe("for capacities, where they were asked for"),
});

const processSchema = z.strictObject({
  seed: whole,
  startedAt: z.iso.datetime(),
  pinned: z.boolean().nullable(),
  clock: z.strictObject({
    readNs: quantity.describe("what one read costs"),
    stepNs: quantity.describe("least difference of two reads that is not 0"),
  }),
  auditFailures: z.array(z.string()),
});

export const latencyDocumentSchema = z.strictObject({
  schema: z.literal(LATENCY_SCHEMA),
  version: z.literal(LATENCY_VERSION),
  disclaimer: z.literal(DISCLAIMER),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  createdAt: z.iso.datetime(),
  command: z.string(),
  seed: whole,
  environment: environmentSchema,
  table: tableSchema,
  designs: z.array(designSchema).min(1),
  burst: z.strictObject({
    packets: z.int().min(1),
    bucketsPerOctave: z.int().min(1),
  }),
  time: z.strictObject({ packetsPerSecondPerCpu: z.number().positive(), hz: z.int().min(1) }),
  rhashEntries: z.int().min(1),
  plan: z.strictObject({
    processesMax: z.int().min(1),
    rounds: z.int().min(1),
    trialMs: z.number().positive(),
    goalNs: quantity,
    giveUpNs: quantity,
    budgetMs: z.number().positive(),
    capacity: capacityPlanSchema.optional(),
  }),
  processes: z.array(processSchema),
  cells: z.array(cellSchema),
  errors: z.array(z.string()),
  notes: z.array(z.string()),
});

/** A latency run. */
export type LatencyDocument = z.infer<typeof latencyDocumentSchema>;
/** A workload on a number of CPUs. */
export type LatencyCell = z.infer<typeof cellSchema>;
/** One design at one load, once. */
export type LatencyTrial = z.infer<typeof trialSchema>;
/** One process of a latency run. */
export type LatencyProcess = z.infer<typeof processSchema>;

/** What contradicts itself in a trial; null: nothing. */
function trialFault(document: LatencyDocument, cell: LatencyCell, t: LatencyTrial): string | null {
  if (document.designs[t.design] === undefined) return `design ${t.design} is not there`;
  if (cell.loads[t.load] === undefined) return `load ${t.load} is not there`;
  if (document.processes[t.process] === undefined) return `process ${t.process} is not there`;
  if (t.cpus.length !== cell.cpus) return `${t.cpus.length} CPUs, the cell has ${cell.cpus}`;
  const asked = Math.ceil(t.packets / document.burst.packets);
  for (const cpu of t.cpus) {
    const counted = cpu.histogram.reduce((sum, [, count]) => sum + count, 0);
    if (counted !== cpu.bursts) return `${cpu.bursts} bursts, the histogram has ${counted}`;
    if (cpu.late > cpu.bursts) return `${cpu.late} late bursts of ${cpu.bursts}`;
    if (cpu.bursts + cpu.unrun !== asked) return `${cpu.bursts} + ${cpu.unrun} bursts of ${asked}`;
    if (cpu.histogram.some(([bucket], i) => bucket <= (cpu.histogram[i - 1]?.[0] ?? -1))) {
      return "buckets out of order";
    }
  }
  return null;
}

/** What contradicts itself in the loads and searches of a cell; null: nothing. */
function cellFault(document: LatencyDocument, cell: LatencyCell): string | null {
  const { burst, designs, plan, processes } = document;
  if (cell.loads.length === 0 && plan.capacity === undefined) return "no loads";
  const shape = { cpus: cell.cpus, burstPackets: burst.packets };
  for (const [s, search] of (cell.searches ?? []).entries()) {
    const { design, process } = search;
    const at = `searches[${s}]`;
    if (designs[design] === undefined) return `${at}: design ${design} is not there`;
    if (processes[process] === undefined) return `${at}: process ${process} is not there`;
    const fault = searchFault(search, plan.capacity, shape);
    if (fault !== null) return `${at}: ${fault}`;
  }
  return null;
}

/** Where a document contradicts itself, in words; null: nowhere. */
export function latencyContradiction(document: LatencyDocument): string | null {
  for (const [c, cell] of document.cells.entries()) {
    for (const [t, trial] of cell.trials.entries()) {
      const fault = trialFault(document, cell, trial);
      if (fault !== null) return `cells[${c}].trials[${t}]: ${fault}`;
    }
    const fault = cellFault(document, cell);
    if (fault !== null) return `cells[${c}]: ${fault}`;
  }
  return null;
}

/** Whether a text says that it is a latency document; anything else is read as a result. */
export function isLatencyText(text: string): boolean {
  return text.slice(0, 200).includes(`"${LATENCY_SCHEMA}"`);
}

/**
 * Parses a latency document.
 * @throws {ResultError} one line: file, where, what is allowed
 */
export function parseLatency(text: string, file: string): LatencyDocument {
  const allowed = "allowed: what dstbench latency has saved";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResultError(`${file}: not JSON; ${allowed}`);
  }
  const parsed = latencyDocumentSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join(".") || "document";
    throw new ResultError(`${file}: ${place}: ${issue?.message ?? "not valid"}; ${allowed}`);
  }
  const contradiction = latencyContradiction(parsed.data);
  if (contradiction !== null) throw new ResultError(`${file}: ${contradiction}; ${allowed}`);
  return parsed.data;
}

function linesOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(",\n");
}

/**
 * The text of a document: fields in the order of the schema, a trial a line, so that the same
 * document is the same text and two can be compared with `diff`.
 */
export function latencyText(document: LatencyDocument): string {
  const { cells, ...rest } = latencyDocumentSchema.parse(document);
  const head = JSON.stringify(rest, null, 1).slice(0, -2);
  const cellTexts = cells.map(({ trials, searches, ...cell }) => {
    const text = `${JSON.stringify(cell).slice(0, -1)},"trials":[\n${linesOf(trials)}\n]`;
    if (searches === undefined) return `${text}}`;
    const searchTexts = searches.map(({ trials: own, ...search }) => {
      return `${JSON.stringify(search).slice(0, -1)},"trials":[\n${linesOf(own)}\n]}`;
    });
    return `${text},"searches":[\n${searchTexts.join(",\n")}\n]}`;
  });
  return `${head},\n "cells": [\n${cellTexts.join(",\n")}\n ]\n}\n`;
}
