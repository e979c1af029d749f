/**
 * Renews the flows of a list that must not come twice, behind the CPUs: a packet's place is drawn
 * anew when every timed machine has received it, so that all of them see the same packets.
 *
 *   renewed ≤ passed[m] of every machine m that has run ≤ renewed + the list's length
 */
import type { Machine } from "../machine/machine.js";
import type { FlowLists } from "../workloads/flows.js";
import type { OnAll } from "./sideLoadRun.js";

/** How far a machine has come on a CPU's list, counted on through its end. */
interface Passed {
  position: number;
  total: number;
}

/** Follows the machines of a cell along the flow list of one CPU. */
class ListFollower {
  private readonly passed = new Map<Machine, Passed>();
  private renewed = 0;

  constructor(
    private readonly cpu: number,
    private readonly length: number,
  ) {}

  /** Notes how far `machine` has come; returns the packets that all have passed now. */
  advance(machine: Machine): { from: number; count: number } {
    const position = machine.ringsWord(this.cpu, "RINGS_FLOW_NEXT");
    const before = this.passed.get(machine) ?? { position: 0, total: 0 };
    const delta = (position - before.position + this.length) % this.length;
    this.passed.set(machine, { position, total: before.total + delta });
    const all = Math.min(...[...this.passed.values()].map(({ total }) => total));
    const from = this.renewed;
    this.renewed = Math.max(from, all);
    return { from: from % this.length, count: this.renewed - from };
  }
}

/**
 * As `inner`, and after each window the flows that must not come twice are renewed. A list must be
 * longer than one window with its lead-in.
 */
export function renewing(
  inner: OnAll,
  machines: readonly Machine[],
  lists: Pick<FlowLists, "renewal" | "packetsPerCpu">,
  cpus: number,
): OnAll {
  const { renewal, packetsPerCpu } = lists;
  if (renewal === undefined) return inner;
  const followers = Array.from({ length: cpus }, (_, cpu) => new ListFollower(cpu, packetsPerCpu));
  return async (task, doing) => {
    const reports = await inner(task, doing);
    const machine = task.kind === "window" ? machines[task.machine] : undefined;
    if (machine === undefined) return reports;
    for (const [cpu, follower] of followers.entries()) {
      const { from, count } = follower.advance(machine);
      const at = machine.ringsWord(cpu, "RINGS_FLOWS_AT") / 4;
      renewal.renew(cpu, from, count, machine.u32, at);
    }
    return reports;
  };
}
