/**
 * What every machine must hold when it is at rest, and when it has ended: used by the tests of
 * combinations of knobs.
 */
import { expect } from "vitest";
import { readMib } from "../../../src/machine/counters.js";
import { isSameFate } from "../../../src/reference/fate.js";
import type { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { receiveDeviceIndex } from "../../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../../src/workloads/standardWorld.js";
import {
  flowsToRows,
  frameOfPair,
  NEIGHBOUR_CACHE,
  type Router,
  RTABLE_CACHE,
  WORLD,
} from "./router.js";

const ROWS = Array.from({ length: 100 }, (_, row) => 5 * row);

/** Forwards `packets` frames one by one, on all CPUs in turn, and judges each. */
export function expectForwarding(router: Router, judge: ReferenceRouter, packets: number): void {
  const rx = receiveDevices(WORLD);
  flowsToRows(ROWS, packets).forEach(([saddr, daddr], i) => {
    const ifindex = rx[receiveDeviceIndex(saddr, rx.length)]?.ifindex ?? 0;
    const frame = frameOfPair(router, saddr, daddr);
    const fate = router.receive(ifindex, frame, i % router.cpus);
    const expected = judge.forward(ifindex, frame);
    if (typeof fate !== "string" && isSameFate(fate, expected)) return;
    throw new Error(`packet ${i}: ${JSON.stringify(fate)}, not ${JSON.stringify(expected)}`);
  });
  router.setFlows(flowsToRows(ROWS, 640), 0);
  const before = readMib(router.machine).outTransmits;
  router.send(640, 0);
  expect(readMib(router.machine).outTransmits).toBe(before + 640);
}

/** At rest: rtables in use are in slots or chains, and devices have exactly their references. */
export function expectAtRest(router: Router, idleCounts: readonly number[]): void {
  router.drain();
  const kept = [...router.slots().map(({ rtable }) => rtable), ...router.hashed()];
  expect(router.rtablesInUse()).toBe(kept.length);
  expect(router.entries()).toBe(kept.length);
  for (const rtable of router.hashed()) expect(router.refcnt(rtable)).toBe(0);
  expect(router.control("uncachedMembers")).toBe(0);
  expect(router.machine.u32[router.call("dstGarbageHeadAt") / 4]).toBe(0);
  expect(router.machine.u32[router.call("dstBusyHeadAt") / 4]).toBe(0);
  WORLD.devices.forEach(({ ifindex }, i) => {
    const at = router.machine.deviceAt(ifindex);
    const here = kept.filter((rtable) => router.field(rtable, "DST_DEV_OFFSET") === at);
    expect(router.deviceCount(ifindex)).toBe((idleCounts[i] ?? 0) + here.length);
  });
  for (const cache of [RTABLE_CACHE, NEIGHBOUR_CACHE]) expect(router.slabIsValid(cache)).toBe(true);
}

/** References on every device of the setup. */
export function deviceCounts(router: Router): number[] {
  return WORLD.devices.map(({ ifindex }) => router.deviceCount(ifindex));
}

/** The end: no reference on any device, nothing in any slab. */
export function expectEnded(router: Router): void {
  expect(router.tearDown().filter((left) => left !== 0)).toEqual([]);
  expect(router.rtablesInUse()).toBe(0);
  expect(router.entries()).toBe(0);
  expect(router.call("neighEntries")).toBe(0);
  expect(router.call("slabInUse", NEIGHBOUR_CACHE)).toBe(0);
  expect(deviceCounts(router).filter((count) => count !== 0)).toEqual([]);
}
