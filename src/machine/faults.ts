/**
 * Words for what an image leaves behind when a CPU stops: trap sites and phases
 * (`assembly/arch/trap.ts`).
 */

const SITES: Readonly<Record<number, string>> = {
  201: "a spinlock was not released before the deadline",
  202: "a CPU took a lock that it holds",
  203: "a seqlock's writer did not finish before the deadline",
  204: "a reference count fell below zero",
  205: "a list is corrupt",
  206: "an unknown percpu counter",
  207: "readers or the writer of a rwlock did not leave before the deadline",
  208: "a CPU left a rwlock that it was not in",
  301: "an object was freed twice",
  302: "a red zone was overwritten",
  303: "a free object was written to",
  304: "an object was freed that is not of this cache",
  305: "an object of another slab cache, or of one that was not made",
  401: "a grace period did not end before the deadline",
  402: "an unbalanced or misplaced RCU read section",
  403: "a timer list is corrupt",
  404: "an RCU read section on a CPU that is offline for RCU",
  501: "a dst's reference count is wrong",
  502: "a dst was freed twice",
  503: "a borrowed dst was used outside a read section",
  504: "a device's reference count fell below zero",
  505: "an unknown callback, timer or dst operation",
  506: "a neighbour's reference count is wrong",
  601: "a trie is corrupt",
  602: "a fib_info's reference count is wrong",
  603: "the control plane changed a table without RTNL",
  701: "a route is in a state it cannot be in",
  702: "a reference on an inet_peer was dropped that nobody held",
  901: "not all CPUs came to the gate before the deadline",
  902: "the clock stood still beside the control plane until its deadline",
  903: "a side load names an operation that there is not",
  904: "a burst did not become due before the deadline",
  999: "a trap on purpose",
};

const PHASES = ["idle", "at the gate", "lead-in", "window", "control plane", "draining RCU"];

/** An image trapped on the host's thread. One line: CPU, image, why. */
export class TrapError extends Error {}

/**
 * What a trap at this site means; `engine` is what the engine said, for traps that no site made.
 */
export function siteText(site: number, engine: string): string {
  if (site === 0) return `${engine} (no site recorded)`;
  return SITES[site] ?? `site ${site}`;
}

/** What a CPU was doing. */
export function phaseText(phase: number): string {
  return PHASES[phase] ?? `phase ${phase}`;
}
