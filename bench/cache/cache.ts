/**
 * Hits in a cache of routes: the route cache of 2.6 as the images have it, filled by forwarding one
 * packet of each flow, beside what a JavaScript user would take. Everything is found; what a miss
 * costs is a lookup in a table (`tables/`) and an entry (`dst/`).
 */

import { prefixRoute } from "../../src/machine/loadTable.js";
import type { Machine } from "../../src/machine/machine.js";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import { ReferenceTable } from "../../src/reference/lpm.js";
import { AliasTable, zipfWeights } from "../../src/workloads/aliasTable.js";
import { mix32, Prng } from "../../src/workloads/prng.js";
import { RoutedSpace } from "../../src/workloads/routedSpace.js";
import { Router } from "../forward/router.js";
import type { Arm } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import { KeyList, type RangeLookup } from "../harness/keyList.js";
import {
  type CachedRoutes,
  ChainedHash,
  lruCacheLookup,
  mapLookup,
  quickLruLookup,
} from "./jsCaches.js";

const ENTRY = "bench/cache/cache.as.ts";
const DESIGNS = ["linux-2.6.39", "linux-2.6.18"];
/** A hit asks no table; a thousand routes give the flows their next hops. */
const ROUTES_MAX = 1000;
const FLOWS = 16_384;
const KEYS_MAX = 2 ** 17;
/** As many as the images' hash has. */
const BUCKETS = 32_768;
/** Sources end in this octet: all packets come in by the first device. */
const OCTET_OF_FIRST_DEVICE = 0;

/** Flows of one source: the destinations as a CPU loads them from a packet, and their next hops. */
interface Flows extends CachedRoutes {
  readonly saddr: number;
  readonly ifindex: number;
}

function drawFlows(router: Router, flows: number, seed: number): Flows {
  const { table, world, nexthops } = router;
  const reference = new ReferenceTable();
  for (let row = 0; row < table.count; row++) {
    const [prefix, length] = [table.prefixes[row] ?? 0, table.lengths[row] ?? 0];
    reference.insert(prefixRoute(world, prefix, length, nexthops[row] ?? 0));
  }
  const space = new RoutedSpace(table, world);
  const prng = new Prng(mix32(seed ^ 0x63616368));
  const destinations = space.sourceSet(flows, prng);
  const sources = space.sourceSet(4096, prng);
  const saddr = sources.find((source) => (source & 0xff & 3) === OCTET_OF_FIRST_DEVICE);
  const device = world.devices.find(({ kind }) => kind === "rx");
  if (saddr === undefined || device === undefined) throw new Error("no source for the flows");
  const gateways = destinations.map((d) => swapBytes(reference.lookup(d)?.nexthop.gateway ?? 0));
  const keys = destinations.map(swapBytes);
  return { keys, gateways, saddr: swapBytes(saddr), ifindex: device.ifindex };
}

/** One packet of each flow makes its entry. */
function fillCache(router: Router, machine: Machine, flows: Flows): void {
  const pairs = new Uint32Array(2 * flows.keys.length);
  for (const [i, key] of flows.keys.entries()) pairs.set([flows.saddr, key], 2 * i);
  router.experiment.setFlows([pairs]);
  const cpu = machine.cpu(0);
  cpu.call("rcuCpuOnline");
  cpu.call("forwardPackets", flows.keys.length);
  cpu.call("rcuCpuOffline");
}

/** A list of keys of the flows, by a law. */
function keysOf(name: string, flows: Flows, count: number, draw: () => number): KeyList {
  const rows = Uint32Array.from({ length: count }, draw);
  const keys = rows.map((row) => flows.keys[row] ?? 0);
  return new KeyList(
    name,
    keys,
    rows.map((row) => flows.gateways[row] ?? 0),
  );
}

function imageArm(router: Router, number: number, list: KeyList, flows: Flows): RangeLookup {
  const { experiment } = router;
  const machine = experiment.machines[number];
  if (machine === undefined) throw new RangeError(`no machine ${number}`);
  fillCache(router, machine, flows);
  const keysAt = experiment.plan.flows.base;
  const flowAt = keysAt + list.keys.length * 4;
  const run = machine.cpu(0).fn("findFlows");
  const { u32 } = machine;
  return (from, count) => {
    u32.set([flows.saddr, flows.ifindex], flowAt / 4);
    return run(keysAt, list.mask, flowAt, from, count);
  };
}

function armsOf(router: Router, list: KeyList, flows: Flows, windowMs: number): Arm[] {
  const hash = new ChainedHash(flows, flows.saddr, BUCKETS);
  const lookups: [string, RangeLookup][] = DESIGNS.map((design, i) => [
    nameOf(design),
    imageArm(router, i, list, flows),
  ]);
  // The keys lie where the packets lay that made the entries.
  router.experiment.machines[0]?.u32.set(list.keys, router.experiment.plan.flows.base / 4);
  lookups.push(
    ["chained hash, TypeScript, typed arrays", hash.lookup(list.keys)],
    ["Map", mapLookup(flows, list.keys)],
    ["npm lru-cache", lruCacheLookup(flows, list.keys)],
    ["npm quick-lru", quickLruLookup(flows, list.keys)],
  );
  return lookups.map(([name, lookup]) => list.arm(name, lookup, windowMs));
}

function nameOf(design: string): string {
  return `route cache of ${design}, image`;
}

/** Measures hits by two laws of the flows. */
export async function benchCache(context: BenchContext): Promise<void> {
  const { options } = context;
  const routes = options.routes === "all" ? ROUTES_MAX : Math.min(options.routes, ROUTES_MAX);
  const router = await Router.boot(DESIGNS, { ...options, routes }, 1, ENTRY);
  const count = Math.min(KEYS_MAX, 2 ** Math.floor(Math.log2(options.flowPackets)));
  const flows = drawFlows(router, Math.min(FLOWS, count / 2), options.seed);
  const prng = new Prng(mix32(options.seed ^ 0x6c617773));
  const zipf = new AliasTable(zipfWeights(flows.keys.length, 1));
  const lists = [
    keysOf("zipf", flows, count, () => zipf.draw(prng)),
    keysOf("uniform", flows, count, () => prng.below(flows.keys.length)),
  ];
  const yardstick = nameOf(DESIGNS[0] ?? "");
  for (const list of lists) {
    const arms = armsOf(router, list, flows, options.windowMs);
    await context.run({
      thing: "cache",
      title: `${list.name} over ${flows.keys.length} flows, all cached`,
      operation: "hit",
      arms,
      rows: arms
        .filter((arm) => arm.name !== yardstick)
        .map(({ name }) => ({ arm: name, yardstick })),
      notes: [
        "images and typed arrays compare source and destination, the others the destination alone;",
        "the packages keep an order of use as well, which the route cache never did",
      ],
    });
  }
}
