/**
 * Side loads beside windows on real threads: the updates come by the machine's clock, what they
 * change is seen, and at the end every machine is as it was, which the audit checks.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { type CompareOptions, compare } from "../../../src/measure/compare.js";
import { checkResult } from "../../../src/result/parseResult.js";
import type { ResultDocument } from "../../../src/result/resultDocument.js";
import type { SideLoad } from "../../../src/workloads/sideLoad.js";
import { smallTable } from "../machine/smallExperiment.js";

function optionsOf(sideLoad: SideLoad, change: Partial<CompareOptions> = {}): CompareOptions {
  return {
    designs: ["linux-3.10", "no-cache"],
    workloads: ["internet-mix", "local-send"],
    cpus: [1],
    table: smallTable(1_000),
    nexthops: 8,
    seed: 1,
    packetsPerSecond: 1e6,
    flowPackets: 8_192,
    // What a busy host delays is made up for in later windows; with many of them little is left.
    blocks: 30,
    processes: 1,
    budgetMs: 20_000,
    marginShare: 0.02,
    deadlineMs: 20_000,
    sideLoad,
    command: "dstbench compare",
    version: "0.1.0",
    say: () => {},
    progress: () => {},
    stopped: () => false,
    ...change,
  };
}

describe.each([
  ["route-churn", 1_000],
  ["device-flap", 100],
  ["neighbour-churn", 500],
] as const)("%s beside traffic", (kind, updatesPerSecond) => {
  let document: ResultDocument;

  beforeAll(async () => {
    document = await compare(optionsOf({ kind, updatesPerSecond }));
  });

  it("makes updates at the asked rate beside every design, and none is refused", () => {
    expect(checkResult(document)).toEqual(document);
    expect(document.errors).toEqual([]);
    for (const cell of document.cells) {
      expect(cell.sideLoad).toMatchObject({ kind, updatesPerSecond });
      expect(cell.sideLoad?.arms).toHaveLength(2);
      for (const { updates, ticks, refused } of cell.sideLoad?.arms ?? []) {
        const due = (updatesPerSecond * ticks) / cell.time.hz;
        expect(ticks).toBeGreaterThan(0);
        expect(updates).toBeGreaterThan(0.9 * due - 1);
        expect(updates).toBeLessThanOrEqual(due);
        expect(refused).toBe(0);
      }
      expect(cell.notes.join()).toContain(`${kind} beside traffic`);
    }
  });

  it("leaves every machine as it was: each audit balances, the next cell is judged right", () => {
    for (const { arms } of document.cells) {
      for (const arm of arms) expect(arm.audit).toMatchObject({ ok: true, failures: [] });
    }
  });
});

describe("a rate that cannot be reached", () => {
  it("makes the run invalid, with the design and what was reached", async () => {
    const sideLoad = { kind: "route-churn", updatesPerSecond: 1_000_000 } as const;
    // 64 packets are a second of the machine's time: no control plane makes a million meanwhile.
    const options = optionsOf(sideLoad, { workloads: ["internet-mix"], packetsPerSecond: 1_000 });
    const document = await compare(options);
    expect(document.errors.length).toBeGreaterThanOrEqual(2);
    expect(document.errors[0]).toMatch(/linux-3.10: \d+ updates per second were reached, 90 %/);
    for (const arm of document.cells[0]?.arms ?? []) expect(arm.audit.ok).toBe(true);
  });
});
