/**
 * What the compiler left of the timed loops: the memory operations that each is there for. A loop
 * that lost them would be fast and wrong, and where a loop cannot tell by its result (a count that
 * is plain comes out right if both halves are left out), nothing else would notice.
 */
import { describe, expect, it } from "vitest";
import { disassemble } from "../build/disassembly.js";
import { describeExport } from "../build/opcodes.js";
import { cachedImage } from "../helpers/testMachine.js";

const INC_NOT_ZERO = { DST_REFCOUNT: 1, DST_SLOT_REF: 1 };
const RCUREF = { DST_REFCOUNT: 2, DST_SLOT_REF: 1 };
const ONE_LIST = { DST_ROUTE_CACHE: 0, DST_UNCACHED: 0, DST_FREE: 0 };
const NOW = { DST_ROUTE_CACHE: 0, DST_UNCACHED: 1, DST_FREE: 0 };

/** Bench, knobs, export, and what it does by itself; calls are listed apart. */
const LOOPS: readonly [string, Record<string, number>, string, RegExp][] = [
  ["refcount", {}, "rmwPairs", /^2 rmw, 1 loop$/],
  ["refcount", {}, "enginePairs", /^1 atomicLoad, 1 atomicStore, 2 rmw, 2 loop$/],
  ["refcount", INC_NOT_ZERO, "enginePairs", / 1 rmw, 1 cmpxchg, 3 loop$/],
  ["refcount", RCUREF, "enginePairs", / 2 rmw, 1 cmpxchg, 2 loop$/],
  ["refcount", {}, "holdRelease", / 2 rmw, 1 loop$/],
  ["refcount", {}, "devicePairs", /^2 load, 2 store, 1 atomicLoad, 1 atomicStore, 2 loop$/],
  ["refcount", {}, "pingPong", /^1 atomicLoad, 1 atomicStore, 2 loop$/],
  ["slab", {}, "lifoPairs", /^3 load, 3 store, 1 loop$/],
  ["slab", {}, "slabPairs", /^6 load, 3 store, 2 call, 1 loop/],
  ["slab", {}, "consume", /^5 load, 2 store, 2 atomicLoad, 1 atomicStore, 1 call, 2 loop/],
  ["dst", NOW, "dstPairs", /2 call, 1 loop; in 10 more: /],
  ["uncached", ONE_LIST, "addDel", /2 atomicStore, 2 cmpxchg, .*3 loop/],
  ["rcu", {}, "nullReads", /^2 loop$/],
  ["rcu", {}, "plainReads", /^1 load, 2 loop$/],
  ["rcu", {}, "rcuReads", /^6 load, 3 atomicLoad, 2 atomicStore, 2 loop$/],
];

describe("timed loops", () => {
  it.each(LOOPS)("%s %j %s", async (bench, defines, name, shape) => {
    const bytes = await cachedImage(`bench/${bench}/${bench}.as.ts`, "release", { ...defines });
    expect(describeExport(disassemble(bytes), name)).toMatch(shape);
  });
});
