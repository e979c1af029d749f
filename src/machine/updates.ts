/**
 * The list of updates of a side load, written into a machine for `controlLoop`
 * (`assembly/workload/controlLoop.ts`, which draws the records).
 *
 * An update is what somebody sees as one: a route replaced, a device down, a device up with the
 * routes that come back with it. After an update that is marked whole the machine is as it was
 * before the first one, so the list can begin again.
 */
import { UsageError } from "../reference/usageError.js";
import type { Route } from "../reference/world.js";
import {
  type Machine,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from "./machine.js";

/** A route added, given another next hop, or deleted. */
interface RouteOperation {
  readonly kind: "add" | "replace" | "delete";
  readonly route: Route;
}

/** A device that goes down or comes up. */
interface DeviceOperation {
  readonly kind: "down" | "up";
  readonly ifindex: number;
}

/** One operation of the control plane. */
export type UpdateOperation = RouteOperation | DeviceOperation;

/** One update: operations that belong together. */
export interface Update {
  readonly operations: readonly UpdateOperation[];
  /** True: after it the machine is as it was before the list. */
  readonly whole: boolean;
}

/** What the loop has done so far. */
export interface UpdateCounts {
  readonly done: number;
  /** Ticks of the machine's clock that the loop saw pass. */
  readonly ticks: number;
  readonly refused: number;
  /** What the first refused operation said, a negative error number; 0: none was refused. */
  readonly firstError: number;
}

/** Bytes of the state before the records, and of a record, as in `layout.ts` of the image. */
export const UPDATE_STATE_BYTES = 64;
export const UPDATE_RECORD_BYTES = 128;

/** Bytes that a list takes in a machine. */
export function updateBytes(updates: readonly Update[]): number {
  const records = updates.reduce((sum, update) => sum + update.operations.length, 0);
  return UPDATE_STATE_BYTES + records * UPDATE_RECORD_BYTES;
}

const FLAGS = {
  add: NLM_F_CREATE | NLM_F_EXCL,
  replace: NLM_F_CREATE | NLM_F_REPLACE,
  delete: 0,
} as const;

function wordAt(machine: Machine, name: string): number {
  return (machine.plan.updates.base + machine.layout.at(name)) / 4;
}

function writeRecord(
  machine: Machine,
  at: number,
  operation: UpdateOperation,
  marks: number,
): void {
  const { u32, layout } = machine;
  u32[at / 4 + 1] = marks;
  if ("ifindex" in operation) {
    u32[at / 4] = layout.at(operation.kind === "down" ? "SIDE_DEV_CLOSE" : "SIDE_DEV_OPEN");
    u32[at / 4 + 2] = machine.deviceAt(operation.ifindex);
    return;
  }
  const { kind, route } = operation;
  u32[at / 4] = layout.at(kind === "delete" ? "SIDE_ROUTE_DELETE" : "SIDE_ROUTE_NEW");
  u32[at / 4 + 2] = route.table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
  machine.writeRequest(route, FLAGS[kind], at + layout.at("SIDE_CONFIG_AT"));
}

/**
 * Writes a list into a machine that has room for it, at `rate` updates per second of the machine's
 * time, and starts its counts anew. While no window runs.
 * @throws {UsageError} for a list without an end at which the machine is whole
 */
export function writeUpdates(machine: Machine, updates: readonly Update[], rate: number): void {
  const { u32, layout, plan } = machine;
  if (updates.at(-1)?.whole !== true) {
    throw new UsageError(
      "a list of updates must end as it began; allowed: a last one that is whole",
    );
  }
  if (updateBytes(updates) > plan.updates.bytes) throw new RangeError("no room for the updates");
  u32.fill(0, plan.updates.base / 4, (plan.updates.base + plan.updates.bytes) / 4);
  let at = plan.updates.base + UPDATE_STATE_BYTES;
  let records = 0;
  for (const { operations, whole } of updates) {
    for (const [i, operation] of operations.entries()) {
      const last = i === operations.length - 1;
      const marks = last ? layout.at("SIDE_COUNTS") | (whole ? layout.at("SIDE_WHOLE") : 0) : 0;
      writeRecord(machine, at, operation, marks);
      at += UPDATE_RECORD_BYTES;
      records++;
    }
  }
  u32[wordAt(machine, "SIDE_RECORDS")] = records;
  u32[wordAt(machine, "SIDE_RATE")] = rate;
}

/** What the loop has done since the list was written. While no window runs. */
export function readUpdateCounts(machine: Machine): UpdateCounts {
  const word = (name: string): number => machine.u32[wordAt(machine, name)] ?? 0;
  return {
    done: word("SIDE_DONE"),
    ticks: word("SIDE_TICKS"),
    refused: word("SIDE_REFUSED"),
    firstError: word("SIDE_FIRST_ERROR") | 0,
  };
}
