/**
 * Two CPUs on private data against one: the worker threads of an experiment, each with its own
 * frames, counters and flow list, over a table that fits the caches. The ping-pong latency says
 * what
 * two CPUs are here: threads of one core do not give two cores' work, whatever runs on them.
 */
import { readFileSync } from "node:fs";
import { readMib } from "../../src/machine/counters.js";
import { Cpus } from "../../src/machine/cpus.js";
import type { CpuReport, WindowLoop } from "../../src/machine/cpuTask.js";
import type { Machine } from "../../src/machine/machine.js";
import { FLOOR, Router } from "../forward/router.js";
import type { Arm, RowPlan, Window } from "../harness/arm.js";
import type { BenchContext } from "../harness/context.js";

const CPUS = 2;
const WORKLOAD = "single-flow";
const ROUTES_MAX = 1000;
const DESIGNS = ["nexthop-direct", "linux-3.10"];
/** Windows are long beside the microseconds by which two CPUs leave the gate apart. */
const WINDOW_FACTOR = 4;
const PROBE_PACKETS = 16_384;
const PING_PONG_ROUNDS = 2000;
const PING_PONG = "ping-pong, one way";
/** Waiting for a core above this part of a window disturbs it; waking up for the task counts
 * too. */
const WAIT_SHARE_MAX = 0.05;
const AIM = { atLeast: 1.9 };

interface Load {
  readonly machine: number;
  readonly name: string;
  readonly loop: WindowLoop;
  readonly aim: boolean;
}

/** Nanoseconds that threads of this process have waited for a core; 0 where nobody tells. */
function waitedNs(tids: readonly number[]): number {
  const waits = tids.map((tid) => {
    try {
      return Number(readFileSync(`/proc/self/task/${tid}/schedstat`, "utf8").split(" ")[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return waits.reduce((sum, ns) => sum + ns, 0);
}

/** Nanoseconds for one packet of the machine: the CPUs' rates are added. */
export function machineNs(
  reports: readonly Pick<CpuReport, "startNs" | "endNs">[],
  packets: number,
): number {
  const rates = reports.map((report) => packets / (report.endNs - report.startNs));
  return 1 / rates.reduce((sum, rate) => sum + rate, 0);
}

class CpuArms {
  private tids: readonly number[] = [];

  constructor(
    private readonly cpus: Cpus,
    private readonly machines: readonly Machine[],
  ) {}

  private machine(number: number): Machine {
    const machine = this.machines[number];
    if (machine === undefined) throw new RangeError(`no machine ${number}`);
    return machine;
  }

  /** How long a line takes from one CPU to the other, one way: a window of its own. */
  pingPongArm(name: string): Arm {
    return { name, window: () => this.oneWay() };
  }

  private async oneWay(): Promise<Window> {
    const task = { kind: "pingPong", rounds: PING_PONG_ROUNDS } as const;
    const start = performance.now();
    const reports = await this.cpus.onAll(task, "passing a word to and fro");
    const ran = reports.filter((report) => report.ran);
    const ends = Math.max(...ran.map((report) => report.endNs));
    const spanNs = ends - Math.min(...ran.map((report) => report.startNs));
    // Given up: the threads take turns, which is an answer as well.
    const disturbed = ran.length !== CPUS;
    const ns = disturbed ? (performance.now() - start) * 1e6 : spanNs;
    return { ns: ns / PING_PONG_ROUNDS / 2, disturbed };
  }

  /** Learns the threads. */
  async introduce(): Promise<void> {
    this.tids = (await this.cpus.onAll({ kind: "hello" }, "starting")).map((r) => r.tid);
  }

  private async window(load: Load, cpus: number, packets: number): Promise<Window> {
    const { machine, loop } = load;
    const before = waitedNs(this.tids);
    const sentBefore = readMib(this.machine(machine)).outTransmits;
    const task = { kind: "window", machine, loop, cpus, packets, leadIn: packets >>> 3 } as const;
    const reports = await this.cpus.onAll(task, `measuring ${load.name}`);
    const ran = reports.filter((report) => report.ran);
    const sent = readMib(this.machine(machine)).outTransmits - sentBefore;
    const wanted = loop === "nullPackets" ? 0 : cpus * (packets + task.leadIn);
    if (ran.length !== cpus || sent !== wanted) {
      throw new Error(`${load.name}: ${ran.length} CPUs sent ${sent} of ${wanted} packets`);
    }
    const spanNs = Math.max(...ran.map((report) => report.endNs - report.startNs));
    const disturbed = waitedNs(this.tids) - before > spanNs * WAIT_SHARE_MAX;
    return { ns: machineNs(ran, packets), disturbed };
  }

  /** An arm of `cpus` CPUs with windows of about `windowMs`. */
  async arm(name: string, load: Load, cpus: number, windowMs: number): Promise<Arm> {
    const probe = await this.window(load, 1, PROBE_PACKETS);
    const packets = Math.max(64, Math.round((windowMs * 1e6) / probe.ns));
    return { name, window: () => this.window(load, cpus, packets) };
  }
}

/** Measures receive only, the floor and two designs on one CPU and on two, interleaved. */
export async function benchCpus(context: BenchContext): Promise<void> {
  const { options } = context;
  const routes = options.routes === "all" ? ROUTES_MAX : Math.min(options.routes, ROUTES_MAX);
  const router = await Router.boot([FLOOR, ...DESIGNS], { ...options, routes }, CPUS);
  router.setWorkload(WORKLOAD);
  const loads: Load[] = [
    { machine: 0, name: "receive only", loop: "nullPackets", aim: true },
    { machine: 0, name: FLOOR, loop: "forwardPackets", aim: true },
    ...DESIGNS.map((name, i): Load => {
      return { machine: i + 1, name, loop: "forwardPackets", aim: false };
    }),
  ];
  const cpus = await Cpus.start(router.experiment.machines, { cpus: CPUS });
  try {
    const arms = new CpuArms(cpus, router.experiment.machines);
    await arms.introduce();
    const list: Arm[] = [arms.pingPongArm(PING_PONG)];
    const rows: RowPlan[] = [];
    for (const load of loads) {
      const [one, two] = [`one CPU, ${load.name}`, `two CPUs, ${load.name}`];
      list.push(await arms.arm(one, load, 1, options.windowMs * WINDOW_FACTOR));
      list.push(await arms.arm(two, load, CPUS, options.windowMs * WINDOW_FACTOR));
      const row: RowPlan = { arm: two, yardstick: one, inverse: true };
      rows.push(load.aim ? { ...row, aim: AIM } : row);
    }
    await context.run({
      thing: "cpus",
      title: `${WORKLOAD} on private data`,
      operation: "packet of the machine",
      arms: list,
      rows,
      pair: { pingPong: PING_PONG, pinned: cpus.pinned },
      notes: ["ratios are of rates; the aim is for cores of their own"],
    });
  } finally {
    await cpus.close();
  }
}
