/**
 * The loop of the control plane: updates at the machine's rate, each a change that packets see, and
 * a machine that is as it was when its group is over. The loop's end word is here its own count of
 * updates, so that one thread can run it; beside real windows it is in `test/src/machine/`.
 */
import { beforeEach, describe, expect, it } from "vitest";
import {
  readUpdateCounts,
  type Update,
  updateBytes,
  writeUpdates,
} from "../../../src/machine/updates.js";
import type { Fate } from "../../../src/reference/fate.js";
import type { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { drawUpdates } from "../../../src/workloads/sideLoad.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  nexthopOf,
  type Router,
  referenceRouter,
  routerOf,
  TABLE,
  WORLD,
} from "../machine/router.js";

const INPUTS = { world: WORLD, table: TABLE, nexthopOf, seed: 5 };
const CHURN = drawUpdates({ kind: "route-churn", updatesPerSecond: 1_000 }, INPUTS);
const FLAP = drawUpdates({ kind: "device-flap", updatesPerSecond: 10 }, INPUTS);
const SENDER = 0x08080808;
const RX = 2;
/** The device that flaps: its address, and that of a host in its subnet. */
const IDLE_HOST = 0x0a030005;

function apply(reference: ReferenceRouter, { operations }: Update): void {
  for (const operation of operations) {
    if ("ifindex" in operation) {
      if (operation.kind === "down") reference.deviceDown(operation.ifindex);
      else reference.deviceUp(operation.ifindex);
    } else if (operation.kind === "add") reference.addRoute(operation.route);
    else if (operation.kind === "replace") reference.replaceRoute(operation.route);
    else {
      const { table, prefix, length } = operation.route;
      reference.deleteRoute(table, prefix, length);
    }
  }
}

describe.each(["linux-3.10", "no-cache"])("a side load of %s", (design) => {
  let router: Router;
  let reference: ReferenceRouter;
  let at = 0;

  beforeEach(async () => {
    router = await routerOf(design, { updateBytes: updateBytes(CHURN) });
    reference = referenceRouter();
    at = router.machine.plan.updates.base;
    router.control("rcuCpuOnline");
  }, COMPILE_MS);

  const word = (name: string): number => (at + router.machine.layout.at(name)) / 4;
  const begin = (updates: readonly Update[], rate: number): void =>
    writeUpdates(router.machine, updates, rate);
  /** As if so many ticks had passed since the list was written. */
  const pass = (ticks: number): void => {
    router.machine.u32[word("SIDE_TICKS")] = ticks;
  };
  /** Runs the loop until `updates` have been made in all. */
  const runTo = (updates: number): number =>
    router.control("controlLoop", at, at + router.machine.layout.at("SIDE_DONE"), updates);
  const fateOf = (daddr: number): Fate | string =>
    router.receive(RX, frameOfPair(router, SENDER, daddr));
  const expectFate = (daddr: number, what: string): void => {
    const expected = reference.forward(RX, frameOfPair(router, SENDER, daddr));
    expect(fateOf(daddr), what).toEqual(expected);
  };

  it("makes each update of a list as the reference does, for packets to what it changes", () => {
    begin(CHURN, 1_000);
    pass(1_000);
    const seen = new Set<string>();
    for (const [i, update] of CHURN.slice(0, 64).entries()) {
      const [operation] = update.operations;
      if (operation === undefined || !("route" in operation)) throw new RangeError("no route");
      const daddr = (operation.route.prefix + 1) >>> 0;
      expectFate(daddr, `before update ${i}`);
      expect(runTo(i + 1)).toBe(1);
      apply(reference, update);
      expectFate(daddr, `after update ${i}, ${operation.kind}`);
      seen.add(operation.kind);
    }
    expect(seen).toEqual(new Set(["replace", "delete", "add"]));
    expect(readUpdateCounts(router.machine)).toMatchObject({ done: 64, refused: 0 });
  });

  it("takes a device down and up with its connected routes", () => {
    begin(FLAP, 10);
    pass(10_000);
    for (let i = 0; i < 6; i++) {
      const update = FLAP[i % FLAP.length];
      if (update === undefined) throw new RangeError("no update");
      expect(runTo(i + 1)).toBe(1);
      apply(reference, update);
      expectFate(IDLE_HOST, `after update ${i}`);
      expectFate(hostOfRow(3), "a route that the flap leaves alone");
    }
    expect(readUpdateCounts(router.machine)).toMatchObject({ done: 6, refused: 0, firstError: 0 });
  });

  it("makes every cached route stale, so the next packet makes a new one", () => {
    if (design !== "linux-3.10") return;
    const daddr = hostOfRow(3);
    fateOf(daddr);
    const allocations = (): number => router.costs(() => void fateOf(daddr)).dstAllocations;
    expect(allocations()).toBe(0);
    begin(FLAP, 10);
    pass(10_000);
    runTo(1);
    expect(allocations()).toBe(1);
    expect(allocations()).toBe(0);
  });

  it("restores from within a group, and only then", () => {
    begin(CHURN, 1_000);
    pass(1_000);
    expect(router.control("controlRestore", at)).toBe(0);
    runTo(3);
    expect(router.control("controlRestore", at)).toBe(1);
    expect(router.control("controlRestore", at)).toBe(0);
    for (const { operations } of CHURN.slice(0, 4)) {
      for (const operation of operations) {
        if ("route" in operation) expectFate((operation.route.prefix + 1) >>> 0, "restored");
      }
    }
    begin(FLAP, 10);
    pass(10_000);
    runTo(1);
    expect(router.control("controlRestore", at)).toBe(4);
    expectFate(IDLE_HOST, "restored");
    expect(readUpdateCounts(router.machine)).toMatchObject({ done: 1, refused: 0 });
  });

  it("counts what is refused, with its first error", () => {
    const [first] = CHURN;
    const route = first?.operations[0];
    if (route === undefined || !("route" in route)) throw new RangeError("no route");
    const again = { kind: "add", route: route.route } as const;
    begin([{ operations: [again, again], whole: true }], 1_000);
    pass(1);
    runTo(1);
    const EEXIST = -17;
    expect(readUpdateCounts(router.machine)).toMatchObject({ done: 1, refused: 2 });
    expect(readUpdateCounts(router.machine).firstError).toBe(EEXIST);
  });

  it("makes no update that is not due, and traps where the clock stands still", () => {
    router.machine.setWord("SB_SPIN_LIMIT", 10);
    router.machine.setWord("SB_SLEEP_LIMIT", 3);
    begin(CHURN, 100);
    pass(29);
    const SITE_CONTROL_DEADLINE = 902;
    expect(() => runTo(3)).toThrow();
    expect(readUpdateCounts(router.machine)).toMatchObject({ done: 2, ticks: 29 });
    const area = router.machine.areaOf(router.machine.controlCpu);
    const site = (area + router.machine.layout.at("CPU_FAULT_SITE")) / 4;
    expect(router.machine.u32[site]).toBe(SITE_CONTROL_DEADLINE);
  });
});
