/**
 * Keys of the tables' bench with the answers of the reference: `hit`, a host of a prefix, each
 * prefix equally likely; `miss`, addresses that no prefix holds; `uniform`, over all routed
 * addresses; `zipf`, the destinations of internet-mix.
 */
import { swapBytes } from "../../src/reference/ipv4Address.js";
import type { ReferenceTable } from "../../src/reference/lpm.js";
import { buildFlowLists } from "../../src/workloads/flows.js";
import { mix32, Prng } from "../../src/workloads/prng.js";
import { RoutedSpace } from "../../src/workloads/routedSpace.js";
import { findWorkload } from "../../src/workloads/workload.js";
import type { Router } from "../forward/router.js";
import { KeyList } from "../harness/keyList.js";

/** Draws that may miss the prefixes' gaps before there is none to be found. */
const DRAWS_PER_MISS = 10_000;

/** An answer as the loops add it up: the fib_info's number and the prefix length; 0 is none. */
export function answerOf(number: number, length: number): number {
  return number + (length << 16);
}

function drawKeys(count: number, draw: () => number): Uint32Array {
  return Uint32Array.from({ length: count }, draw);
}

function missDrawer(space: RoutedSpace, reference: ReferenceTable, prng: Prng): () => number {
  return () => {
    for (let tries = 0; tries < DRAWS_PER_MISS; tries++) {
      const address = prng.next();
      if (space.isUsable(address) && reference.lookup(address) === undefined) return address;
    }
    throw new Error("the table leaves no address out: there is no key that misses");
  };
}

function zipfKeys(router: Router, count: number, seed: number): Uint32Array {
  const request = { cpus: 1, packets: count, seed, world: router.world };
  const lists = buildFlowLists(findWorkload("internet-mix"), router.table, request);
  const pairs = lists.perCpu[0] ?? new Uint32Array(0);
  return Uint32Array.from({ length: count }, (_, i) => swapBytes(pairs[2 * i + 1] ?? 0));
}

/**
 * The four lists, `count` keys each.
 * @param answers what the reference's answer adds to a sum
 */
export function keyLists(
  router: Router,
  reference: ReferenceTable,
  count: number,
  seed: number,
  answers: (address: number) => number,
): KeyList[] {
  const space = new RoutedSpace(router.table, router.world);
  const prng = new Prng(mix32(seed ^ 0x6b657973));
  const keys: [string, Uint32Array][] = [
    ["hit", drawKeys(count, () => space.randomHost(prng))],
    ["miss", drawKeys(count, missDrawer(space, reference, prng))],
    ["uniform", drawKeys(count, space.uniformDrawer(prng))],
    ["zipf", zipfKeys(router, count, seed)],
  ];
  return keys.map(
    ([name, list]) =>
      new KeyList(
        name,
        list,
        list.map((key) => answers(key)),
      ),
  );
}
