/**
 * Routers to bench: machines with the real images over the embedded table, or a thinned one, in the
 * setup that every workload runs in. All machines share one memory and its table part.
 */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { compileImage } from "../../src/image/compile.js";
import { parseDesign } from "../../src/image/designs.js";
import { findImage, type Image, sha256 } from "../../src/image/imageStore.js";
import { packageRoot } from "../../src/image/packageRoot.js";
import { embeddedTablePath, loadEmbeddedTable } from "../../src/inputs/embeddedTable.js";
import { assignNexthops } from "../../src/inputs/nexthops.js";
import type { RoutingTable } from "../../src/inputs/routingTable.js";
import { thinTable } from "../../src/inputs/thinTable.js";
import { Experiment } from "../../src/machine/experiment.js";
import type { World } from "../../src/reference/world.js";
import { buildFlowLists } from "../../src/workloads/flows.js";
import { standardWorld } from "../../src/workloads/standardWorld.js";
import { rxTemplates } from "../../src/workloads/templates.js";
import { findWorkload } from "../../src/workloads/workload.js";
import { cachedImage } from "../../test/helpers/testMachine.js";
import type { BenchOptions } from "../harness/arm.js";

/** The control without a lookup; every other name is a design. */
export const FLOOR = "floor";
const FLOOR_DEFINES = { DST_ROUTE_CACHE: 3 };
/** The design whose other knobs the floor has: it differs by the lookup alone. */
const FLOOR_BASE = "nexthop-direct";
const NEXTHOPS = 64;
/** Offered load that moves the machine's clock, and its ticks. */
const CLOCK = { hz: 1000, packetsPerSecond: 1_000_000 };

async function imageOf(name: string, entry: string | undefined): Promise<Image> {
  if (entry !== undefined) {
    const { row, defines } = parseDesign(name);
    const bytes = await cachedImage(entry, "release", { ...defines });
    return { name, row, flavour: "release", bytes, sha256: sha256(bytes), compiledNow: true };
  }
  if (name !== FLOOR) return findImage(parseDesign(name), "release");
  const bytes = await compileImage({ flavour: "release", defines: FLOOR_DEFINES });
  const { row } = parseDesign(FLOOR_BASE);
  return { name, row, flavour: "release", bytes, sha256: sha256(bytes), compiledNow: true };
}

function tableOf(options: BenchOptions): RoutingTable {
  // From dist-bench/ the table is where it is for the compiled sources in dist/.
  const beside = pathToFileURL(path.join(packageRoot, "dist", "inputs", "embeddedTable.js"));
  const full = loadEmbeddedTable(embeddedTablePath(beside.href));
  if (options.routes === "all" || options.routes >= full.count) return full;
  return thinTable(full, options.routes, options.seed);
}

/** An experiment and what its flow lists are drawn from. */
export class Router {
  private constructor(
    readonly experiment: Experiment,
    readonly table: RoutingTable,
    readonly world: World,
    /** Next hop of each row of the table, as a place in the world's list. */
    readonly nexthops: Uint8Array,
    private readonly options: BenchOptions & { readonly cpus: number },
  ) {}

  /**
   * Boots a machine for each of these designs.
   * @param entry a file whose exports are those of an image and more @default the image itself
   */
  static async boot(
    names: readonly string[],
    options: BenchOptions,
    cpus = 1,
    entry?: string,
  ): Promise<Router> {
    const images: Image[] = [];
    for (const name of names) images.push(await imageOf(name, entry));
    const world = standardWorld({ nexthops: NEXTHOPS });
    const table = tableOf(options);
    const nexthops = assignNexthops(table, NEXTHOPS, options.seed);
    const experiment = await Experiment.create({
      images,
      world,
      table,
      nexthopOf: (row) => nexthops[row] ?? 0,
      templates: rxTemplates(world),
      flowPairs: options.flowPackets,
      boot: { cpus, cores: cpus, ...CLOCK, seed: options.seed, fibTables: 2 },
    });
    return new Router(experiment, table, world, nexthops, { ...options, cpus });
  }

  /** Draws the packets of a workload and points all machines at them. */
  setWorkload(name: string): void {
    const { flowPackets: packets, seed, cpus } = this.options;
    const { world } = this;
    const request = { cpus, packets, seed, world };
    this.experiment.setFlows(buildFlowLists(findWorkload(name), this.table, request).perCpu);
  }
}
