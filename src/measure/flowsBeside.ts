/**
 * Draws the flow lists on a thread of their own, so that the table can be loaded meanwhile. What
 * the thread is given and gives back is copied; the lists go through files anyway.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import { packageRoot } from "../image/packageRoot.js";
import { UsageError } from "../reference/usageError.js";
import { drawFlows, type FlowFacts, type FlowRequest } from "./cellFlows.js";

/** What the thread answers: facts by cell, or the line of bad input. */
type Drawn = { facts: FlowFacts[] } | { bad: string };

/** The thread's task. Bad input is an answer: an error loses its class between threads. */
export function drawTask(request: FlowRequest): Drawn {
  try {
    return { facts: drawFlows(request, () => {}) };
  } catch (error) {
    if (error instanceof UsageError) return { bad: error.message };
    throw error;
  }
}

/** As `drawFlows`, beside this thread. @throws {UsageError} where a CPU would have no flow */
export async function drawFlowsBeside(request: FlowRequest): Promise<FlowFacts[]> {
  const { cells, table, nexthops, runSeed, flowPackets, flowsFolder } = request;
  const asked: FlowRequest = {
    cells: cells.map(({ workload, cpus }) => ({ workload, cpus })),
    ...{ table, nexthops, runSeed, flowPackets, flowsFolder },
  };
  const file = path.join(packageRoot, "dist", "measure", "flowsBeside.js");
  const pool = new Piscina({ filename: pathToFileURL(file).href, minThreads: 1, maxThreads: 1 });
  try {
    const drawn: Drawn = await pool.run(asked, { name: "drawTask" });
    if ("bad" in drawn) throw new UsageError(drawn.bad);
    return drawn.facts;
  } finally {
    await pool.destroy();
  }
}
