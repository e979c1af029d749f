/**
 * A router for programs and tests: one machine of one design, booted in a world of one's own, on
 * this thread. Frames go in by hand, one at a time; what becomes of each is told, and so is what
 * the machine has counted. No worker runs; time stands still unless it is moved.
 *
 *   bootRouter ──▶ receive, send, addRoute, …, advance, counters ──▶ close: the audit
 */
import { parseDesign } from "../image/designs.js";
import { findImage } from "../image/imageStore.js";
import { type AuditReport, auditMachine } from "../machine/audit.js";
import {
  type Costs,
  type ImageDrop,
  type Mib,
  PARKED_DROPS,
  readCosts,
  readMib,
  readRtStat,
} from "../machine/counters.js";
import { Experiment } from "../machine/experiment.js";
import { RT_STAT_NAMES } from "../machine/kernelViews.js";
import {
  type Machine,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from "../machine/machine.js";
import { dstEntries } from "../machine/routeCache.js";
import { sentFrames } from "../machine/txRing.js";
import { connectedRoutes } from "../reference/connectedRoutes.js";
import { parseAddress, swapBytes } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import { type Route, RT_SCOPE_NOWHERE, type World } from "../reference/world.js";
import { deviceNamed, type RouteText, routeOf, type WorldText, worldOf } from "./worldOf.js";

/** What became of a frame. */
export type RouterFate =
  | { readonly kind: "forwarded"; readonly dev: string; readonly frame: Uint8Array }
  | { readonly kind: "delivered" }
  | { readonly kind: "looped" }
  /** For the address of its neighbour, which was asked for. */
  | { readonly kind: "waiting" }
  | { readonly kind: "dropped"; readonly reason: ImageDrop };

/** How a router is booted. */
export interface RouterOptions {
  /** `debug` checks itself and counts costs. @default "debug" */
  readonly flavour?: "release" | "debug";
  /** CPUs that frames can be received on. @default 1 */
  readonly cpus?: number;
  readonly seed?: number;
  /** Ticks of the machine's clock in a second. @default 1000 */
  readonly hz?: number;
}

/** What a router has counted since it was booted. */
export interface RouterCounters {
  readonly mib: Mib;
  readonly rtCacheStat: Readonly<Record<(typeof RT_STAT_NAMES)[number], number>>;
  /** dst entries that exist. */
  readonly entries: number;
  /** Costs that debug images count; all 0 in others. */
  readonly costs: Costs;
}

const NO_TABLE = { prefixes: new Uint32Array(0), lengths: new Uint8Array(0) };
const EMPTY_TABLE = { count: 0, ...NO_TABLE, numbers: new Uint32Array(0) };
const FLOW_PAIRS = 64;
/** Until the clock is set to be moved by hand. */
const PACKETS_PER_SECOND = 1e6;
const FRAME_MAX = 1_500;
const TEMPLATE_BYTES = 64;

/** A booted router. */
export class Router {
  /** Devices that went down: their static neighbours went with them, and do not come back. */
  private readonly wentDown = new Set<number>();

  constructor(
    readonly machine: Machine,
    readonly world: World,
  ) {}

  private get control() {
    return this.machine.cpu(this.machine.controlCpu);
  }

  private ifindexOf(dev: string): number {
    return deviceNamed(this.world, dev).ifindex;
  }

  private cpuOf(cpu: number) {
    if (Number.isInteger(cpu) && cpu >= 0 && cpu < this.machine.options.cpus) {
      return this.machine.cpu(cpu);
    }
    throw new UsageError(`CPU ${cpu}; allowed: 0 to ${this.machine.options.cpus - 1}`);
  }

  /** Runs `act` on a CPU that is online for RCU meanwhile, and says what became of the packet. */
  private fateOf(cpu: number, act: () => void): RouterFate {
    const { machine } = this;
    const instance = this.cpuOf(cpu);
    const before = readMib(machine);
    const sent = machine.ringsWord(cpu, "RINGS_TX_SENT");
    instance.call("rcuCpuOnline");
    act();
    instance.call("rcuCpuOffline");
    const after = readMib(machine);
    const fates: RouterFate[] = sentFrames(machine, cpu, sent).map(({ ifindex, frame }) => {
      const dev = this.world.devices.find((device) => device.ifindex === ifindex)?.name ?? "?";
      return { kind: "forwarded", dev, frame };
    });
    if (after.inDelivers > before.inDelivers) fates.push({ kind: "delivered" });
    if (after.parked > before.parked) fates.push({ kind: "waiting" });
    if (after.loopback > before.loopback) fates.push({ kind: "looped" });
    for (const [reason, count] of Object.entries(after.drops) as [ImageDrop, number][]) {
      // What waited for a neighbour was another packet.
      if (PARKED_DROPS.has(reason)) continue;
      if (count > (before.drops[reason] ?? 0)) fates.push({ kind: "dropped", reason });
    }
    const [fate] = fates;
    if (fate === undefined || fates.length > 1) {
      throw new RangeError(`${fates.length} fates for one packet`);
    }
    return fate;
  }

  /** Receives a frame on a device. @throws {UsageError} for a device that there is not */
  receive(dev: string, frame: Uint8Array, cpu = 0): RouterFate {
    const device = this.machine.deviceAt(this.ifindexOf(dev));
    if (frame.length > FRAME_MAX) {
      throw new UsageError(`a frame of ${frame.length} bytes; allowed: ${FRAME_MAX} or less`);
    }
    return this.fateOf(cpu, () => {
      const at = this.machine.hostFrameAt(cpu);
      new Uint8Array(this.machine.memory.buffer).set(frame, at);
      this.machine.cpu(cpu).call("receiveFrame", at, frame.length, device);
    });
  }

  /** This host sends an empty UDP datagram of 46 bytes. */
  send(to: string, cpu = 0): RouterFate {
    const { machine } = this;
    const { base } = machine.memoryPlan.flows;
    machine.u32[base / 4] = 0;
    machine.u32[base / 4 + 1] = swapBytes(parseAddress(to));
    machine.setRingsWord(cpu, "RINGS_FLOWS_AT", base);
    machine.setRingsWord(cpu, "RINGS_FLOWS", 1);
    machine.setRingsWord(cpu, "RINGS_FLOW_NEXT", 0);
    return this.fateOf(cpu, () => machine.cpu(cpu).call("sendPackets", 1));
  }

  private onControl(act: () => number): number {
    this.control.call("rcuCpuOnline");
    const result = act();
    this.control.call("rcuQuiescent");
    this.control.call("rcuCpuOffline");
    return result;
  }

  private change(name: "routeNew" | "routeDelete", route: Route, flags: number): number {
    this.machine.writeRequest(route, flags);
    return this.onControl(() => this.control.callSigned(name, RT_TABLE_MAIN));
  }

  /** `ip route add`. 0, or what the kernel would say: -17 (EEXIST), -100 (ENETDOWN), … */
  addRoute(text: RouteText): number {
    return this.change("routeNew", routeOf(this.world, text), NLM_F_CREATE | NLM_F_EXCL);
  }

  /** `ip route replace`. */
  replaceRoute(text: RouteText): number {
    return this.change("routeNew", routeOf(this.world, text), NLM_F_CREATE | NLM_F_REPLACE);
  }

  /** `ip route del`. 0 or -3 (ESRCH). */
  deleteRoute(text: RouteText): number {
    return this.change("routeDelete", routeOf(this.world, text), 0);
  }

  /** `ip link set DEV down`: routes over it go, and so do its neighbours. */
  down(dev: string): void {
    const ifindex = this.ifindexOf(dev);
    this.wentDown.add(ifindex);
    this.onControl(() => this.control.call("devClose", this.machine.deviceAt(ifindex)));
  }

  /** `ip link set DEV up`: the routes that follow from its addresses come back. */
  up(dev: string): void {
    const device = deviceNamed(this.world, dev);
    const at = this.machine.deviceAt(device.ifindex);
    this.onControl(() => this.control.call("devOpen", at));
    for (const route of connectedRoutes(device)) {
      if (route.nexthop.scope === RT_SCOPE_NOWHERE) continue;
      this.machine.writeRequest(route, NLM_F_CREATE | NLM_F_EXCL);
      const table = route.table === "local" ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
      this.onControl(() => this.control.callSigned("routeNew", table));
    }
  }

  /** Makes every cached route stale: `ip route flush cache`. */
  flush(): void {
    this.onControl(() => this.control.call("rtCacheFlush", 0));
  }

  /** Moves the machine's clock by so many seconds; due timers and work run on every CPU. */
  advance(seconds: number): void {
    this.control.call("clockAdvance", Math.round(seconds * this.machine.options.hz));
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const instance = this.machine.cpu(cpu);
      instance.call("rcuCpuOnline");
      instance.call("runDeferred");
      instance.call("rcuQuiescent");
      instance.call("rcuCpuOffline");
    }
  }

  counters(): RouterCounters {
    const columns = RT_STAT_NAMES.map((name, i) => [name, readRtStat(this.machine, i)]);
    return {
      mib: readMib(this.machine),
      rtCacheStat: Object.fromEntries(columns) as RouterCounters["rtCacheStat"],
      entries: dstEntries(this.machine),
      costs: readCosts(this.machine),
    };
  }

  /** Runs everything that waits for RCU, on every CPU. */
  drain(): void {
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const instance = this.machine.cpu(cpu);
      instance.call("rcuCpuOnline");
      instance.call("rcuBarrierLocal");
      instance.call("rcuCpuOffline");
    }
  }

  /** Audits the machine and takes it apart; it is not to be used afterwards. */
  close(): Promise<AuditReport> {
    const drain = async (): Promise<void> => this.drain();
    const { machine } = this;
    const neighbours = this.world.neighbours.filter(({ ifindex }) => !this.wentDown.has(ifindex));
    const world = { ...this.world, neighbours };
    return auditMachine({ machine, world, routesByNexthop: [], drain });
  }
}

/**
 * Boots a design in a world.
 * @throws {UsageError} for a design or a setup that is wrong, in one line
 */
export async function bootRouter(
  design: string,
  setup: WorldText,
  options: RouterOptions = {},
): Promise<Router> {
  const world = worldOf(setup);
  const image = await findImage(parseDesign(design), options.flavour ?? "debug");
  const { machines } = await Experiment.create({
    images: [image],
    world,
    table: EMPTY_TABLE,
    nexthopOf: () => 0,
    templates: [new Uint8Array(TEMPLATE_BYTES)],
    flowPairs: FLOW_PAIRS,
    boot: {
      cpus: options.cpus ?? 1,
      cores: options.cpus ?? 1,
      hz: options.hz ?? 1_000,
      packetsPerSecond: PACKETS_PER_SECOND,
      seed: options.seed ?? 1,
      fibTables: 2,
    },
  });
  const [machine] = machines;
  if (machine === undefined) throw new RangeError("no machine");
  machine.setWord("SB_PACKETS_PER_TICK", 0);
  return new Router(machine, world);
}
