/**
 * A side load in a cell: its list goes into every timed machine, every window has the control plane
 * at work beside it, and after the last one each machine is put back to how it was.
 */
import type { Cpus } from "../machine/cpus.js";
import type { CpuReport, CpuTask } from "../machine/cpuTask.js";
import type { Machine } from "../machine/machine.js";
import { readUpdateCounts, type Update, writeUpdates } from "../machine/updates.js";
import type { Cell } from "../result/cellSchema.js";
import type { CellSideLoad } from "../result/sideLoadSchema.js";
import { SIDE_LOAD_RATE_SHARE_MIN, type SideLoad } from "../workloads/sideLoad.js";

/** What runs a task on the CPUs that forward. */
export type OnAll = (task: CpuTask, doing: string) => Promise<CpuReport[]>;

/** A side load with the updates that were drawn for it. */
export interface DrawnSideLoad {
  readonly load: SideLoad;
  readonly updates: readonly Update[];
}

/** The side load of one cell. */
export class SideLoadRun {
  constructor(
    private readonly cpus: Cpus,
    /** The timed machines; their numbers among the workers' machines are their indices. */
    private readonly machines: readonly Machine[],
    private readonly drawn: DrawnSideLoad,
  ) {
    const { load, updates } = drawn;
    for (const machine of machines) writeUpdates(machine, updates, load.updatesPerSecond);
  }

  /** As `cpus.onAll`, but that the control plane works beside windows. */
  readonly onAll: OnAll = (task, doing) => {
    const machine = task.kind === "window" ? this.machines[task.machine] : undefined;
    if (task.kind !== "window" || machine === undefined) return this.cpus.onAll(task, doing);
    return this.cpus.windowBeside(task, machine.plan.updates.base, doing);
  };

  /** Puts every machine back to how it was, and says what was done before that. */
  async end(): Promise<CellSideLoad> {
    const arms = this.machines.map((machine) => {
      const { done, ticks, refused, firstError } = readUpdateCounts(machine);
      return { updates: done, ticks, refused, firstError };
    });
    for (const [number, machine] of this.machines.entries()) {
      const args = [machine.plan.updates.base];
      const task: CpuTask = { kind: "call", machine: number, name: "controlRestore", args };
      await this.cpus.onControl(task, `restoring ${machine.image.name}`);
    }
    const { kind, updatesPerSecond } = this.drawn.load;
    return { kind, updatesPerSecond, arms };
  }
}

/** Updates that were due in so many ticks. */
function dueOf(load: CellSideLoad, ticks: number, hz: number): number {
  return Math.floor((load.updatesPerSecond * ticks) / hz);
}

/** What makes a cell's side load invalid, one line for each design; empty: nothing. */
export function sideLoadFaults(cell: Cell): string[] {
  const load = cell.sideLoad;
  if (load === undefined) return [];
  const where = `${cell.workload} with ${load.kind}:${load.updatesPerSecond}`;
  return load.arms.flatMap((arm, i) => {
    const design = `${where}, ${cell.arms[i]?.design}`;
    const due = dueOf(load, arm.ticks, cell.time.hz);
    const seconds = arm.ticks / cell.time.hz;
    if (arm.refused > 0) {
      return [
        `${design}: ${arm.refused} operations were refused, the first with ${arm.firstError}`,
      ];
    }
    if (due === 0) {
      return [`${design}: no update was due in the ${seconds} s that its clock went on`];
    }
    // The last one due may fall to the next window, which does not come.
    const needed = Math.max(1, Math.min(SIDE_LOAD_RATE_SHARE_MIN * due, due - 1));
    if (arm.updates >= needed) return [];
    const rate = Math.round(arm.updates / seconds);
    return [
      `${design}: ${rate} updates per second were reached, 90 % of the asked rate are needed`,
    ];
  });
}

/** What the control plane did beside a cell's windows, in one line; null without a side load. */
export function sideLoadNote(cell: Cell): string | null {
  const load = cell.sideLoad;
  if (load === undefined) return null;
  const parts = load.arms.map((arm, i) => {
    const seconds = arm.ticks / cell.time.hz;
    const rate = seconds === 0 ? 0 : Math.round(arm.updates / seconds);
    return `${cell.arms[i]?.design} ${rate} a second (${arm.updates} in all)`;
  });
  const asked = `${load.kind} beside traffic, ${load.updatesPerSecond} updates a second asked`;
  const counted = "costs per packet are counted without it";
  return `${asked} by the machine's clock; made: ${parts.join(", ")}; ${counted}`;
}
