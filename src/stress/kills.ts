/**
 * Deaths in stress: the thread of a CPU is ended from outside in the middle of a window. The run
 * must say so, in time and by the CPU's name, and the machine's bytes must hold what no death can
 * have broken. What is expected was written first: `docs/faults.md`.
 *
 *   window ─▶ the victim is inside ─▶ delay ─▶ killed ─▶ failure named ─▶ all CPUs gone ─▶ bytes
 */
import { setTimeout as sleep } from "node:timers/promises";
import { heldLocks, readAccounts, readFacts } from "../machine/accounts.js";
import type { Mismatch } from "../machine/accountsBook.js";
import { CpuFailure, type Cpus } from "../machine/cpus.js";
import { phaseText } from "../machine/faults.js";
import type { Machine } from "../machine/machine.js";
import { designPart, Snapshot } from "../machine/snapshot.js";
import type { World } from "../reference/world.js";
import { mix32, Prng } from "../workloads/prng.js";

/** Who dies, and how long after it is seen inside the window. */
export interface Kill {
  /** CPU number; the control plane's is one more than the last that forwards. */
  readonly victim: number;
  readonly delayMs: number;
}

/** One death, and what was found. */
export interface KillOutcome {
  /** False: the window was over before the thread was. */
  readonly inWindow: boolean;
  /** What the dead CPU was doing. */
  readonly phase: string;
  /** Locks that it held. */
  readonly locks: readonly string[];
  /** It was in the packet path, or had bottom halves disabled. */
  readonly inSection: boolean;
  /** Objects that are in no place: some CPU had them in hand. */
  readonly orphans: number;
  /** Milliseconds from the kill to the failure that names it. */
  readonly verdictMs: number;
  readonly mismatches: readonly Mismatch[];
}

/** All deaths of a run. */
export interface KillTally {
  kills: number;
  /** Of these, in a window; the others came too late for one. */
  inWindow: number;
  withLock: number;
  inSection: number;
  orphans: number;
  slowestMs: number;
}

/** Packets of a window that somebody is to die in: it is not over by itself before. */
export const KILL_PACKETS = 1 << 22;
/** Longest delay, and longest wait for the victim to be inside. */
const DELAY_MS = 30;
const INSIDE_MS = 5_000;
/** What the answer may take on top of the deadline. */
const VERDICT_SLACK_MS = 1_000;
const PHASE_WINDOW = 3;
const PHASE_CONTROL = 4;

/** No deaths yet. */
export function emptyTally(): KillTally {
  return { kills: 0, inWindow: 0, withLock: 0, inSection: 0, orphans: 0, slowestMs: 0 };
}

/** Adds a death to the others. */
export function addKill(tally: KillTally, outcome: KillOutcome): void {
  tally.kills++;
  if (outcome.inWindow) tally.inWindow++;
  if (outcome.locks.length > 0) tally.withLock++;
  if (outcome.inSection) tally.inSection++;
  tally.orphans += outcome.orphans;
  tally.slowestMs = Math.max(tally.slowestMs, Math.round(outcome.verdictMs));
}

/** The death of round `number` of this seed; `beside`: the control plane may be the one. */
export function drawKill(seed: number, number: number, cpus: number, beside: boolean): Kill {
  const prng = new Prng(mix32(seed ^ mix32(number ^ 0x6b696c6c)));
  return { victim: prng.below(cpus + (beside ? 1 : 0)), delayMs: prng.below(DELAY_MS) };
}

/** What a death happens in. */
export interface KillRequest {
  readonly cpus: Cpus;
  readonly machine: Machine;
  readonly world: World;
  readonly kill: Kill;
  readonly deadlineMs: number;
  /** Begins the window; its promise fails with the death. */
  readonly window: () => Promise<void>;
}

function areaWord(machine: Machine, cpu: number, name: string): number {
  return machine.u32[(machine.areaOf(cpu) + machine.layout.at(name)) / 4] ?? 0;
}

/** Returns once the CPU is inside its window, or `over` says that there is none any more. */
async function inside(machine: Machine, cpu: number, over: () => boolean): Promise<void> {
  const until = performance.now() + INSIDE_MS;
  while (performance.now() < until && !over()) {
    const phase = areaWord(machine, cpu, "CPU_PHASE");
    if (phase === PHASE_WINDOW || phase === PHASE_CONTROL) return;
    await sleep(1);
  }
}

/** What the answer to a death must be: the victim's name, in time. */
export function verdictMismatches(
  failure: unknown,
  { kill, deadlineMs }: Pick<KillRequest, "kill" | "deadlineMs">,
  verdictMs: number,
): Mismatch[] {
  const found: Mismatch[] = [];
  const say = (text: string): void => void found.push({ check: "death", text, dump: [] });
  const named = failure instanceof CpuFailure && failure.cpus.join() === String(kill.victim);
  if (!named || !/ died while /.test(failure.message)) {
    const told = failure instanceof Error ? failure.message : "nothing";
    say(`CPU ${kill.victim} was killed, and the run said: ${told}`);
  }
  if (verdictMs > deadlineMs + VERDICT_SLACK_MS) {
    say(`CPU ${kill.victim} was killed, and it took ${Math.round(verdictMs)} ms to say so`);
  }
  return found;
}

/** Objects that are in no place, of all caches. */
function countOrphans(machine: Machine, world: World): number {
  const { objects } = readAccounts(machine, world);
  return objects.reduce((sum, { places }) => sum + (places.lost ?? 0), 0);
}

/** Kills a CPU in a window and looks at what is left. The CPUs are gone afterwards. */
export async function killInWindow(request: KillRequest): Promise<KillOutcome> {
  const { cpus, machine, world, kill, deadlineMs } = request;
  let over = false;
  const failing = request
    .window()
    .then(
      () => null,
      (error: unknown) => error,
    )
    .finally(() => {
      over = true;
    });
  await inside(machine, kill.victim, () => over);
  await sleep(kill.delayMs);
  const inWindow = !over;
  const killedAt = performance.now();
  cpus.kill(kill.victim);
  const failure = await failing;
  const verdictMs = inWindow ? performance.now() - killedAt : 0;
  await cpus.close();
  const held = heldLocks(machine);
  const facts = readFacts(machine).filter(
    // Who holds a lock may be between the two halves of a move.
    ({ check }) => check !== "object-twice" || held.length === 0,
  );
  const verdict = inWindow ? verdictMismatches(failure, { kill, deadlineMs }, verdictMs) : [];
  return {
    inWindow,
    phase: phaseText(areaWord(machine, kill.victim, "CPU_PHASE")),
    locks: held.filter(({ cpu }) => cpu === kill.victim).map(({ name }) => name),
    inSection:
      areaWord(machine, kill.victim, "CPU_SOFTIRQ") > 0 ||
      areaWord(machine, kill.victim, "CPU_BH_DISABLED") > 0,
    orphans: countOrphans(machine, world),
    verdictMs,
    mismatches: [...verdict, ...facts],
  };
}

/** Everything of a machine that CPUs write, to be put back after a death. */
export function saveMachine(machine: Machine): Snapshot {
  const { ownTable, updates } = machine.plan;
  const regions = [...designPart(machine), updates];
  if (ownTable !== null) regions.push(ownTable);
  return new Snapshot(machine.memory, regions);
}
