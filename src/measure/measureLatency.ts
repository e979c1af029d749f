/**
 * The work of one process of a latency run: boot, judge, then for each cell rounds in which every
 * design is run at every load once, in an order drawn anew.
 *
 *   warm-up    closed loops of each design; what the first design forwards in the last of them is
 *              what shares are of
 *   round      loads in random order, and designs in random order at each
 *   trial      lead-in of 64 bursts, closed and not counted; gate; the bursts
 *   capacity   where it is asked for, after the rounds: trials at loads that a search asks for
 */
import { clearBursts, readBursts } from "../machine/burstLatency.js";
import type { CpuReport, CpuTask } from "../machine/cpuTask.js";
import { isOversubscribed, type Machine } from "../machine/machine.js";
import type { CapacitySearch } from "../result/capacitySchema.js";
import type { LatencyCell, LatencyTrial } from "../result/latencyDocument.js";
import { findWorkload, type PacketPath } from "../workloads/workload.js";
import { drawFlows, readFlows } from "./cellFlows.js";
import { between, stealMs } from "./covariates.js";
import type { LatencyEnd, LatencyPart, LatencyRequest } from "./latencyRequest.js";
import { BURST_PACKETS, type Load, loadOf, timingOf, trialPackets } from "./openLoop.js";
import { auditAll, openContext, type ProcessContext } from "./processContext.js";
import { cellLabel } from "./processRequest.js";
import { type CellHooks, checkDigests, coresOf, judgeFirst } from "./runCell.js";
import { capacityTrial, searchCapacities } from "./searchCapacity.js";
import { shuffled } from "./statisticsBlocks.js";
import { createRandom, type RandomSource } from "./statisticsRandom.js";

const LEAD_IN_PACKETS = 64 * BURST_PACKETS;
/** The first closed loop, of which nothing is known yet. */
const PROBE_PACKETS = 256 * BURST_PACKETS;
const WARM_UP_TRIALS = 2;
const CLOCK_READS = 20_000;

/** How a process tells what it does and finds. */
export interface LatencyHooks extends CellHooks {
  readonly say: (text: string) => void;
  readonly cell: (part: LatencyPart) => void;
}

/** What a read of the images' clock costs and resolves, from many in a row. */
export function measureClock(
  readNs: () => number = () => performance.now() * 1e6,
): LatencyEnd["clock"] {
  const start = readNs();
  let last = start;
  let stepNs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CLOCK_READS; i++) {
    const now = readNs();
    if (now > last && now - last < stepNs) stepNs = now - last;
    last = now;
  }
  return { readNs: (last - start) / CLOCK_READS, stepNs: Number.isFinite(stepNs) ? stepNs : 0 };
}

/** Runs the trials of one cell. */
class TrialRunner {
  private stolen = stealMs();

  constructor(
    private readonly context: ProcessContext,
    private readonly cell: { readonly cpus: number; readonly path: PacketPath; label: string },
    private readonly plan: LatencyRequest["latency"],
  ) {}

  private machine(design: number): Machine {
    const machine = this.context.release[design];
    if (machine === undefined) throw new RangeError(`no design ${design}`);
    return machine;
  }

  /** One trial of a design on all CPUs. */
  async trial(
    design: number,
    load: Load,
    packets: number,
    place: Pick<LatencyTrial, "round" | "position" | "load">,
  ): Promise<LatencyTrial> {
    const machine = this.machine(design);
    const { cpus, path, label } = this.cell;
    for (let cpu = 0; cpu < cpus; cpu++) clearBursts(machine, cpu);
    const task: CpuTask = {
      kind: "window",
      machine: design,
      loop: path === "forward" ? "forwardPackets" : "sendPackets",
      cpus,
      packets,
      leadIn: LEAD_IN_PACKETS,
      bursts: timingOf(load, this.plan),
    };
    const doing = `a trial of ${machine.image.name} (${label})`;
    const reports = await this.context.cpus.onAll(task, doing);
    const before = this.stolen;
    this.stolen = stealMs();
    const ran = reports.filter((r) => r.ran).sort((a, b) => a.cpu - b.cpu);
    const sum = (pick: (r: CpuReport) => number): number => ran.reduce((s, r) => s + pick(r), 0);
    const delays = ran.flatMap((r) => (r.runDelayNs === null ? [] : [r.runDelayNs]));
    return {
      process: this.context.request.process,
      ...place,
      design,
      packets,
      cpus: ran.map(({ cpu, startNs, endNs }) => ({
        startNs,
        endNs,
        ...readBursts(machine, cpu),
      })),
      timersRun: sum((r) => r.deferredRun),
      rcuCallbacks: sum((r) => r.callbacksRun),
      ticks: Math.max(0, ...ran.map((r) => r.ticks)),
      runDelayNs: delays.length === ran.length ? delays : null,
      stealMs: between(before, this.stolen),
    };
  }

  /** Closed loops of a design, not kept; the packets per second of a CPU in the last of them. */
  async warmUp(design: number): Promise<number> {
    const place = { round: 0, position: 0, load: 0 };
    const closed = { packetsPerSecond: null };
    let packets = PROBE_PACKETS;
    let rate = 0;
    for (let i = 0; i <= WARM_UP_TRIALS; i++) {
      rate = closedRate(await this.trial(design, closed, packets, place));
      packets = trialPackets(closed, rate, this.plan.trialMs);
    }
    return rate;
  }
}

/** Packets per second of a CPU in a closed loop, the slowest of them. */
function closedRate({ cpus, packets }: LatencyTrial): number {
  return Math.min(...cpus.map(({ startNs, endNs }) => (1e9 * packets) / (endNs - startNs)));
}

/** The order of a round: loads, and at each all designs. */
function roundOrder(loads: number, designs: number, random: RandomSource): [number, number][] {
  return shuffled([...Array(loads).keys()], random).flatMap((load) =>
    shuffled([...Array(designs).keys()], random).map((design): [number, number] => [load, design]),
  );
}

/** How the trials of a cell are run. */
interface CellWork {
  readonly latency: LatencyRequest["latency"];
  readonly random: RandomSource;
  readonly hooks: CellHooks;
  readonly label: string;
  readonly isOversubscribed: boolean;
}

async function runTrials(
  context: ProcessContext,
  runner: TrialRunner,
  loadsKnown: readonly Load[] | null,
  how: CellWork,
): Promise<Pick<LatencyCell, "loads" | "trials" | "searches">> {
  const { latency, random, hooks, label } = how;
  const deadlineAt = performance.now() + context.request.cellBudgetMs;
  const rates: number[] = [];
  for (const design of context.release.keys()) {
    hooks.progress(`${label}: warm-up ${design + 1}/${context.release.length}`);
    rates.push(await runner.warmUp(design));
  }
  const loads = loadsKnown ?? latency.loads.map((asked) => loadOf(asked, rates[0] ?? 0));
  const trials: LatencyTrial[] = [];
  for (let round = 0; round < latency.rounds && loads.length > 0; round++) {
    if (hooks.stopped() || (round > 0 && performance.now() > deadlineAt)) break;
    hooks.progress(`${label}: round ${round + 1}/${latency.rounds}`);
    const order = roundOrder(loads.length, context.release.length, random);
    for (const [position, [number, design]] of order.entries()) {
      const load = loads[number] ?? { packetsPerSecond: null };
      const packets = trialPackets(load, rates[design] ?? 0, latency.trialMs);
      trials.push(await runner.trial(design, load, packets, { round, position, load: number }));
    }
  }
  const searches = await runSearches(context, runner, rates, how);
  return { loads: [...loads], trials, ...(searches === null ? {} : { searches }) };
}

/** Searches for capacities where they are asked for; null: they are not. */
async function runSearches(
  context: ProcessContext,
  runner: TrialRunner,
  rates: readonly number[],
  how: CellWork,
): Promise<CapacitySearch[] | null> {
  const { latency, random, hooks, label } = how;
  if (latency.capacity === null) return null;
  let position = 0;
  return await searchCapacities(latency.capacity, rates, {
    process: context.request.process,
    random,
    stopped: hooks.stopped,
    progress: (text) => hooks.progress(`${label}: ${text}`),
    disturbedNs: how.isOversubscribed ? null : latency.goalNs,
    nowMs: () => performance.now(),
    trial: async (design, asked) => {
      const packets = trialPackets(asked, 0, asked.ms);
      const place = { round: 0, position: position++, load: 0 };
      return capacityTrial(asked, await runner.trial(design, asked, packets, place));
    },
  });
}

async function runCell(
  context: ProcessContext,
  number: number,
  request: LatencyRequest,
  hooks: LatencyHooks,
): Promise<LatencyPart> {
  const { experiment } = context;
  const cell = request.cells[number];
  if (cell === undefined) throw new RangeError(`no cell ${number}`);
  const { path, name } = findWorkload(cell.workload);
  const label = cellLabel(cell);
  const lists = readFlows(request.flowsFolder, number, cell.cpus);
  hooks.progress(`${label}: judge`);
  const { judged } = judgeFirst(context, { path, cpus: cell.cpus }, lists);
  experiment.setFlows(lists);
  const digest = checkDigests(context, path, cell.digest);
  experiment.setFlows(lists);
  const runner = new TrialRunner(context, { cpus: cell.cpus, path, label }, request.latency);
  const random = createRandom(request.seed + number);
  const known = request.latency.resolved[number] ?? null;
  const cores = coresOf(experiment.machines);
  const oversubscribed = isOversubscribed(cell.cpus, cores, false);
  const how = { latency: request.latency, random, hooks, label, isOversubscribed: oversubscribed };
  const ran = await runTrials(context, runner, known, how);
  const found: LatencyCell = {
    workload: name,
    cpus: cell.cpus,
    cores,
    oversubscribed,
    judgedPackets: judged.map(({ packets }) => packets),
    ...ran,
  };
  return { cell: number, digest, found };
}

/** Does what is asked. @throws {UsageError} {JudgeError} {CpuFailure} */
export async function measureLatency(
  request: LatencyRequest,
  hooks: LatencyHooks,
): Promise<LatencyEnd> {
  const startedAt = new Date().toISOString();
  const random = createRandom(request.seed);
  const context = await openContext(request, random, hooks.progress, "one");
  try {
    if (request.process === 0) drawFlows(request, hooks.progress);
    for (const number of shuffled([...request.cells.keys()], random)) {
      if (hooks.stopped()) break;
      hooks.cell(await runCell(context, number, request, hooks));
    }
    for (const [number, machine] of context.release.entries()) {
      machine.cpu(machine.controlCpu).call("neighPurge");
      const doing = `draining ${machine.image.name}`;
      await context.cpus.onAll({ kind: "drain", machine: number }, doing);
    }
    const clock = measureClock();
    hooks.progress("audit");
    const { audits } = await auditAll(context);
    const auditFailures = audits.flatMap(({ failures }, i) =>
      failures.map((failure) => `${context.release[i]?.image.name}: ${failure}`),
    );
    return { startedAt, pinned: context.cpus.pinned, clock, auditFailures };
  } finally {
    await context.cpus.close();
  }
}
