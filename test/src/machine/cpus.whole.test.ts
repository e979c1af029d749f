/**
 * CPUs on real threads: they have numbers of their own, run at the same time, and none that dies,
 * traps or stalls is waited for longer than the deadline; the failure names it.
 */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT_INVALID, exitCodeOf } from "../../../src/cli/exitCodes.js";
import { CpuFailure, Cpus } from "../../../src/machine/cpus.js";
import type { CpuReport, CpuTask } from "../../../src/machine/cpuTask.js";
import { type Small, setWorkload, smallExperiment } from "./smallExperiment.js";

const DEADLINE_MS = 1_000;

function window(cpus: number, packets: number, leadIn = 64): CpuTask {
  return { kind: "window", machine: 0, loop: "forwardPackets", cpus, packets, leadIn };
}

/** Kernel thread ids of all CPUs; none where the system does not tell. */
async function kernelThreads(cpus: Cpus): Promise<number[]> {
  const forward = await cpus.onAll({ kind: "hello" }, "starting");
  const control = await cpus.onControl({ kind: "hello" }, "starting");
  return [...forward, control].map(({ tid }) => tid).filter((tid) => tid !== 0);
}

function isThreadAlive(tid: number): boolean {
  return existsSync(`/proc/self/task/${tid}`);
}

describe("CPUs at work", () => {
  let small: Small;
  let cpus: Cpus;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release", "nexthop-direct.release"], 2);
    setWorkload(small, "internet-mix", 2);
    cpus = await Cpus.start(small.machines, { cpus: 2 });
  });

  afterAll(() => cpus?.close());

  const ran = (reports: readonly CpuReport[]): number[] =>
    reports
      .filter((report) => report.ran)
      .map((report) => report.cpu)
      .sort();

  it("have a number and a thread each, the control plane the next one", async () => {
    for (let round = 0; round < 20; round++) {
      const reports = await cpus.onAll({ kind: "hello" }, "saying hello");
      expect(ran(reports)).toEqual([0, 1]);
      for (const { cpu, threadId } of reports) expect(threadId).toBe(cpus.threadIds[cpu]);
    }
    expect(new Set(cpus.threadIds).size).toBe(2);
    const control = await cpus.onControl({ kind: "hello" }, "saying hello");
    expect(control.cpu).toBe(2);
    expect(cpus.threadIds).not.toContain(control.threadId);
  });

  it("overlap in time in most windows, and each packet is accounted for", async () => {
    const machine = small.machines[0];
    if (machine === undefined) throw new RangeError("no machine");
    const sent = (): number[] => [0, 1].map((cpu) => machine.ringsWord(cpu, "RINGS_TX_SENT"));
    const before = sent();
    let overlapping = 0;
    const windows = 20;
    for (let i = 0; i < windows; i++) {
      const reports = await cpus.onAll(window(2, 65_536), "overlapping");
      expect(ran(reports)).toEqual([0, 1]);
      const end = Math.min(...reports.map((report) => report.endNs));
      if (end > Math.max(...reports.map((report) => report.startNs))) overlapping++;
      for (const { startNs, endNs } of reports) expect(endNs).toBeGreaterThan(startNs);
    }
    expect(overlapping).toBeGreaterThan(windows / 2);
    const after = sent();
    expect(after.map((count, cpu) => count - (before[cpu] ?? 0))).toEqual(
      [0, 1].map(() => windows * (65_536 + 64)),
    );
  });

  it("beyond a cell's number take no part", async () => {
    const reports = await cpus.onAll(window(1, 640), "one of two");
    expect(ran(reports)).toEqual([0]);
    expect(reports).toHaveLength(2);
  });

  it("run one exported operation on the control plane, and drain what RCU holds", async () => {
    const call: CpuTask = { kind: "call", machine: 1, name: "rcuBacklog", args: [] };
    expect((await cpus.onControl(call, "asking")).result).toBe(0);
    for (const report of await cpus.onAll({ kind: "drain", machine: 0 }, "draining")) {
      expect(report.ran).toBe(true);
    }
    expect(small.machines[0]?.cpu(0).call("rcuBacklog")).toBe(0);
  });

  it("pass a word to and fro", async () => {
    const reports = await cpus.onAll({ kind: "pingPong", rounds: 1_000 }, "ping-pong");
    expect(ran(reports)).toEqual([0, 1]);
  });
});

describe("a CPU that fails", () => {
  let small: Small;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release"], 2);
    setWorkload(small, "single-flow", 2);
  });

  /** Starts CPUs, lets `run` fail, closes them, and returns the failure and how long it took. */
  async function failing(
    run: (cpus: Cpus) => Promise<unknown>,
  ): Promise<{ failure: CpuFailure; ms: number }> {
    const cpus = await Cpus.start(small.machines, { cpus: 2, deadlineMs: DEADLINE_MS });
    const threads = await kernelThreads(cpus);
    expect(threads.every(isThreadAlive)).toBe(true);
    const start = performance.now();
    const failure = await run(cpus).then(
      () => new Error("nothing failed"),
      (error: unknown) => error,
    );
    const ms = performance.now() - start;
    await cpus.close();
    expect(threads.filter(isThreadAlive)).toEqual([]);
    for (const machine of small.machines) {
      for (const cpu of [0, 1, 2]) {
        machine.u32[(machine.areaOf(cpu) + machine.layout.at("CPU_FAULT_SITE")) / 4] = 0;
        machine.u32[(machine.areaOf(cpu) + machine.layout.at("CPU_PHASE")) / 4] = 0;
        machine.cpu(cpu).call("rcuCpuOffline");
      }
    }
    if (!(failure instanceof CpuFailure)) throw failure;
    expect(ms).toBeLessThan(DEADLINE_MS + 1_000);
    expect(failure.message).not.toContain("\n");
    expect(exitCodeOf(failure)).toBe(EXIT_INVALID);
    return { failure, ms };
  }

  it("by leaving is named with what was being done", async () => {
    const { failure } = await failing((cpus) => cpus.onAll({ kind: "exit", cpu: 1 }, "leaving"));
    expect(failure.message).toBe("CPU 1 died while leaving (exit 7)");
    expect(failure.cpus).toEqual([1]);
  });

  it("as the control plane is called so", async () => {
    const left = await failing((cpus) => cpus.onControl({ kind: "exit", cpu: 2 }, "leaving"));
    expect(left.failure.message).toBe("the control plane died while leaving (exit 7)");
    const call: CpuTask = { kind: "call", machine: 0, name: "trapAt", args: [999] };
    const trapped = await failing((cpus) => cpus.onControl(call, "a change"));
    expect(trapped.failure.message).toBe(
      "the control plane trapped in linux-3.10, while a change: a trap on purpose",
    );
    const stalled = await failing((cpus) => cpus.onControl({ kind: "stall", cpu: 2 }, "a wait"));
    expect(stalled.failure.message).toBe(
      "stalled while a wait for 1000 ms: the control plane (not inside a machine)",
    );
  });

  it("by a trap is named with its image and the site", async () => {
    const call: CpuTask = { kind: "call", machine: 0, name: "trapAt", args: [999] };
    const { failure } = await failing((cpus) => cpus.onAll(call, "a call"));
    expect(failure.message).toMatch(
      /^CPU [01] trapped in linux-3.10, while a call: a trap on purpose$/,
    );
  });

  it("by a trap that no site recorded is named too", async () => {
    const args = [0xfffffff0, 60, small.machines[0]?.deviceAt(2) ?? 0];
    const call: CpuTask = { kind: "call", machine: 0, name: "receiveFrame", args };
    const { failure } = await failing((cpus) => cpus.onControl(call, "a frame"));
    expect(failure.message).toMatch(
      /^the control plane failed while a frame \(linux-3.10: control plane\): .*out of bounds/,
    );
    expect(failure.cpus).toEqual([2]);
  });

  it("by stalling is named when the deadline is over", async () => {
    const { failure, ms } = await failing((cpus) =>
      cpus.onAll({ kind: "stall", cpu: 0 }, "a wait"),
    );
    expect(failure.message).toBe("stalled while a wait for 1000 ms: CPU 0 (not inside a machine)");
    expect(failure.cpus).toEqual([0]);
    expect(ms).toBeGreaterThanOrEqual(DEADLINE_MS - 50);
  });

  it("by running too long is named with its phase", async () => {
    const { failure } = await failing((cpus) => cpus.onAll(window(1, 2 ** 31), "a long window"));
    expect(failure.message).toBe(
      "stalled while a long window for 1000 ms: CPU 0 (linux-3.10: window)",
    );
  });

  it("while another waits at the gate does not hang that one", async () => {
    // CPU 1 is told to wait for three CPUs: there are two, so nobody opens the gate.
    const stalled = await failing((cpus) => cpus.onAll(window(3, 640), "a gate"));
    expect(stalled.failure.message).toBe(
      "stalled while a gate for 1000 ms: CPU 0 (linux-3.10: at the gate), " +
        "CPU 1 (linux-3.10: at the gate)",
    );
    const { failure, ms } = await failing((cpus) => {
      const waiting = cpus.onAll(window(3, 640), "a gate");
      setTimeout(() => cpus.kill(1), 100);
      return waiting;
    });
    expect(failure.message).toMatch(/^CPU 1 died while a gate \(exit \d+\)$/);
    expect(ms).toBeLessThan(DEADLINE_MS);
  });

  it("between two tasks ends the next one at once", async () => {
    const { failure } = await failing(async (cpus) => {
      cpus.kill(0);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return cpus.onAll({ kind: "hello" }, "the next task");
    });
    expect(failure.message).toMatch(/^CPU 0 died while /);
  });
});
