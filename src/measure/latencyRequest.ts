/**
 * What a latency run asks of one measuring process, and what that tells. A request is that of any
 * measuring process, its images timed ones, with what is particular to bursts.
 */
import type { CapacityPlan } from "../result/capacitySchema.js";
import type { LatencyCell, LatencyProcess } from "../result/latencyDocument.js";
import type { AskedLoad, Load } from "./openLoop.js";
import type { ProcessRequest } from "./processRequest.js";

/** What trials are made of. */
export interface LatencyPlan {
  readonly loads: readonly AskedLoad[];
  readonly rounds: number;
  readonly trialMs: number;
  /** A burst that takes longer is late, in nanoseconds. */
  readonly goalNs: number;
  /** An open loop that is later than this ends. */
  readonly giveUpNs: number;
  /** By cell, what an earlier process made of the loads; null: nobody has yet. */
  readonly resolved: readonly (readonly Load[] | null)[];
  /** How capacities are searched for; null: they are not. */
  readonly capacity: CapacityPlan | null;
}

/** What one process is to do. */
export interface LatencyRequest extends ProcessRequest {
  readonly latency: LatencyPlan;
}

/** What one process says of one cell. */
export interface LatencyPart {
  /** Index into the request's cells. */
  readonly cell: number;
  readonly digest: string;
  readonly found: LatencyCell;
}

/** What a process says when it is done. */
export type LatencyEnd = Omit<LatencyProcess, "seed">;
