/** Trials of a self-test as tests want them: quiet, undecided, with the truth inside. */
import type { SelftestState, SelftestTrial } from "../../../src/measure/selftestState.js";

/** An A/A trial that claims nothing. */
export function trialOf(change: Partial<SelftestTrial> = {}): SelftestTrial {
  return {
    share: 1,
    truth: 1,
    seed: 7,
    ratio: 1.001,
    low: 0.98,
    high: 1.022,
    verdict: "inconclusive",
    processes: 6,
    blocks: 240,
    stoppedBy: "budget",
    isContaminated: false,
    load: 0.25,
    startedAt: "2026-01-02T03:04:05Z",
    tookMs: 10_000,
    ...change,
  };
}

export const SETTINGS: SelftestState["settings"] = {
  design: "linux-3.10",
  workload: "internet-mix",
  cpus: 1,
  routes: 10_000,
  budgetMs: 11_000,
  seed: 1,
  machine: "Test CPU, 2 cores",
};
