/**
 * The work of one measuring process, apart from how it is asked and how it answers: boot, judge,
 * then all cells in an order of its own, then the audit.
 */
import type { FlowFacts } from "./cellFlows.js";
import { drawFlowsBeside } from "./flowsBeside.js";
import { auditAll, openContext, type ProcessContext } from "./processContext.js";
import {
  type CellPart,
  cellLabel,
  type ProcessEnd,
  type ProcessRequest,
} from "./processRequest.js";
import { type CellHooks, runCell } from "./runCell.js";
import { shuffled } from "./statisticsBlocks.js";
import { createRandom } from "./statisticsRandom.js";

/** How a process tells what it does and finds. */
export interface ProcessHooks extends CellHooks {
  readonly say: (text: string) => void;
  readonly cell: (part: CellPart) => void;
}

/** Measures the cells in the given order, until the user stops. */
async function runCells(
  context: ProcessContext,
  order: readonly number[],
  flows: readonly FlowFacts[],
  hooks: ProcessHooks,
): Promise<string[]> {
  const done: string[] = [];
  for (const number of order) {
    if (hooks.stopped()) break;
    const part = await runCell(context, number, flows[number], hooks);
    // Stopped before its first block: there is nothing to tell of it.
    if (part.windows.length === 0) break;
    const cell = context.request.cells[number];
    if (cell !== undefined) done.push(cellLabel(cell));
    hooks.cell(part);
  }
  return done;
}

/** Flows and context; a context that nobody will use is closed. @throws what either failed with */
async function bothOf(
  drawing: Promise<FlowFacts[]>,
  opening: Promise<ProcessContext>,
): Promise<[FlowFacts[], ProcessContext]> {
  const [drawn, opened] = await Promise.allSettled([drawing, opening]);
  if (opened.status === "rejected") throw opened.reason;
  if (drawn.status === "fulfilled") return [drawn.value, opened.value];
  await opened.value.cpus.close();
  throw drawn.reason;
}

/** Does what is asked. @throws {UsageError} {JudgeError} {CpuFailure} */
export async function measureCells(
  request: ProcessRequest,
  hooks: ProcessHooks,
): Promise<ProcessEnd> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const random = createRandom(request.seed);
  // Drawn while the table is loaded: nothing is measured yet.
  const drawing = request.process === 0 ? drawFlowsBeside(request) : Promise.resolve([]);
  const opening = openContext(request, random, hooks.progress);
  const [flows, context] = await bothOf(drawing, opening);
  try {
    const { loadMs } = context.experiment;
    if (request.process === 0) {
      hooks.say(`loaded ${request.table.count} routes in ${Math.round(loadMs)} ms`);
    }
    const setUpMs = performance.now() - start;
    const order = shuffled([...request.cells.keys()], random);
    const cellOrder = await runCells(context, order, flows, hooks);
    hooks.progress("audit");
    const audited = await auditAll(context);
    const placebo = context.placebo?.image.sha256 ?? null;
    return { startedAt, setUpMs, placebo, cellOrder, ...audited };
  } finally {
    await context.cpus.close();
  }
}
