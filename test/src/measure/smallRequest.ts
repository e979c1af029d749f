/** A request of one measuring process that is over in seconds. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
import type { ProcessRequest } from "../../../src/measure/processRequest.js";
import { smallTable } from "../machine/smallExperiment.js";

/** Two designs on one cell; the caller removes `flowsFolder`. */
export async function smallRequest(change: Partial<ProcessRequest> = {}): Promise<ProcessRequest> {
  const designs = ["linux-3.10", "no-cache"];
  const imagesOf = (flavour: "release" | "debug") =>
    Promise.all(designs.map((design) => findImage(parseDesign(design), flavour)));
  return {
    process: 0,
    seed: 77,
    runSeed: 1,
    designs,
    release: await imagesOf("release"),
    debug: await imagesOf("debug"),
    table: smallTable(1_000),
    nexthops: 8,
    packetsPerSecond: 1e6,
    flowPackets: 8_192,
    blocksMax: 2,
    blocksMin: 2,
    cellBudgetMs: 100,
    deadlineMs: 20_000,
    cells: [{ workload: "internet-mix", cpus: 1, lengths: null, digest: null }],
    tableFiles: null,
    flowsFolder: mkdtempSync(path.join(tmpdir(), "dstbench-request-")),
    placebo: true,
    plantedShare: null,
    sideLoad: null,
    rhashEntries: null,
    ...change,
  };
}
