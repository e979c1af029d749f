/**
 * The measuring engine within one process: short windows behind one gate, arms interleaved in
 * random order within blocks. It yields raw windows in order and judges nothing but whether one was
 * disturbed, and that by what was counted beside it; then the same slot is measured again, and
 * every attempt is kept.
 *
 *   lengths    calibrated once in a run: 10 ms for the design in the middle, and for the control
 *   warm-up    rounds of windows until the last three of each arm are alike, or enough is enough
 *   blocks     each arm once, a lead-in after each switch thrown away; caches keep their state;
 *              an arm's places take turns from block to block
 */
import type { CpuReport, CpuTask, WindowLoop } from "../machine/cpuTask.js";
import type { CellProcess, CellWindow } from "../result/cellSchema.js";
import { CONTROL_BLOCKS, isDisturbed, REDOS_MAX } from "./contamination.js";
import { between } from "./covariates.js";
import { blockOrder, layoutOrder } from "./statisticsBlocks.js";
import { isSettled } from "./warmUpClass.js";
import { logNsPerPacket, spanNs } from "./windowFigures.js";

/** A machine, and which of its layouts. */
export interface WindowPlace {
  readonly machine: number;
  readonly layout: number;
}

/** What takes turns in blocks. */
export interface WindowArm {
  /**
   * Where it can run: machines, by their number among the workers', and layouts of each. Blocks use
   * them by turns, in an order drawn for each round.
   */
  readonly places: readonly WindowPlace[];
  readonly name: string;
  readonly loop: WindowLoop;
  /** The control has lengths of its own. */
  readonly isControl: boolean;
  /** Packets that are run for each one that is told of: 1 but in tests of the engine itself. */
  readonly workShare: number;
}

/** Lengths of windows, the same in all processes of a run. */
export interface WindowLengths {
  readonly windowPackets: number;
  readonly leadInPackets: number;
  /** 0 where there is no control. */
  readonly controlPackets: number;
}

/** What an engine needs to run windows, without knowing what a machine is. */
export interface WindowPlan {
  readonly arms: readonly WindowArm[];
  readonly process: number;
  readonly cpus: number;
  readonly oversubscribed: boolean;
  readonly seed: number;
  /** Lengths from an earlier process; null: calibrate. */
  readonly lengths: WindowLengths | null;
  /** Stop after this many blocks, or when the time is over, whichever is first. */
  readonly blocksMax: number;
  readonly budgetMs: number;
  /** Fewest blocks, whatever the budget: an interval needs them. */
  readonly blocksMin: number;
  readonly onAll: (task: CpuTask, doing: string) => Promise<CpuReport[]>;
  /** Milliseconds that the host took so far; null: not known. */
  readonly stealMs: () => number | null;
  readonly onBlock?: (done: number, of: number) => void;
  /** True once the user has asked to stop. */
  readonly stopped?: () => boolean;
}

/** Raw windows and the lengths they were run with. */
export interface WindowRun {
  readonly windows: CellWindow[];
  readonly lengths: WindowLengths;
  readonly warmUp: CellProcess["warmUp"];
}

/**
 * Shorter ones measure how caches fill again after another design had them: at 1 ms with a third
 * before it a packet takes half as long again as at 30 ms. Longer ones give less for their time
 * (docs/trust.md has the figures).
 */
const WINDOW_NS = 10e6;
/** Thrown away after each switch, as a share of a window. */
const LEAD_IN_SHARE = 0.5;
/** Where CPUs outnumber cores they take turns of milliseconds: a window must hold many. */
const WINDOW_OVERSUBSCRIBED_NS = 50e6;
const BURST = 64;
const PROBE_PACKETS = 4_096;
const PROBES = 3;
/** Windows that must be alike before an arm is warm, and when to give up. */
const SETTLED_WINDOWS = 3;
const WARM_UP_WINDOWS_MAX = 30;
/** Share of a cell's time that warming up may take. */
const WARM_UP_SHARE = 0.3;

function toBursts(packets: number): number {
  return Math.max(BURST, Math.round(packets / BURST) * BURST);
}

/** Where a window stands among the others, and which of its arm's places runs it. */
interface WindowSlot {
  readonly block: number;
  readonly position: number;
  readonly layout: number;
}

function placeOf(arm: WindowArm, number: number): WindowPlace {
  const place = arm.places[number];
  if (place === undefined) throw new RangeError(`${arm.name} has no place ${number}`);
  return place;
}

/** Lengths of warm-up windows: they need only be alike. */
function halved(lengths: WindowLengths): WindowLengths {
  return {
    windowPackets: toBursts(lengths.windowPackets / 2),
    leadInPackets: toBursts(lengths.leadInPackets / 2),
    controlPackets: toBursts(lengths.controlPackets / 2),
  };
}

/** A cell's windows in one process. */
class WindowRunner {
  private readonly windows: CellWindow[] = [];
  private stolenMs: number | null;

  constructor(private readonly plan: WindowPlan) {
    this.stolenMs = plan.stealMs();
  }

  private get windowNs(): number {
    return this.plan.oversubscribed ? WINDOW_OVERSUBSCRIBED_NS : WINDOW_NS;
  }

  private task(arm: WindowArm, place: number, packets: number, leadIn: number): CpuTask {
    const { machine, layout } = placeOf(arm, place);
    const { cpus } = this.plan;
    return { kind: "window", machine, loop: arm.loop, cpus, packets, leadIn, layout };
  }

  /** Least time of a packet in some short windows, in ns. */
  private async probe(arm: WindowArm): Promise<number> {
    let best = Number.POSITIVE_INFINITY;
    for (let probe = 0; probe < PROBES; probe++) {
      const task = this.task(arm, 0, PROBE_PACKETS, PROBE_PACKETS);
      const reports = await this.plan.onAll(task, `calibrating ${arm.name}`);
      const ran = reports.filter((report) => report.ran);
      const ns = Math.max(...ran.map((report) => report.endNs - report.startNs));
      best = Math.min(best, ns / PROBE_PACKETS);
    }
    return best;
  }

  /** Lengths such that a window lasts as long as it should for the design in the middle. */
  async calibrate(): Promise<WindowLengths> {
    const costs: number[] = [];
    let controlPackets = 0;
    for (const arm of this.plan.arms) {
      const ns = await this.probe(arm);
      if (arm.isControl) controlPackets = toBursts(this.windowNs / ns);
      else costs.push(ns);
    }
    const middle = Math.exp(costs.reduce((sum, ns) => sum + Math.log(ns), 0) / costs.length);
    const windowPackets = toBursts(this.windowNs / middle);
    return {
      windowPackets,
      leadInPackets: toBursts(windowPackets * LEAD_IN_SHARE),
      controlPackets,
    };
  }

  /** One window of one arm on all CPUs, as the document keeps it. */
  private async window(
    armNumber: number,
    lengths: WindowLengths,
    place: WindowSlot,
  ): Promise<CellWindow> {
    const arm = this.plan.arms[armNumber];
    if (arm === undefined) throw new RangeError(`no arm ${armNumber}`);
    const told = arm.isControl ? lengths.controlPackets : lengths.windowPackets;
    const leadIn = arm.isControl ? toBursts(told * LEAD_IN_SHARE) : lengths.leadInPackets;
    const task = this.task(arm, place.layout, Math.round(told * arm.workShare), leadIn);
    const doing = `window ${this.windows.length} of ${arm.name}`;
    const reports = await this.plan.onAll(task, doing);
    const before = this.stolenMs;
    this.stolenMs = this.plan.stealMs();
    const ran = reports.filter((r) => r.ran).sort((a, b) => a.cpu - b.cpu);
    const sum = (pick: (r: CpuReport) => number): number => ran.reduce((s, r) => s + pick(r), 0);
    const delays = ran.flatMap((r) => (r.runDelayNs === null ? [] : [r.runDelayNs]));
    return {
      process: this.plan.process,
      sequence: this.windows.length,
      ...place,
      arm: armNumber,
      packets: ran.map(() => told),
      startNs: ran.map((r) => r.startNs),
      endNs: ran.map((r) => r.endNs),
      timersRun: sum((r) => r.deferredRun),
      rcuCallbacks: sum((r) => r.callbacksRun),
      rcuBacklogBefore: sum((r) => r.backlogBefore),
      rcuBacklogAfter: sum((r) => r.backlogAfter),
      ticks: Math.max(0, ...ran.map((r) => r.ticks)),
      runDelayNs: delays.length === ran.length ? delays : null,
      stealMs: between(before, this.stolenMs),
    };
  }

  /** Rounds of one window of each arm that is not warm yet. */
  async warmUp(lengths: WindowLengths, deadlineAt: number): Promise<CellProcess["warmUp"]> {
    const times = this.plan.arms.map((): number[] => []);
    const most = Math.max(...this.plan.arms.map((arm) => arm.places.length));
    const isDone = (list: readonly number[]): boolean =>
      list.length >= WARM_UP_WINDOWS_MAX ||
      (list.length >= most && isSettled(list, SETTLED_WINDOWS));
    for (let round = 0; round < WARM_UP_WINDOWS_MAX; round++) {
      const late = round >= SETTLED_WINDOWS && performance.now() > deadlineAt;
      if (late || times.every(isDone) || this.plan.stopped?.() === true) break;
      for (const [arm, list] of times.entries()) {
        if (isDone(list)) continue;
        const layout = list.length % (this.plan.arms[arm]?.places.length ?? 1);
        const window = await this.window(arm, halved(lengths), { block: 0, position: 0, layout });
        list.push(Math.exp(logNsPerPacket(window)));
      }
    }
    return times.map((list) => ({
      windows: list.length,
      settled: isSettled(list, SETTLED_WINDOWS),
    }));
  }

  /** Measures one slot, again where something disturbed it. */
  private async slot(
    arm: number,
    lengths: WindowLengths,
    place: WindowSlot,
    mayRedo: boolean,
  ): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const window = await this.window(arm, lengths, place);
      const disturbed = isDisturbed(window, spanNs(window), this.plan.oversubscribed);
      const again = disturbed && mayRedo && attempt < REDOS_MAX;
      this.windows.push(again ? { ...window, retried: true } : window);
      if (!again) return;
    }
  }

  /** Blocks until there are enough, the time is over, or the user stops. */
  async blocks(lengths: WindowLengths, deadlineAt: number): Promise<CellWindow[]> {
    const { plan } = this;
    const orders = blockOrder(plan.arms.length, plan.blocksMax, plan.seed);
    const layouts = layoutOrder(
      plan.arms.map((arm) => arm.places.length),
      plan.blocksMax,
      plan.seed,
    );
    for (const [block, order] of orders.entries()) {
      const late = performance.now() > deadlineAt;
      if ((late && block >= plan.blocksMin) || plan.stopped?.() === true) break;
      for (const [position, arm] of order.entries()) {
        if (plan.arms[arm]?.isControl === true && block % CONTROL_BLOCKS !== 0) continue;
        const layout = layouts[block]?.[arm] ?? 0;
        await this.slot(arm, lengths, { block, position, layout }, !late);
      }
      plan.onBlock?.(block + 1, plan.blocksMax);
    }
    return this.windows;
  }
}

/** Runs a cell's windows: lengths, warm-up, blocks. */
export async function runWindows(plan: WindowPlan): Promise<WindowRun> {
  const runner = new WindowRunner(plan);
  const start = performance.now();
  const lengths = plan.lengths ?? (await runner.calibrate());
  const warmUp = await runner.warmUp(lengths, start + WARM_UP_SHARE * plan.budgetMs);
  const windows = await runner.blocks(lengths, start + plan.budgetMs);
  return { windows, lengths, warmUp };
}
