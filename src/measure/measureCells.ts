/**
 * The work of one measuring process, apart from how it is asked and how it answers: boot, judge,
 * then all cells in an order of its own, then the audit.
 */
import { drawFlows, type FlowFacts } from "./cellFlows.js";
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

/** Does what is asked. @throws {UsageError} {JudgeError} {CpuFailure} */
export async function measureCells(
  request: ProcessRequest,
  hooks: ProcessHooks,
): Promise<ProcessEnd> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const random = createRandom(request.seed);
  const context = await openContext(request, random, hooks.progress);
  try {
    const { loadMs } = context.experiment;
    if (request.process === 0) {
      hooks.say(`loaded ${request.table.count} routes in ${Math.round(loadMs)} ms`);
    }
    const flows =
      request.process === 0 ? drawFlows({ ...request, world: context.world }, hooks.progress) : [];
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
