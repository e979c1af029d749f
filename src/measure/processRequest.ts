/**
 * What a run asks of one measuring process, and what that tells. Everything here crosses between
 * processes: plain values and typed arrays only.
 *
 *   parent                         child
 *   run(request) ────────────────▶ boots, judges
 *                ◀──────────────── say, progress
 *                ◀──────────────── cell(part)        for each cell, when it is over
 *   stop         ────────────────▶ ends after the block at hand
 *                ◀──────────────── end(end)          after the audit; or failed
 */
import type { Image } from "../image/imageStore.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import type { Cell, CellArm, CellProcess, CellWindow } from "../result/cellSchema.js";
import type { CellSideLoad } from "../result/sideLoadSchema.js";
import type { SideLoad } from "../workloads/sideLoad.js";
import type { LatencyRequest } from "./latencyRequest.js";
import type { WindowLengths } from "./runWindows.js";

/** A cell as a process is asked to measure it. */
export interface CellRequest {
  readonly workload: string;
  readonly cpus: number;
  /** Of an earlier process; null: calibrate. */
  readonly lengths: WindowLengths | null;
  /** What the judged images did (`judgeDigest.ts`); null: judge. */
  readonly digest: string | null;
}

/** What one process is to do. */
export interface ProcessRequest {
  readonly process: number;
  /** Of layout, order of functions, cells and arms; every process has its own. */
  readonly seed: number;
  /** Of what is measured: flows, frames, next hops; the same in all processes. */
  readonly runSeed: number;
  readonly designs: readonly string[];
  readonly release: readonly Image[];
  /** Images that count costs: in the first process only. */
  readonly debug: readonly Image[];
  readonly table: RoutingTable;
  readonly nexthops: number;
  /** Offered packets per second of one CPU; null: as each workload has it. */
  readonly packetsPerSecond: number | null;
  readonly flowPackets: number;
  readonly blocksMax: number;
  readonly blocksMin: number;
  readonly cellBudgetMs: number;
  readonly deadlineMs: number;
  readonly cells: readonly CellRequest[];
  /** Where the flow lists of the cells lie; the first process writes them. */
  readonly flowsFolder: string;
  /** Whether it leaves the loaded table beside them, reads it there, or neither. */
  readonly tableFiles: "write" | "read" | null;
  /** Whether the first design runs a second time as its placebo. */
  readonly placebo: boolean;
  /** What the control plane does beside every window; null: nothing. */
  readonly sideLoad: SideLoad | null;
  /** Boot parameter of a route cache; null: the kernels'. */
  readonly rhashEntries: number | null;
  /** For tests of the engine itself: the placebo counts as a second design, and runs this many
   * packets for each one that it tells of. Null: an ordinary run. */
  readonly plantedShare: number | null;
}

/** Facts of a cell that hold for all processes. */
export type CellFacts = Omit<
  Cell,
  | "windows"
  | "processes"
  | "extras"
  | "sideLoad"
  | "windowPackets"
  | "leadInPackets"
  | "arms"
  | "notes"
>;

/** What one process says of one cell. */
export interface CellPart {
  /** Index into the request's cells. */
  readonly cell: number;
  /** Null in a process that did not draw the flow lists. */
  readonly facts: CellFacts | null;
  readonly arms: readonly CellArm[];
  /** What the control plane did in this process, by design; null without a side load. */
  readonly sideLoad: CellSideLoad | null;
  readonly process: CellProcess;
  readonly lengths: WindowLengths;
  readonly digest: string;
  readonly windows: readonly CellWindow[];
}

/** An audit as the document keeps it. */
export interface AuditPart {
  readonly checks: number;
  readonly failures: readonly string[];
}

/** What a process says when it is done. */
export interface ProcessEnd {
  readonly startedAt: string;
  readonly setUpMs: number;
  /** SHA-256 of the placebo's image. */
  readonly placebo: string | null;
  readonly cellOrder: readonly string[];
  /** By design. */
  readonly audits: readonly AuditPart[];
  readonly placeboAudit: AuditPart | null;
}

/** What a child tells its parent. */
export type ChildMessage<Part = CellPart, End = ProcessEnd> =
  | { readonly kind: "say" | "progress"; readonly text: string }
  | { readonly kind: "cell"; readonly part: Part }
  | { readonly kind: "end"; readonly end: End }
  | { readonly kind: "failed"; readonly name: string; readonly message: string };

/** What a parent tells its child. */
export type ParentMessage =
  | { readonly kind: "run"; readonly request: ProcessRequest }
  | { readonly kind: "latency"; readonly request: LatencyRequest }
  | { readonly kind: "stop" };

/** How a cell is called in messages and in the document's list of orders. */
export function cellLabel({ workload, cpus }: { workload: string; cpus: number }): string {
  return `${workload}, ${cpus} CPU${cpus === 1 ? "" : "s"}`;
}
