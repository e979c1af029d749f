/**
 * The flow lists of a run's cells: drawn by the first process before anything is measured, and left
 * in files for the others, which must have the same; to draw them takes a second a cell.
 *
 *   FOLDER/flows-CELL.bin     the lists of all CPUs, one after the other, as the machine reads them
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RoutingTable } from "../inputs/routingTable.js";
import type { World } from "../reference/world.js";
import type { Cell } from "../result/cellSchema.js";
import { buildFlowLists, type FlowLists } from "../workloads/flows.js";
import { receiveDevices, standardWorld } from "../workloads/standardWorld.js";
import { findWorkload, type Workload } from "../workloads/workload.js";
import { type CellRequest, cellLabel } from "./processRequest.js";

const FRAME_BYTES = 64;

/** What is known of a cell's flows after they were drawn. */
export type FlowFacts = Cell["flows"];

/** What lists are drawn from. */
export interface FlowRequest {
  readonly cells: readonly Pick<CellRequest, "workload" | "cpus">[];
  readonly table: RoutingTable;
  readonly nexthops: number;
  readonly runSeed: number;
  /** Pairs of all lists of a cell. */
  readonly flowPackets: number;
  readonly flowsFolder: string;
}

function fileOf(folder: string, cell: number): string {
  return path.join(folder, `flows-${cell}.bin`);
}

/** Writes the lists of a cell; all have the same length. */
export function writeFlows(folder: string, cell: number, perCpu: readonly Uint32Array[]): void {
  const words = perCpu.reduce((sum, list) => sum + list.length, 0);
  const all = new Uint32Array(words);
  let at = 0;
  for (const list of perCpu) {
    all.set(list, at);
    at += list.length;
  }
  writeFileSync(fileOf(folder, cell), all);
}

/** Reads the lists of a cell. @throws {RangeError} where the file is not of so many CPUs */
export function readFlows(folder: string, cell: number, cpus: number): Uint32Array<ArrayBuffer>[] {
  const bytes = readFileSync(fileOf(folder, cell));
  const words = bytes.byteLength / 4 / cpus;
  if (!Number.isInteger(words)) throw new RangeError(`flow lists of cell ${cell}: cut short`);
  const all = new Uint32Array(words * cpus);
  new Uint8Array(all.buffer).set(bytes);
  return Array.from({ length: cpus }, (_, cpu) => all.subarray(cpu * words, (cpu + 1) * words));
}

/** The facts of drawn lists. */
function factsOf(world: World, workload: Workload, lists: FlowLists): FlowFacts {
  const cpus = lists.perCpu.length;
  const isOne = workload.destinations === "one";
  return {
    listPackets: lists.packetsPerCpu * cpus,
    distinctFlows: lists.flows,
    hostsPerPrefix: workload.hostsPerPrefix,
    sources: isOne ? cpus : workload.sources,
    packetsPerFlow: isOne ? lists.packetsPerCpu : null,
    zipfExponent: workload.destinations === "zipf" ? workload.zipfExponent : null,
    frameBytes: FRAME_BYTES,
    receiveDevices: workload.path === "forward" ? receiveDevices(world).length : 0,
    transmitDevices: world.devices.filter((d) => d.kind === "tx" && d.forwarding).length,
    spread: isOne
      ? "one destination from one source for each CPU"
      : "Toeplitz hash of source and destination, 128 entries",
  };
}

/** All that a list is drawn by: two paths that see the same packets have one list. */
function keyOf(workload: Workload, cpus: number): string {
  return JSON.stringify([cpus, { ...workload, name: "", path: "", description: "" }]);
}

/**
 * Draws the lists of all cells into files and returns the facts by cell. All at once, before
 * anything is measured: what a table cannot feed is bad input, and then nothing shall have run.
 * @throws {UsageError} where a CPU of some cell would have no flow
 */
export function drawFlows(request: FlowRequest, progress: (text: string) => void): FlowFacts[] {
  const { table, runSeed: seed, flowPackets: packets } = request;
  const world = standardWorld({ nexthops: request.nexthops });
  const facts: FlowFacts[] = [];
  const cells = request.cells.map((cell, number) => {
    const workload = findWorkload(cell.workload);
    return { number, cell, workload, key: keyOf(workload, cell.cpus) };
  });
  // Those with the same list beside each other, so that one at a time is in memory.
  cells.sort((a, b) => (a.key < b.key ? -1 : 1));
  let last: { key: string; lists: FlowLists } | undefined;
  for (const { number, cell, workload, key } of cells) {
    progress(`flows of ${cellLabel(cell)}`);
    const options = { cpus: cell.cpus, packets, seed, world };
    if (last?.key !== key) last = { key, lists: buildFlowLists(workload, table, options) };
    writeFlows(request.flowsFolder, number, last.lists.perCpu);
    facts[number] = factsOf(world, workload, last.lists);
  }
  return facts;
}
