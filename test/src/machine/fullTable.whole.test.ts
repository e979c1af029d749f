/**
 * The whole table that is shipped, 968,428 prefixes, in either kind of FIB: it fits the plan, loads
 * in seconds, and the tables are in order.
 */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
import { loadEmbeddedTable } from "../../../src/inputs/embeddedTable.js";
import { assignNexthops } from "../../../src/inputs/nexthops.js";
import { Experiment } from "../../../src/machine/experiment.js";
import { readFibStatistics } from "../../../src/machine/fibStatistics.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { rxTemplates } from "../../../src/workloads/templates.js";

const NEXTHOPS = 16;
/** Far above what it takes, far below what is no bulk load. */
const LOAD_MS_MAX = 30_000;
/** What the plan gives a route (`src/machine/plan.ts`), and what it was measured at. */
const BYTES_PER_ROUTE = { trie: { plan: 320, measured: 231 }, hash: { plan: 128, measured: 106 } };

describe.each(["trie", "hash"] as const)("the full table, fib=%s", (fib) => {
  it("loads in seconds, within the bytes that the plan gives each route", async () => {
    const world = standardWorld({ nexthops: NEXTHOPS });
    const table = loadEmbeddedTable();
    const nexthops = assignNexthops(table, NEXTHOPS, 1);
    const image = await findImage(parseDesign(`nexthop-direct+fib=${fib}`), "release");
    const experiment = await Experiment.create({
      images: [image],
      world,
      table,
      nexthopOf: (row) => nexthops[row] ?? 0,
      templates: rxTemplates(world),
      flowPairs: 64,
      boot: { cpus: 1, cores: 2, hz: 1000, packetsPerSecond: 1e6, seed: 1, fibTables: 2 },
    });
    const [machine] = experiment.machines;
    if (machine === undefined) throw new RangeError("no machine was booted");
    expect(experiment.loadMs).toBeLessThan(LOAD_MS_MAX);
    const bytes = machine.cpu(1).call("tablePartBytes");
    const { plan, measured } = BYTES_PER_ROUTE[fib];
    expect(Math.round(bytes / table.count)).toBe(measured);
    expect(machine.table.bytes).toBeGreaterThanOrEqual(table.count * plan);
    expect(machine.cpu(1).call("fibTablesCheck", NEXTHOPS)).toBe(0);
    expect(readFibStatistics(machine, "main").aliases).toBeGreaterThanOrEqual(table.count);
  });
});
