/**
 * Side loads: what the control plane does beside traffic, at a rate in updates per second of the
 * machine's own time. A list of updates is drawn once, by seed, and made in a loop; at its end the
 * machine is as it was at its beginning.
 *
 *   route-churn    a prefix of the table moves to another next hop, moves back, is withdrawn, and
 *                  is announced again: four updates. Prefixes by a seeded draw, all equally likely
 *   device-flap    a device that carries no traffic goes down and comes up with its connected
 *                  routes: two updates. What it costs others is what it makes stale and flushes
 */
import { prefixRoute } from "../machine/loadTable.js";
import type { Update } from "../machine/updates.js";
import { connectedRoutes } from "../reference/connectedRoutes.js";
import { UsageError } from "../reference/usageError.js";
import {
  type Device,
  type NexthopPicker,
  type PrefixColumns,
  RT_SCOPE_NOWHERE,
  type World,
} from "../reference/world.js";
import { mix32, Prng } from "./prng.js";

export type SideLoadKind = "route-churn" | "device-flap";

/** What the control plane does beside traffic. */
export interface SideLoad {
  readonly kind: SideLoadKind;
  /** Updates per second of the machine's time. */
  readonly updatesPerSecond: number;
}

/** The side loads there are, in the order in which they are listed. */
export const SIDE_LOADS: readonly { readonly kind: SideLoadKind; readonly description: string }[] =
  [
    {
      kind: "route-churn",
      description: "prefixes of the table move to another next hop, go, and come back",
    },
    { kind: "device-flap", description: "a device without traffic goes down and comes up" },
  ];

/** Rates beyond this are no load beside traffic any more: one update for each packet. */
export const SIDE_LOAD_RATE_MAX = 1_000_000;
/** Below this share of the rate that was asked for a cell is not valid. */
export const SIDE_LOAD_RATE_SHARE_MIN = 0.9;
/** Prefixes that route-churn goes round. */
const CHURNED_PREFIXES = 1024;

/**
 * Reads `KIND:RATE`, the rate in updates per second of the machine's time.
 * @throws {UsageError} one line with what is allowed
 */
export function parseSideLoad(text: string): SideLoad {
  const [name = "", rateText = "", ...rest] = text.split(":");
  const found = SIDE_LOADS.find(({ kind }) => kind === name);
  const rate = Number(rateText);
  const isRate = /^[1-9]\d*$/.test(rateText) && rate <= SIDE_LOAD_RATE_MAX && rest.length === 0;
  if (found === undefined || !isRate) {
    const kinds = SIDE_LOADS.map(({ kind }) => kind).join(", ");
    throw new UsageError(
      `--side-load ${text}; allowed: ${kinds}, each with a rate of 1 to ${SIDE_LOAD_RATE_MAX} ` +
        "updates per second, as route-churn:1000",
    );
  }
  return { kind: found.kind, updatesPerSecond: rate };
}

/** What updates are drawn from. */
export interface UpdateInputs {
  readonly world: World;
  readonly table: PrefixColumns;
  readonly nexthopOf: NexthopPicker;
  readonly seed: number;
}

/** Different rows of the table, all of them where it has no more than `count`. */
function drawRows(rows: number, count: number, prng: Prng): number[] {
  const drawn = new Set<number>();
  while (drawn.size < Math.min(rows, count)) drawn.add(prng.below(rows));
  return [...drawn];
}

function churnOf({ world, table, nexthopOf }: UpdateInputs, row: number): Update[] {
  const routeBy = (k: number) =>
    prefixRoute(world, table.prefixes[row] ?? 0, table.lengths[row] ?? 0, k);
  const home = nexthopOf(row);
  const route = routeBy(home);
  const moved = routeBy((home + 1) % world.nexthops.length);
  return [
    { operations: [{ kind: "replace", route: moved }], whole: false },
    { operations: [{ kind: "replace", route }], whole: true },
    { operations: [{ kind: "delete", route }], whole: false },
    { operations: [{ kind: "add", route }], whole: true },
  ];
}

/** The device that flaps: one that sends nothing and receives nothing. */
function idleDevice(world: World): Device {
  const idle = world.devices.find((device) => device.kind === "tx" && !device.forwarding);
  if (idle === undefined) throw new UsageError("device-flap: the setup has no device to spare");
  return idle;
}

function flapOf(world: World): Update[] {
  const device = idleDevice(world);
  const { ifindex } = device;
  // Routes to the host's own addresses stay when a device goes down.
  const back = connectedRoutes(device).filter(({ nexthop }) => nexthop.scope !== RT_SCOPE_NOWHERE);
  const up: Update["operations"] = [
    { kind: "up", ifindex },
    ...back.map((route) => ({ kind: "add", route }) as const),
  ];
  return [
    { operations: [{ kind: "down", ifindex }], whole: false },
    { operations: up, whole: true },
  ];
}

/**
 * The updates of a side load, in their order; the last one leaves the machine as the first found
 * it.
 */
export function drawUpdates(load: SideLoad, inputs: UpdateInputs): Update[] {
  if (load.kind === "device-flap") return flapOf(inputs.world);
  const prng = new Prng(mix32(inputs.seed ^ 0x63687572));
  const rows = drawRows(inputs.table.count, CHURNED_PREFIXES, prng);
  return rows.flatMap((row) => churnOf(inputs, row));
}
