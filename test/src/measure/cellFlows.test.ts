/** Flow lists in files: what comes back is what was drawn, once for cells with the same packets. */
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { drawFlows, readFlows, writeFlows } from "../../../src/measure/cellFlows.js";
import { buildFlowLists } from "../../../src/workloads/flows.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { smallTable } from "../machine/smallExperiment.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-flows-"));

afterAll(() => rmSync(folder, { recursive: true }));

describe("flow files", () => {
  it("give back the lists of every CPU", () => {
    const lists = [Uint32Array.of(1, 2, 3, 4), Uint32Array.of(5, 6, 7, 0xffffffff)];
    writeFlows(folder, 90, lists);
    expect(readFlows(folder, 90, 2)).toEqual(lists);
    truncateSync(path.join(folder, "flows-90.bin"), 28);
    expect(() => readFlows(folder, 90, 2)).toThrow("flow lists of cell 90: cut short");
  });
});

describe("drawFlows", () => {
  const world = standardWorld({ nexthops: 8 });
  const cells = [
    { workload: "local-send", cpus: 2 },
    { workload: "single-flow", cpus: 1 },
    { workload: "internet-mix", cpus: 2 },
    { workload: "scan", cpus: 1 },
  ];
  const table = smallTable(1_000);
  const request = { cells, table, nexthops: 8, runSeed: 4, flowPackets: 4_096 };

  it("draws what each workload draws alone, whatever stands beside it", () => {
    const told: string[] = [];
    const facts = drawFlows({ ...request, flowsFolder: folder }, (text) => told.push(text));
    expect(told).toHaveLength(4);
    for (const [number, { workload, cpus }] of cells.entries()) {
      const options = { cpus, packets: 4_096, seed: 4, world };
      const lists = buildFlowLists(findWorkload(workload), request.table, options);
      expect(readFlows(folder, number, cpus)).toEqual(lists.perCpu);
      expect(facts[number]).toMatchObject({ distinctFlows: lists.flows, listPackets: 4_096 });
    }
    expect(facts.map(({ receiveDevices }) => receiveDevices)).toEqual([0, 4, 4, 4]);
    expect(facts[1]).toMatchObject({ sources: 1, packetsPerFlow: 4_096, zipfExponent: null });
  });
});
