/**
 * Lookups in table main: the LC-trie and the hash by prefix length as the images have them, beside
 * the same walks in plain TypeScript, a table built for speed in TypeScript, and an npm package.
 * All over one table; every window of every arm is checked against the reference.
 */

import { prefixRoute } from "../../src/machine/loadTable.js";
import type { Machine } from "../../src/machine/machine.js";
import { ReferenceTable } from "../../src/reference/lpm.js";
import { Router } from "../forward/router.js";
import type { Arm, RowPlan } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";
import type { KeyList, RangeLookup } from "../harness/keyList.js";
import { answersAsReference, PackageTable, prefixText } from "../peers/longestPrefixMatch.js";
import { MemoryTrie } from "../peers/memoryTrie.js";
import { MultibitTrie } from "../peers/multibitTrie.js";
import { answerOf, keyLists } from "./keys.js";

const ENTRY = "bench/tables/tables.as.ts";
/** A design of each kind of FIB. */
const DESIGNS = ["linux-3.10", "linux-2.6.18"];
const TRIE = "LC-trie, image";
const HASH = "hash FIB, image";
const MEMORY_TRIE = "LC-trie, TypeScript on the same bytes";
const MAPS = "hash FIB, TypeScript: a Map for each length";
const MULTIBIT = "16-8-8 bits, TypeScript, typed arrays";
const PACKAGE = "npm longest-prefix-match";
const KEYS_MAX = 2 ** 17;
/** Keys by which a peer shows that it answers as the reference. */
const PROOF_KEYS = 4096;

/** All tables of one set of routes, and their answers. */
export interface Tables {
  readonly router: Router;
  readonly reference: ReferenceTable;
  readonly multibit: MultibitTrie;
  readonly npm: PackageTable;
  /** The reference's answer as the loops add it up. */
  readonly answer: (address: number) => number;
}

/** Loads every table. The images hold the routes of the setup as well, which no key asks for. */
export async function loadTables(context: BenchContext): Promise<Tables> {
  const router = await Router.boot(DESIGNS, context.options, 1, ENTRY);
  const { table, world, nexthops } = router;
  const first = router.experiment.machines[0]?.word("SB_FLOOR_FIB_INFO") ?? 0;
  const reference = new ReferenceTable();
  const multibit = new MultibitTrie();
  const numberOf = (row: number): number => first + (nexthops[row] ?? 0);
  const answers = (row: number): number => answerOf(numberOf(row), table.lengths[row] ?? 0);
  for (let row = 0; row < table.count; row++) {
    const [prefix, length] = [table.prefixes[row] ?? 0, table.lengths[row] ?? 0];
    reference.insert(prefixRoute(world, prefix, length, nexthops[row] ?? 0));
    multibit.add(prefix, length, answers(row));
  }
  const numbers = new Map(world.nexthops.map((nexthop, k) => [nexthop, first + k]));
  const answer = (address: number): number => {
    const route = reference.lookup(address);
    if (route === undefined) return 0;
    return answerOf(numbers.get(route.nexthop) ?? 0, route.length);
  };
  return { router, reference, multibit, npm: new PackageTable(table, answers), answer };
}

/** The loop of an image over a list that lies in its memory. */
function imageLookup(machine: Machine, keysAt: number, mask: number): RangeLookup {
  const run = machine.cpu(0).fn("lookupKeys");
  return (from, count) => run(keysAt, mask, from, count);
}

/** The same walk of the same bytes in TypeScript. */
function memoryTrie(machine: Machine): MemoryTrie {
  const control = machine.cpu(0);
  return new MemoryTrie(machine.u32, {
    mainTable: control.call("mainTable"),
    infosAt: control.call("infosAt"),
    infoStride: control.call("infoStride"),
  });
}

/*
 * One loop for each peer, on purpose: a loop that all of them share would call through a site that
 * has seen many targets, and be slow for all.
 */

function memoryTrieLookup(trie: MemoryTrie, { keys, mask }: KeyList): RangeLookup {
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum = (sum + trie.lookup(keys[(from + i) & mask] as number)) | 0;
    return sum;
  };
}

function multibitLookup(trie: MultibitTrie, { keys, mask }: KeyList): RangeLookup {
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum = (sum + trie.lookup(keys[(from + i) & mask] as number)) | 0;
    return sum;
  };
}

/** The reference finds a route; what it adds is worked out from the route's own fields. */
function mapsLookup(tables: Tables, { keys, mask }: KeyList): RangeLookup {
  const { reference, router } = tables;
  const first = router.experiment.machines[0]?.word("SB_FLOOR_FIB_INFO") ?? 0;
  const numbers = new Map(router.world.nexthops.map((nexthop, k) => [nexthop, first + k]));
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const route = reference.lookup(keys[(from + i) & mask] as number);
      if (route === undefined) continue;
      sum = (sum + (numbers.get(route.nexthop) as number) + (route.length << 16)) | 0;
    }
    return sum;
  };
}

function packageLookup(table: PackageTable, texts: readonly string[]): RangeLookup {
  const mask = texts.length - 1;
  return (from, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum = (sum + table.lookup(texts[(from + i) & mask] as string)) | 0;
    return sum;
  };
}

function peerArms(tables: Tables, list: KeyList, windowMs: number): Arm[] {
  const [trie] = tables.router.experiment.machines;
  if (trie === undefined) throw new RangeError("no machine with a trie");
  const arms = [
    list.arm(MEMORY_TRIE, memoryTrieLookup(memoryTrie(trie), list), windowMs),
    list.arm(MAPS, mapsLookup(tables, list), windowMs),
    list.arm(MULTIBIT, multibitLookup(tables.multibit, list), windowMs),
  ];
  const some = list.keys.subarray(0, PROOF_KEYS);
  const byText = (address: number): number => tables.npm.lookup(prefixText(address, 32));
  if (answersAsReference(byText, tables.answer, some)) {
    const texts = Array.from(list.keys, (key) => prefixText(key, 32));
    arms.push(list.arm(PACKAGE, packageLookup(tables.npm, texts), windowMs));
  }
  return arms;
}

const ROWS: readonly RowPlan[] = [
  { arm: HASH, yardstick: TRIE },
  { arm: MEMORY_TRIE, yardstick: TRIE },
  { arm: MAPS, yardstick: HASH },
  { arm: MULTIBIT, yardstick: TRIE },
  { arm: PACKAGE, yardstick: TRIE },
];

/** Measures each kind of key in a group of its own. */
export async function benchTables(context: BenchContext): Promise<void> {
  const { options } = context;
  const tables = await loadTables(context);
  const { experiment, table } = tables.router;
  const count = Math.min(KEYS_MAX, 2 ** Math.floor(Math.log2(options.flowPackets / 2)));
  const lists = keyLists(tables.router, tables.reference, count, options.seed, tables.answer);
  for (const [i, list] of lists.entries()) {
    const keysAt = experiment.plan.flows.base + i * count * 4;
    new Uint32Array(experiment.memory.buffer).set(list.keys, keysAt / 4);
    const images = experiment.machines.map((machine, kind) => {
      const lookup = imageLookup(machine, keysAt, list.mask);
      return list.arm(kind === 0 ? TRIE : HASH, lookup, options.windowMs);
    });
    const arms = [...images, ...peerArms(tables, list, options.windowMs)];
    const hasPackage = arms.some(({ name }) => name === PACKAGE);
    await context.run({
      thing: "tables",
      title: `${list.name}, ${count} keys over ${table.count} routes`,
      operation: "lookup",
      arms,
      rows: ROWS.filter(({ arm }) => hasPackage || arm !== PACKAGE),
      notes: hasPackage
        ? ["the package takes addresses as text, made beforehand; its parser is in its time"]
        : [`${PACKAGE} answers otherwise than the reference here, so it is not timed`],
    });
  }
}
