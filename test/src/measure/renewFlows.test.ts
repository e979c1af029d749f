/** Renewing flows behind the machines of a cell: never before the slowest has passed. */
import { describe, expect, it } from "vitest";
import type { CpuTask } from "../../../src/machine/cpuTask.js";
import type { Machine } from "../../../src/machine/machine.js";
import { renewing } from "../../../src/measure/renewFlows.js";
import { buildFlowLists } from "../../../src/workloads/flows.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { smallTable } from "../machine/smallExperiment.js";

const LENGTH = 1_000;
const OPTIONS = { cpus: 1, packets: LENGTH, seed: 1, world: standardWorld() };
const TABLE = smallTable(1_000);

/** A machine as far as the list is concerned: one memory, a position of its own. */
class OnList {
  position = 0;

  constructor(readonly u32: Uint32Array) {}

  ringsWord(_cpu: number, name: string): number {
    return name === "RINGS_FLOW_NEXT" ? this.position : 0;
  }
}

function setUp(workload: string) {
  const lists = buildFlowLists(findWorkload(workload), TABLE, OPTIONS);
  const words = Uint32Array.from(lists.perCpu[0] ?? []);
  const machines = [new OnList(words), new OnList(words)];
  const onAll = renewing(async () => [], machines as unknown as Machine[], lists, 1);
  /** A window of `machine`; returns the places whose flows are others now. */
  const run = async (machine: number, packets: number): Promise<number[]> => {
    const one = machines[machine];
    if (one !== undefined) one.position = (one.position + packets) % LENGTH;
    const before = words.slice();
    const task = { kind: "window", machine, cpus: 1, packets, leadIn: 0 } as unknown as CpuTask;
    await onAll(task, "test");
    return Array.from({ length: LENGTH }, (_, at) => at).filter(
      (at) => words[2 * at] !== before[2 * at] || words[2 * at + 1] !== before[2 * at + 1],
    );
  };
  return { run };
}

describe("renewing", () => {
  it("waits for the slowest machine that has run, and follows it round the list", async () => {
    const { run } = setUp("hit-share:0");
    const range = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => from + i);
    expect(await run(0, 400)).toEqual(range(0, 400));
    // The other one starts behind: nothing more until it has caught up.
    expect(await run(1, 300)).toEqual([]);
    expect(await run(0, 400)).toEqual([]);
    expect(await run(1, 300)).toEqual(range(400, 600));
    expect(await run(0, 400)).toEqual([]);
    expect(await run(1, 600)).toEqual([...range(0, 200), ...range(600, 1_000)]);
  });

  it("leaves residents alone, and lists without fresh flows", async () => {
    expect(await setUp("hit-share:1").run(0, 900)).toEqual([]);
    expect(await setUp("scan").run(0, 900)).toEqual([]);
  });
});
