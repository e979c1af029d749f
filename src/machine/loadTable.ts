/**
 * Loads a table part: the routes of the setup and the prefixes of a routing table. One machine of
 * each kind of FIB loads its part; the others of the kind make the same fib_infos, in the same
 * order, and adopt it.
 */
import type { NexthopPicker, PrefixColumns, Route, World } from "../reference/world.js";
import { RT_SCOPE_UNIVERSE, RTN_UNICAST } from "../reference/world.js";
import {
  BootError,
  type Machine,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from "./machine.js";

/** The route that a prefix of the table becomes: unicast by next hop `k`. */
export function prefixRoute(world: World, prefix: number, length: number, k: number): Route {
  const nexthop = world.nexthops[k];
  if (nexthop === undefined) throw new RangeError(`no next hop ${k} in the setup`);
  const base = { table: "main", prefix, length, type: RTN_UNICAST } as const;
  return { ...base, scope: RT_SCOPE_UNIVERSE, nexthop };
}

/** Makes one fib_info for each next hop of the setup; returns their numbers. */
export function createNexthops(machine: Machine, world: World): number[] {
  const control = machine.cpu(machine.controlCpu);
  const numbers = world.nexthops.map((_, k) => {
    machine.writeRequest(prefixRoute(world, 0, 0, k), NLM_F_CREATE);
    const number = control.call("fibCreateInfoRequest");
    if (number === 0) throw new BootError("no number left for a fib_info");
    return number;
  });
  let pow2 = 1;
  while (pow2 * 2 <= numbers.length) pow2 *= 2;
  machine.setWord("SB_FIB_INFOS", pow2);
  machine.setWord("SB_FLOOR_FIB_INFO", numbers[0] ?? 1);
  return numbers;
}

/** The rows of a table as `fibLoadRoutes` reads them. */
function packRows(
  table: PrefixColumns,
  nexthopOf: NexthopPicker,
  numbers: readonly number[],
): Uint32Array {
  const rows = new Uint32Array(table.count * 2);
  for (let row = 0; row < table.count; row++) {
    rows[2 * row] = table.prefixes[row] ?? 0;
    rows[2 * row + 1] = (table.lengths[row] ?? 0) | ((numbers[nexthopOf(row)] ?? 0) << 16);
  }
  return rows;
}

/** Adds the routes that follow from the setup's addresses. */
export function addWorldRoutes(machine: Machine, world: World): void {
  const control = machine.cpu(machine.controlCpu);
  for (const route of world.routes) {
    machine.writeRequest(route, NLM_F_CREATE | NLM_F_EXCL);
    const id = route.table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
    const error = control.callSigned("routeNew", id);
    if (error !== 0) throw new BootError(`route of the setup refused with ${error}`);
  }
}

/**
 * Loads setup and table through `machine`, which then shares the part. The rows pass through the
 * memory's flow lists. Returns the milliseconds that inserting the prefixes took.
 */
export function loadTablePart(
  machine: Machine,
  world: World,
  table: PrefixColumns,
  nexthopOf: NexthopPicker,
): number {
  const control = machine.cpu(machine.controlCpu);
  if (control.call("bootTables") !== 0) throw new BootError("no room for the tables");
  const numbers = createNexthops(machine, world);
  addWorldRoutes(machine, world);
  const { flows } = machine.memoryPlan;
  const rows = packRows(table, nexthopOf, numbers);
  if (rows.length * 4 > flows.bytes) throw new BootError("the table does not fit its buffer");
  machine.u32.set(rows, flows.base / 4);
  const start = performance.now();
  const loaded = control.call("fibLoadRoutes", flows.base, table.count);
  const loadMs = performance.now() - start;
  if (loaded !== table.count) {
    throw new BootError(`${loaded} of ${table.count} routes fitted into the table part`);
  }
  return loadMs;
}

/** The treerefs of a machine's fib_infos, as places in its words, by number. */
function treerefPlaces(machine: Machine): number[] {
  const base = machine.word("FIB_INFOS_AT") + machine.layout.at("FIB_INFO_TREEREF");
  const stride = machine.word("FIB_INFOS_STRIDE");
  return Array.from({ length: machine.word("FIB_INFOS_NEXT") }, (_, n) => (base + n * stride) / 4);
}

/** Takes over how often the routes of the shared part name each fib_info. */
function copyTreerefs(machine: Machine, like: Machine): void {
  const from = treerefPlaces(like);
  const to = treerefPlaces(machine);
  if (from.length !== to.length || like.table.base !== machine.table.base) {
    throw new BootError(`${machine.image.name} has other fib_infos than ${like.image.name}`);
  }
  for (const [n, place] of to.entries()) machine.u32[place] = like.u32[from[n] ?? 0] ?? 0;
}

/**
 * Gives `machine` the table part that another machine of the memory loaded.
 * @param like a machine that has the part already and has the same routes: what it has counted is
 *   taken over, which saves a walk of the table; the audit counts again
 */
export function adoptTablePart(machine: Machine, world: World, like: Machine | null = null): void {
  createNexthops(machine, world);
  const control = machine.cpu(machine.controlCpu);
  // The fib_infos of the setup's routes, in the order in which loading them made them.
  const numbers = world.routes.map((route) => {
    machine.writeRequest(route, NLM_F_CREATE);
    return control.call("fibCreateInfoRequest");
  });
  if (like !== null) {
    copyTreerefs(machine, like);
    return;
  }
  if (control.call("fibAdoptTables") !== 1) {
    throw new BootError("the table part names a fib_info that this machine does not have");
  }
  for (const number of numbers) control.call("fibReleaseInfoNumber", number);
}
