/**
 * The images as one process runs them: each with its functions in orders that the process draws,
 * and the placebo, which is the first design in orders of its own. A machine has several layouts,
 * modules that do the same to the same bytes: where code lies decides some percent of a window's
 * time, and a process that drew once would have that luck in all its windows. So does where data
 * lies: a design may have several machines as well.
 */
import { functionCount, reorderFunctions } from "../image/functionOrder.js";
import { type Image, sha256 } from "../image/imageStore.js";
import type { KnobRow } from "../image/knobs.js";
import type { Workload } from "../workloads/workload.js";
import { shuffled } from "./statisticsBlocks.js";
import type { RandomSource } from "./statisticsRandom.js";

/** Name of the placebo's machine in messages. */
export const PLACEBO_NAME = "placebo";

/** Modules that a process compiles of all designs together; each of them takes 50 to 80 ms. */
const MODULES = 12;
const LAYOUTS_MAX = 2;
/** Routes up to which further machines cost little: each walks the table to adopt it. */
const REPLICA_ROUTES_MAX = 100_000;

/** Layouts of each design in a process where so many arms take turns. */
export function layoutsOf(arms: number): number {
  return Math.max(1, Math.min(LAYOUTS_MAX, Math.floor(MODULES / arms)));
}

/** What decides whether a design may have several machines in a process. */
export interface ReplicaRequest {
  readonly rows: readonly KnobRow[];
  readonly workloads: readonly Workload[];
  readonly routes: number;
  readonly hasSideLoad: boolean;
}

/**
 * Whether each design gets {@link REPLICAS} machines, one layout each. Where a machine's data lies
 * decides as much as where its code lies, and what is stateless can be there several times. One
 * machine is what a state that grows needs (a route cache, lists renewed as it runs), a side load,
 * and a table that takes long to adopt.
 */
export function hasReplicas({ rows, workloads, routes, hasSideLoad }: ReplicaRequest): boolean {
  const isStateless = rows.every((row) => row["route-cache"] !== "hash");
  const isPlain = workloads.every((w) => w.hitShare === undefined && w.startsFull !== true);
  return isStateless && isPlain && !hasSideLoad && routes <= REPLICA_ROUTES_MAX;
}

/** The image with its functions in random orders; its name stays, its hash is of the first one. */
export function withRandomOrder(image: Image, random: RandomSource, layouts = 1): Image {
  const functions = Array.from({ length: functionCount(image.bytes) }, (_, i) => i);
  const draw = (): Uint8Array => reorderFunctions(image.bytes, shuffled(functions, random));
  const bytes = draw();
  const otherOrders = Array.from({ length: layouts - 1 }, draw);
  return { ...image, bytes, sha256: sha256(bytes), otherOrders };
}

/** Machines of a design that has several. */
export const REPLICAS = 4;

/** The image once for each of a design's machines, each with one layout; layouts go round. */
export function replicasOf(image: Image): Image[] {
  const orders = [image.bytes, ...(image.otherOrders ?? [])];
  const images = orders.map((bytes) => {
    return { ...image, bytes, sha256: sha256(bytes), otherOrders: [] };
  });
  return Array.from({ length: REPLICAS }, (_, i) => images[i % images.length] ?? image);
}

/** The first design's image once more, in an order that gives other bytes than `taken` has. */
export function placeboOf(image: Image, taken: Image, random: RandomSource): Image {
  const layouts = 1 + (taken.otherOrders?.length ?? 0);
  for (;;) {
    const placebo = withRandomOrder(image, random, layouts);
    if (placebo.sha256 !== taken.sha256) return { ...placebo, name: PLACEBO_NAME };
  }
}
