/** Side loads by name and list: same seed, same updates, and an end that is the beginning. */
import { describe, expect, it } from "vitest";
import type { Update } from "../../../src/machine/updates.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { UsageError } from "../../../src/reference/usageError.js";
import {
  drawUpdates,
  parseSideLoad,
  SIDE_LOAD_RATE_MAX,
  SIDE_LOADS,
} from "../../../src/workloads/sideLoad.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { bigTable } from "./tables.js";

const WORLD = standardWorld({ nexthops: 8 });
const TABLE = bigTable(3_000);
const nexthopOf = (row: number): number => row % 8;

function drawn(kind: "route-churn" | "device-flap", seed = 1): Update[] {
  const load = { kind, updatesPerSecond: 1 };
  return drawUpdates(load, { world: WORLD, table: TABLE, nexthopOf, seed });
}

/** All routes of a router, as text in order. */
function routesOf(router: ReferenceRouter): string[] {
  return (["local", "main"] as const)
    .flatMap((name) => [...router.tables[name].routes()].map((route) => JSON.stringify(route)))
    .sort();
}

function apply(router: ReferenceRouter, { operations }: Update): number[] {
  return operations.map((operation) => {
    if ("ifindex" in operation) {
      if (operation.kind === "down") router.deviceDown(operation.ifindex);
      else router.deviceUp(operation.ifindex);
      return 0;
    }
    const { table, prefix, length } = operation.route;
    if (operation.kind === "delete") return router.deleteRoute(table, prefix, length);
    if (operation.kind === "replace") return router.replaceRoute(operation.route);
    return router.addRoute(operation.route);
  });
}

describe("parseSideLoad", () => {
  it("reads a kind and a rate", () => {
    expect(parseSideLoad("route-churn:1000")).toEqual({
      kind: "route-churn",
      updatesPerSecond: 1_000,
    });
    for (const { kind } of SIDE_LOADS) expect(parseSideLoad(`${kind}:1`).kind).toBe(kind);
  });

  it.each(["", "route-churn", "route-churn:", "route-churn:0", "route-churn:-1", "flood:5"])(
    "refuses %j in one line that names what is allowed",
    (text) => {
      expect(() => parseSideLoad(text)).toThrow(UsageError);
      expect(() => parseSideLoad(text)).toThrow(/^--side-load .*; allowed: route-churn, device-f/);
    },
  );

  it("refuses rates that are none, and more than one for each packet", () => {
    for (const rate of ["1.5", "1k", "1:2", `${SIDE_LOAD_RATE_MAX + 1}`]) {
      expect(() => parseSideLoad(`route-churn:${rate}`)).toThrow(UsageError);
    }
  });
});

describe("drawUpdates", () => {
  it("draws the same updates for the same seed, and others for another", () => {
    expect(drawn("route-churn")).toEqual(drawn("route-churn"));
    expect(drawn("route-churn", 2)).not.toEqual(drawn("route-churn"));
  });

  it("churns different prefixes of the table, four updates each, each possible in its turn", () => {
    const updates = drawn("route-churn");
    const router = new ReferenceRouter(WORLD);
    router.loadTable(TABLE, nexthopOf);
    const before = routesOf(router);
    expect(updates).toHaveLength(4 * 1_024);
    for (const [i, update] of updates.entries()) {
      expect(apply(router, update), `update ${i}`).toEqual(update.operations.map(() => 0));
      if (i < 40) expect(routesOf(router).join() === before.join()).toBe(update.whole);
    }
    expect(routesOf(router)).toEqual(before);
    const prefixes = updates.map(({ operations: [first] }) =>
      first !== undefined && "route" in first ? `${first.route.prefix}/${first.route.length}` : "",
    );
    expect(new Set(prefixes).size).toBe(1_024);
  });

  it("takes every prefix of a table that has fewer", () => {
    const table = bigTable(10);
    const load = { kind: "route-churn", updatesPerSecond: 1 } as const;
    expect(drawUpdates(load, { world: WORLD, table, nexthopOf, seed: 1 })).toHaveLength(40);
  });

  it("flaps a device that no workload uses; its connected routes come back with it", () => {
    const [down, up] = drawn("device-flap");
    if (down === undefined || up === undefined) throw new RangeError("two updates");
    const router = new ReferenceRouter(WORLD);
    const before = routesOf(router);
    const idle = WORLD.devices.find(({ name }) => name === "off0");
    expect(down.operations).toEqual([{ kind: "down", ifindex: idle?.ifindex }]);
    expect(WORLD.nexthops.some(({ ifindex }) => ifindex === idle?.ifindex)).toBe(false);
    apply(router, down);
    expect(routesOf(router)).toHaveLength(before.length - 3);
    expect(up.operations[0]).toEqual({ kind: "up", ifindex: idle?.ifindex });
    // The reference brings the connected routes with the device: those, and no others, are added.
    const EEXIST = -17;
    expect(apply(router, up)).toEqual([0, EEXIST, EEXIST, EEXIST]);
    expect(routesOf(router)).toEqual(before);
    expect([down.whole, up.whole]).toEqual([false, true]);
  });

  it("refuses to flap where no device can be spared", () => {
    const devices = WORLD.devices.filter(({ name }) => name !== "off0");
    const inputs = { world: { ...WORLD, devices }, table: TABLE, nexthopOf, seed: 1 };
    const load = { kind: "device-flap", updatesPerSecond: 1 } as const;
    expect(() => drawUpdates(load, inputs)).toThrow("no device to spare");
  });
});
