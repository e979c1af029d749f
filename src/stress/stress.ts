/**
 * Stress: rounds of drawn workloads and side loads on every design's machine in turn, accounts
 * after each, the audit at the end. Everything is drawn from one seed. Nothing is timed.
 *
 *   round   flows ─▶ windows on all CPUs, the control plane at work beside them ─▶ it is put back
 *           ─▶ accounts as they stand ─▶ RCU drained ─▶ accounts, tables
 *   death   in one round of some: a CPU is killed in a window, the machine looked at, and put back
 *   end     audit: every route let go, every device unregistered
 *
 * The first thing that is wrong ends the run. What checks is not told whether an image is busted.
 */
import { BUSTED_VARIANTS, type BustedVariant } from "../image/busted.js";
import type { Image } from "../image/imageStore.js";
import type { RoutingTable } from "../inputs/routingTable.js";
import { heldLocks, heldText, readAccounts, readFacts } from "../machine/accounts.js";
import type { Mismatch } from "../machine/accountsBook.js";
import { auditMachine } from "../machine/audit.js";
import { CpuFailure, Cpus } from "../machine/cpus.js";
import type { CpuTask, WindowLoop } from "../machine/cpuTask.js";
import type { Machine } from "../machine/machine.js";
import type { SlabDebug } from "../machine/slabDebug.js";
import { slabFault } from "../machine/slabFault.js";
import { readUpdateCounts, writeUpdates } from "../machine/updates.js";
import { setV8Flags } from "../machine/v8Flags.js";
import { mix32, Prng } from "../workloads/prng.js";
import { SIDE_LOADS, type SideLoadKind } from "../workloads/sideLoad.js";
import {
  addKill,
  drawKill,
  emptyTally,
  KILL_PACKETS,
  type KillTally,
  killInWindow,
  saveMachine,
} from "./kills.js";
import { STRESS_WORKLOADS, type StressSetup, setStressFlows, setUpStress } from "./stressSetup.js";

/** What to run. */
export interface StressOptions {
  readonly images: readonly Image[];
  readonly table: RoutingTable;
  readonly cpus: number;
  readonly seed: number;
  /** Milliseconds after which no round begins. */
  readonly durationMs: number;
  readonly deadlineMs: number;
  /** The defect that breaks in the images, which must be busted ones; null: none. */
  readonly busted: BustedVariant | null;
  /** What debug images check. @default all, and freed objects are used again at once */
  readonly slabDebug?: SlabDebug;
  /** One round in so many ends with the death of a CPU; 0: none. @default 0 */
  readonly kills?: number;
  readonly progress: (text: string) => void;
  readonly stopped: () => boolean;
}

/** One round, as it was drawn. */
export interface StressRound {
  readonly number: number;
  readonly design: string;
  readonly workload: string;
  /** Every CPU has the same flows. */
  readonly shared: boolean;
  readonly loop: WindowLoop;
  readonly sideLoad: SideLoadKind | null;
  readonly updatesPerSecond: number;
  readonly packets: number;
}

/** What a run has done and found. */
export interface StressReport {
  readonly seed: number;
  readonly cpus: number;
  rounds: number;
  packets: number;
  updates: number;
  /** Equations that were checked. */
  checks: number;
  /** Windows' read sections that looked at a probe of grace periods. */
  probes: number;
  /** What is wrong with the lab itself; empty: nothing. */
  mismatches: readonly Mismatch[];
  /** The round after which it was seen; null at the end, or where nothing is wrong. */
  round: StressRound | null;
  /** The machine that it was seen in. */
  design: string | null;
  /** What ended the run from outside: a CPU that died or stalled. */
  failure: string | null;
  /** Deaths that were made; null: none were asked for. */
  kills: KillTally | null;
}

const WINDOWS = 3;
const WINDOW_PACKETS = 8_192;
const RATES = [500, 5_000, 50_000] as const;

/** Round number `number` of this seed, on the machine of `design`. */
export function drawRound(seed: number, number: number, design: string): StressRound {
  const prng = new Prng(mix32(seed ^ mix32(number + 1)));
  const workload = STRESS_WORKLOADS[prng.below(STRESS_WORKLOADS.length)] ?? "internet-mix";
  const kinds = [null, ...SIDE_LOADS.map(({ kind }) => kind)];
  const sideLoad = kinds[prng.below(kinds.length)] ?? null;
  return {
    number,
    design,
    workload,
    shared: workload !== "single-flow" && prng.below(2) === 0,
    loop: workload === "local-send" ? "sendPackets" : "torturePackets",
    sideLoad,
    updatesPerSecond: RATES[prng.below(RATES.length)] ?? 500,
    packets: WINDOW_PACKETS,
  };
}

/** One run over all machines. */
class StressRun {
  readonly report: StressReport;

  constructor(
    private readonly options: StressOptions,
    private readonly setup: StressSetup,
    /** Those that are alive: after a death they are new ones. */
    public cpus: Cpus,
  ) {
    this.report = {
      seed: options.seed,
      cpus: options.cpus,
      ...{ rounds: 0, packets: 0, updates: 0, checks: 0, probes: 0 },
      ...{ mismatches: [], round: null, design: null, failure: null },
      kills: this.killEvery > 0 ? emptyTally() : null,
    };
  }

  private get killEvery(): number {
    return this.options.kills ?? 0;
  }

  private get machines(): readonly Machine[] {
    return this.setup.experiment.machines;
  }

  /** Rounds until the time is over or something is wrong, then the audit. */
  async run(): Promise<void> {
    const endsAt = performance.now() + this.options.durationMs;
    do {
      const number = this.report.rounds;
      const at = number % this.machines.length;
      await this.round(at, drawRound(this.options.seed, number, this.nameOf(at)));
      if (this.report.mismatches.length > 0) return;
    } while (performance.now() < endsAt && !this.options.stopped());
    await this.end();
  }

  private nameOf(at: number): string {
    return this.machines[at]?.image.name ?? "";
  }

  private machineAt(at: number): Machine {
    const machine = this.machines[at];
    if (machine === undefined) throw new RangeError(`no machine ${at}`);
    return machine;
  }

  private async round(at: number, round: StressRound): Promise<void> {
    const { options, report } = this;
    const machine = this.machineAt(at);
    const beside = round.sideLoad === null ? "" : ` beside ${round.sideLoad}`;
    options.progress(`round ${round.number}: ${round.design}, ${round.workload}${beside}`);
    report.round = round;
    report.design = round.design;
    setStressFlows(this.setup, round.workload, round.shared, mix32(options.seed + round.number));
    if (round.sideLoad !== null) {
      const updates = this.setup.updates.get(round.sideLoad) ?? [];
      writeUpdates(machine, updates, round.updatesPerSecond);
    }
    if (this.killEvery > 0 && (round.number + 1) % this.killEvery === 0) {
      await this.death(at, machine, round);
      if (report.mismatches.length > 0) return;
    }
    for (let i = 0; i < WINDOWS; i++) await this.window(at, machine, round);
    if (round.sideLoad !== null) await this.restore(at, machine);
    report.rounds++;
    report.packets += WINDOWS * round.packets * options.cpus;
    report.probes = this.machines.reduce((sum, each) => sum + probesOf(each), 0);
    this.account(machine);
    if (report.mismatches.length > 0) return;
    await this.drain(at);
    this.account(machine);
    this.tables(machine);
    if (report.mismatches.length > 0) return;
    report.round = null;
    report.design = null;
  }

  private async window(at: number, machine: Machine, round: StressRound): Promise<void> {
    const { cpus } = this.options;
    const { loop, packets } = round;
    const task = { kind: "window", machine: at, loop, cpus, packets, leadIn: 64 } as const;
    const doing = `round ${round.number} of ${round.design}`;
    if (round.sideLoad === null) await this.cpus.onAll(task, doing);
    else await this.cpus.windowBeside(task, machine.plan.updates.base, doing);
  }

  /** A CPU dies in a window of this round; then the machine is as it was before, with new CPUs. */
  private async death(at: number, machine: Machine, round: StressRound): Promise<void> {
    const { options, report, setup } = this;
    const saved = saveMachine(machine);
    const { cpus, seed, deadlineMs } = options;
    const outcome = await killInWindow({
      ...{ cpus: this.cpus, machine, world: setup.world, deadlineMs },
      kill: drawKill(seed, round.number, cpus, round.sideLoad !== null),
      window: () => this.window(at, machine, { ...round, packets: KILL_PACKETS }),
    });
    if (report.kills !== null) addKill(report.kills, outcome);
    report.mismatches = outcome.mismatches;
    saved.restore();
    this.cpus = await Cpus.start(this.machines, { cpus, deadlineMs });
  }

  private async restore(at: number, machine: Machine): Promise<void> {
    this.report.updates += readUpdateCounts(machine).done;
    const args = [machine.plan.updates.base];
    const task: CpuTask = { kind: "call", machine: at, name: "controlRestore", args };
    await this.cpus.onControl(task, `restoring ${machine.image.name}`);
  }

  private async drain(at: number): Promise<void> {
    const task: CpuTask = { kind: "drain", machine: at };
    await this.cpus.onAll(task, `draining ${this.nameOf(at)}`);
    await this.cpus.onControl(task, `draining ${this.nameOf(at)}`);
  }

  private account(machine: Machine): void {
    const accounts = readAccounts(machine, this.setup.world);
    this.report.checks += accounts.checks;
    if (accounts.mismatches.length > 0) this.report.mismatches = accounts.mismatches;
  }

  /** The tables, whose rules the image itself knows. Nothing may wait for RCU. */
  private tables(machine: Machine): void {
    const held = this.setup.world.nexthops.length;
    const rule = machine.cpu(machine.controlCpu).call("fibTablesCheck", held);
    this.report.checks++;
    if (rule === 0) return;
    const text = `validity of the tables: found ${rule}, expected 0`;
    this.report.mismatches = [...this.report.mismatches, { check: "tables", text, dump: [] }];
  }

  private async end(): Promise<void> {
    const { world, routesByNexthop } = this.setup;
    for (const [at, machine] of this.machines.entries()) {
      this.options.progress(`audit of ${machine.image.name}`);
      const drain = (): Promise<void> => this.drain(at);
      const audit = await auditMachine({ machine, world, routesByNexthop, drain });
      this.report.checks += audit.checks;
      if (audit.ok) continue;
      this.report.design = machine.image.name;
      this.report.mismatches = audit.failures.map((text) => {
        const known = audit.mismatches.find((mismatch) => mismatch.text === text);
        return known ?? { check: "teardown", text, dump: [] };
      });
      return;
    }
  }

  /**
   * A CPU that failed, when all workers are gone: a trap is the lab's own fault; all else comes
   * from outside, unless the machine's bytes say something that stopping a CPU cannot have done.
   */
  fail(failure: CpuFailure): void {
    const machine = this.machines.find(({ image }) => image.name === this.report.design);
    if (failure.isTrap) {
      const [cpu = 0] = failure.cpus;
      const dump = (machine === undefined ? null : slabFault(machine, cpu))?.dump ?? [];
      this.report.mismatches = [{ check: "trap", text: failure.message, dump }];
      return;
    }
    this.report.failure = failure.message;
    if (machine === undefined) return;
    this.report.failure += `; ${heldText(heldLocks(machine))}`;
    this.report.mismatches = readFacts(machine);
  }
}

/** Read sections of a machine that looked at a probe. */
function probesOf(machine: Machine): number {
  let reads = 0;
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    reads += machine.u32[(machine.areaOf(cpu) + machine.layout.at("TORTURE_READS")) / 4] ?? 0;
  }
  return reads;
}

/** Runs stress. @throws {UsageError} {BootError} before the first round */
export async function stress(options: StressOptions): Promise<StressReport> {
  const { images, table, cpus: n, seed, busted, deadlineMs } = options;
  setV8Flags();
  options.progress(`booting ${images.length} machines`);
  const setup = await setUpStress(images, table, n, seed, options.slabDebug);
  const { machines } = setup.experiment;
  if (busted !== null) {
    for (const machine of machines) machine.setWord("SB_BUSTED", BUSTED_VARIANTS[busted].number);
  }
  const cpus = await Cpus.start(machines, { cpus: n, deadlineMs });
  const run = new StressRun(options, setup, cpus);
  let failure: CpuFailure | null = null;
  try {
    await run.run();
  } catch (error) {
    if (!(error instanceof CpuFailure)) throw error;
    failure = error;
  } finally {
    await run.cpus.close();
  }
  if (failure !== null) run.fail(failure);
  return run.report;
}
