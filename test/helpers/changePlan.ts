/**
 * What a control plane does to a machine under traffic: a seeded list of changes, and each change
 * as calls of the image and as a change of the reference.
 *
 * Most are routes of the hot places, added, replaced and deleted, half of them by next hops that no
 * other route uses, so that fib_infos come and go. Every so often a tx device goes down and comes
 * up, which brings its connected routes; its neighbours and its gatewayed routes are added again.
 * Every so often a receive device does not forward for a while; it is so when the traffic starts.
 */
import { prefixRoute } from "../../src/machine/loadTable.js";
import {
  type Machine,
  macWords,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from "../../src/machine/machine.js";
import { connectedRoutes } from "../../src/reference/connectedRoutes.js";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import type { ReferenceRouter } from "../../src/reference/referenceRouter.js";
import {
  findDevice,
  type Nexthop,
  type Route,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  type World,
} from "../../src/reference/world.js";
import { mix32, Prng } from "../../src/workloads/prng.js";
import { SILENT_HOST_OCTET, txAddress } from "../../src/workloads/standardWorld.js";
import {
  FLAPPED_TX,
  HOT_LENGTHS,
  HOT_PLACES,
  hotPrefix,
  type TrafficSetup,
  trafficRouter,
} from "./trafficSetup.js";

/** One change. `forwarding` is the switch of a receive device. */
export type Change =
  | { readonly kind: "add" | "replace" | "delete"; readonly route: Route }
  | { readonly kind: "down" | "up" | "neighbours"; readonly ifindex: number }
  | { readonly kind: "forwarding"; readonly ifindex: number; readonly on: boolean };

/** A change and whether traffic is let through before the next one. */
export interface Step {
  readonly change: Change;
  readonly paced: boolean;
}

/** One thing that the control plane's worker does: a call of the image, or a store. */
export type ControlCall =
  | {
      readonly fn: string;
      readonly args: readonly number[];
      readonly request?: Uint8Array;
      /** What it must return; undefined: anything. */
      readonly returns?: number;
    }
  | { readonly storeAt: number; readonly value: number };

const EVERY_FLAP = 110;
const EVERY_SWITCH = 45;
const SWITCHED_OFF_FOR = 9;
const DOWN_FOR = 12;
/** Routes that come back with a device: added in groups of this many without a pause. */
const GROUP = 8;

/**
 * Makes a change in the reference. The switch of forwarding is not the router's: `fateTimeline.ts`.
 */
export function applyChange(router: ReferenceRouter, world: World, change: Change): void {
  const expectOk = (result: number): void => {
    if (result !== 0) throw new RangeError(`the reference refuses ${change.kind} with ${result}`);
  };
  if (change.kind === "add") expectOk(router.addRoute(change.route));
  else if (change.kind === "replace") expectOk(router.replaceRoute(change.route));
  else if (change.kind === "delete") {
    expectOk(router.deleteRoute("main", change.route.prefix, change.route.length));
  } else if (change.kind === "down") router.deviceDown(change.ifindex);
  else if (change.kind === "up") router.deviceUp(change.ifindex);
  else if (change.kind === "neighbours") {
    for (const one of world.neighbours) {
      if (one.ifindex === change.ifindex) router.replaceNeighbour(one);
    }
  }
}

/** Draws the changes, keeping a router beside them so that each one is possible. */
class Planner {
  readonly steps: Step[] = [];
  readonly router: ReferenceRouter;
  private readonly prng: Prng;
  private readonly flapped: number;
  private readonly world: World;
  private down = false;

  constructor(setup: TrafficSetup, seed: number) {
    this.router = trafficRouter(setup);
    this.prng = new Prng(mix32(seed));
    this.world = setup.world;
    this.flapped = setup.world.nexthops[FLAPPED_TX]?.ifindex ?? 0;
  }

  push(change: Change, paced = true): void {
    applyChange(this.router, this.world, change);
    this.steps.push({ change, paced });
  }

  /** A gateway with a fib_info of its own, one of the setup's, or one that does not answer. */
  private nexthop(): Nexthop {
    const { nexthops } = this.world;
    for (;;) {
      const known = nexthops[this.prng.below(nexthops.length)];
      const t = this.prng.below(4);
      const ifindex = nexthops[t]?.ifindex ?? 0;
      const die = this.prng.below(20);
      const octet = die === 0 ? SILENT_HOST_OCTET : 200 + this.prng.below(4);
      const own = { gateway: txAddress(t, octet), ifindex, scope: RT_SCOPE_LINK };
      const chosen = die < 10 || known === undefined ? own : known;
      if (!this.down || chosen.ifindex !== this.flapped) return chosen;
    }
  }

  /** Adds, replaces or deletes a route of a hot place. */
  routeChange(): void {
    const { prefix, length } = hotPrefix(
      this.prng.below(HOT_PLACES),
      this.prng.below(HOT_LENGTHS.length),
    );
    const present = this.router.tables.main.get(prefix, length);
    const route = { ...prefixRoute(this.world, prefix, length, 0), nexthop: this.nexthop() };
    if (present === undefined) this.push({ kind: "add", route });
    else if (this.prng.below(2) === 0) this.push({ kind: "delete", route: present });
    else this.push({ kind: "replace", route });
  }

  forwarding(ifindex: number, on: boolean): void {
    this.push({ kind: "forwarding", ifindex, on });
  }

  flap(between: () => void): void {
    const ifindex = this.flapped;
    const lost = [...this.router.tables.main.routes()].filter(
      ({ nexthop }) => nexthop.ifindex === ifindex && nexthop.gateway !== 0,
    );
    this.push({ kind: "down", ifindex });
    this.down = true;
    between();
    this.push({ kind: "up", ifindex });
    this.push({ kind: "neighbours", ifindex });
    this.down = false;
    for (const [i, route] of lost.entries()) {
      if (this.router.tables.main.get(route.prefix, route.length) !== undefined) continue;
      this.push({ kind: "add", route }, i % GROUP === 0);
    }
  }
}

/** `changes` changes of routes and what happens beside them; same seed, same plan. */
export function changePlan(setup: TrafficSetup, seed: number, changes: number): Step[] {
  const planner = new Planner(setup, seed);
  const rx = setup.world.devices.filter((device) => device.kind === "rx");
  let off = 0;
  const switchOff = (turn: number): void => {
    off = rx[turn % rx.length]?.ifindex ?? 0;
    planner.forwarding(off, false);
  };
  const switchOn = (): void => {
    if (off !== 0) planner.forwarding(off, true);
    off = 0;
  };
  switchOff(0);
  for (let i = 0; i < changes; i++) {
    if (i % EVERY_SWITCH === SWITCHED_OFF_FOR) switchOn();
    if (i > 0 && i % EVERY_SWITCH === 0) switchOff(i);
    if (i % EVERY_FLAP === EVERY_FLAP - 1) {
      planner.flap(() => {
        for (let n = 0; n < DOWN_FOR; n++) planner.routeChange();
      });
    }
    planner.routeChange();
  }
  switchOn();
  return planner.steps;
}

function request(machine: Machine, route: Route, flags: number): Uint8Array {
  machine.writeRequest(route, flags);
  const at = machine.word("SB_REQUEST_AT");
  return new Uint8Array(machine.memory.buffer, at, 96).slice();
}

function routeCall(machine: Machine, fn: string, route: Route, flags: number): ControlCall {
  const args = [route.table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN];
  return { fn, args, request: request(machine, route, flags), returns: 0 };
}

/** The calls that make a change in a machine. */
export function callsOf(machine: Machine, world: World, change: Change): ControlCall[] {
  switch (change.kind) {
    case "add":
      return [routeCall(machine, "routeNew", change.route, NLM_F_CREATE | NLM_F_EXCL)];
    case "replace":
      return [routeCall(machine, "routeNew", change.route, NLM_F_CREATE | NLM_F_REPLACE)];
    case "delete":
      return [routeCall(machine, "routeDelete", change.route, 0)];
    case "down":
      return [{ fn: "devClose", args: [machine.deviceAt(change.ifindex)] }];
    case "up": {
      const device = findDevice(world, change.ifindex);
      const back = device === undefined ? [] : connectedRoutes(device);
      return [
        { fn: "devOpen", args: [machine.deviceAt(change.ifindex)] },
        ...back
          .filter((route) => route.nexthop.scope !== RT_SCOPE_NOWHERE)
          .map((route) => routeCall(machine, "routeNew", route, NLM_F_CREATE | NLM_F_EXCL)),
      ];
    }
    case "neighbours":
      return world.neighbours
        .filter((one) => one.ifindex === change.ifindex)
        .map((one) => {
          const { low, high } = macWords(one.mac);
          const args = [machine.deviceAt(one.ifindex), swapBytes(one.address), low, high];
          return { fn: "neighAddPermanent", args, returns: 0 };
        });
    case "forwarding": {
      const at = machine.deviceAt(change.ifindex) + machine.layout.at("DEV_FORWARDING");
      // Without the wait a packet that saw the old switch may cache its answer after the flush.
      return [
        { storeAt: at, value: change.on ? 1 : 0 },
        { fn: "synchronizeRcu", args: [] },
        { fn: "rtCacheFlush", args: [] },
      ];
    }
  }
}
