/**
 * Whole machines for tests: designs by name, a small generated table in the standard setup, and
 * what a test asks of them: the fate of a frame, what slots hold, counts at rest. All CPUs of a
 * machine are instances on this thread, so their order is the test's; threads are for
 * `.whole.test.ts`.
 */
import { parseDesign } from "../../../src/image/designs.js";
import type { Flavour } from "../../../src/image/flavour.js";
import { findImage, type Image } from "../../../src/image/imageStore.js";
import { type Costs, clearCosts, readCosts, readMib } from "../../../src/machine/counters.js";
import { Experiment } from "../../../src/machine/experiment.js";
import type { Machine } from "../../../src/machine/machine.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import type { Fate } from "../../../src/reference/fate.js";
import { swapBytes } from "../../../src/reference/ipv4Address.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import type { World } from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { frameOfTemplate, rxTemplates } from "../../../src/workloads/templates.js";
import { bigTable } from "../../src/workloads/tables.js";

/** Ids of `assembly/mm/caches.ts`. */
export const RTABLE_CACHE = 0;
export const NEIGHBOUR_CACHE = 2;

/** Milliseconds for making images that are not there yet. */
export const COMPILE_MS = 240_000;

export const TABLE_ROWS = 512;
export const WORLD: World = standardWorld();
export const TABLE = bigTable(TABLE_ROWS);

/** Rows take the next hops in turn, so a row's number tells its next hop. */
export function nexthopOf(row: number): number {
  return row % WORLD.nexthops.length;
}

/** The judge for these machines. */
export function referenceRouter(): ReferenceRouter {
  const router = new ReferenceRouter(WORLD);
  router.loadTable(TABLE, nexthopOf);
  return router;
}

export interface RouterOptions {
  readonly cpus?: number;
  readonly flavour?: Flavour;
  /** Images made by the test instead of those of the designs. */
  readonly images?: readonly Image[];
  /** Room for a list of updates in each machine, which then has a table part of its own. */
  readonly updateBytes?: number;
}

/** One machine of one design. */
export async function routerOf(design: string, options: RouterOptions = {}): Promise<Router> {
  const [router] = await routersOf([design], options);
  if (router === undefined) throw new RangeError("no machine");
  return router;
}

/** A machine for each design, in one memory with one table part. All CPUs are online for RCU. */
export async function routersOf(
  designs: readonly string[],
  options: RouterOptions = {},
): Promise<Router[]> {
  const images: Image[] = [...(options.images ?? [])];
  for (const name of designs) {
    images.push(await findImage(parseDesign(name), options.flavour ?? "debug"));
  }
  const experiment = await Experiment.create({
    images,
    world: WORLD,
    table: TABLE,
    nexthopOf,
    templates: rxTemplates(WORLD),
    flowPairs: 1 << 16,
    ownTables: options.updateBytes === undefined ? 0 : images.length,
    updateBytes: options.updateBytes ?? 0,
    boot: {
      cpus: options.cpus ?? 1,
      cores: 2,
      hz: 1000,
      packetsPerSecond: 1e6,
      seed: 1,
      fibTables: 2,
    },
  });
  return experiment.machines.map((machine) => new Router(experiment, machine));
}

/** What the slots of a machine's nexthops hold. */
export interface SlotEntry {
  readonly fibInfo: number;
  /** 0: input, 1: shared output, 2 + c: output of CPU c. */
  readonly slot: number;
  readonly rtable: number;
}

/** A machine with a test's questions. */
export class Router {
  readonly templates = rxTemplates(WORLD);

  constructor(
    readonly experiment: Experiment,
    readonly machine: Machine,
  ) {
    this.online();
  }

  get cpus(): number {
    return this.machine.options.cpus;
  }

  /** All forwarding CPUs come online for RCU. */
  online(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.machine.cpu(cpu).call("rcuCpuOnline");
  }

  offline(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.machine.cpu(cpu).call("rcuCpuOffline");
  }

  call(name: string, ...args: number[]): number {
    return this.machine.cpu(0).call(name, ...args);
  }

  control(name: string, ...args: number[]): number {
    return this.machine.cpu(this.cpus).callSigned(name, ...args);
  }

  /** Receives one frame on CPU `cpu` and says what became of it, from ring and counters. */
  receive(rxIfindex: number, frame: Uint8Array, cpu = 0): Fate | string {
    const { machine } = this;
    const at = machine.hostFrameAt(cpu);
    new Uint8Array(machine.memory.buffer).set(frame, at);
    const before = readMib(machine);
    const sent = machine.ringsWord(cpu, "RINGS_TX_SENT");
    machine.cpu(cpu).call("receiveFrame", at, frame.length, machine.deviceAt(rxIfindex));
    return this.fateSince(before, sent, cpu);
  }

  private fateSince(before: ReturnType<typeof readMib>, sent: number, cpu: number): Fate | string {
    const ends: Fate[] = [];
    const after = readMib(this.machine);
    for (const one of sentFrames(this.machine, cpu, sent)) ends.push({ kind: "forwarded", ...one });
    for (let i = before.inDelivers; i < after.inDelivers; i++) ends.push({ kind: "delivered" });
    const other: string[] = [];
    for (const [name, count] of Object.entries(after.drops)) {
      const was = before.drops[name as keyof typeof before.drops] ?? 0;
      for (let i = was; i < count; i++) other.push(name);
    }
    if (ends.length === 1 && other.length === 0) return ends[0] ?? "none";
    if (ends.length === 0 && other.length === 1) {
      return { kind: "dropped", reason: other[0] } as Fate;
    }
    return `${ends.map((end) => end.kind).join()} and drops ${other.join()}`;
  }

  /** Writes (saddr, daddr) pairs in host order as the flow list of CPU `cpu`, from the start. */
  setFlows(pairs: readonly (readonly [number, number])[], cpu = 0): void {
    const { machine } = this;
    const at = machine.memoryPlan.flows.base + cpu * 65_536;
    pairs.forEach(([saddr, daddr], i) => {
      machine.u32[at / 4 + 2 * i] = swapBytes(saddr);
      machine.u32[at / 4 + 2 * i + 1] = swapBytes(daddr);
    });
    machine.setRingsWord(cpu, "RINGS_FLOWS_AT", at);
    machine.setRingsWord(cpu, "RINGS_FLOWS", pairs.length);
    machine.setRingsWord(cpu, "RINGS_FLOW_NEXT", 0);
  }

  /** Forwards `packets` packets of the flow list on CPU `cpu`. */
  forward(packets: number, cpu = 0): void {
    this.machine.cpu(cpu).call("forwardPackets", packets);
  }

  send(packets: number, cpu = 0): void {
    this.machine.cpu(cpu).call("sendPackets", packets);
  }

  /** What a call costs, from the counters of a debug image. */
  costs(run: () => void): Costs {
    clearCosts(this.machine);
    run();
    return readCosts(this.machine);
  }

  /** Every rtable that a slot points to. */
  slots(): SlotEntry[] {
    const { machine } = this;
    const found: SlotEntry[] = [];
    for (let fibInfo = 1; fibInfo < machine.word("FIB_INFOS_NEXT"); fibInfo++) {
      for (let slot = 0; slot <= 2 + this.cpus; slot++) {
        const rtable = this.call("slotRouteOf", fibInfo, slot);
        if (rtable !== 0) found.push({ fibInfo, slot, rtable });
      }
    }
    return found;
  }

  /** A word at `address` + the layout's constant `name`. */
  field(address: number, name: string): number {
    return this.machine.u32[(address + this.machine.layout.at(name)) / 4] ?? 0;
  }

  /** References counted in a dst, where counts are plain atomic ones. */
  refcnt(dst: number): number {
    return this.field(dst, "DST_REFCNT_OFFSET") | 0;
  }

  rtablesInUse(): number {
    return this.call("slabInUse", RTABLE_CACHE);
  }

  /** `dst_entries_get_slow`. */
  entries(): number {
    return this.call("percpuCounterSum", 0);
  }

  /** References on the device with this ifindex. */
  deviceCount(ifindex: number): number {
    return this.control("netdevRefcntRead", this.machine.deviceAt(ifindex));
  }

  /** Runs everything that RCU deferred, with all CPUs at rest; they are online again afterwards. */
  drain(): void {
    this.offline();
    for (let round = 0; round < 2; round++) {
      for (let cpu = 0; cpu <= this.cpus; cpu++) this.machine.cpu(cpu).call("rcuBarrierLocal");
    }
    this.online();
  }

  /** True if the free lists of a slab cache are sound. */
  slabIsValid(id: number): boolean {
    const bitmap = this.machine.word("SB_REQUEST_AT");
    if (this.call("slabBitmapBytes", id) > this.machine.word("SB_REQUEST_BYTES")) {
      throw new RangeError("the bitmap does not fit the request's place");
    }
    return this.control("slabCacheIsValid", id, bitmap) === 0;
  }

  /**
   * Ends the machine: routes go, then every device, loopback last. Returns the references that are
   * left on each device.
   */
  tearDown(): number[] {
    this.control("fibDetachTables");
    this.drain();
    const { devices } = WORLD;
    const last = [...devices.slice(1), ...devices.slice(0, 1)];
    for (const device of last) {
      this.control("unregisterNetdevice", this.machine.deviceAt(device.ifindex));
    }
    this.drain();
    const left = last.map((device) =>
      this.control("netdevRunTodo", this.machine.deviceAt(device.ifindex)),
    );
    this.drain();
    return left;
  }
}

/** An address of the table's row: the first host of its prefix. */
export function hostOfRow(row: number, host = 1): number {
  return ((TABLE.prefixes[row] ?? 0) + host) >>> 0;
}

/** Rows whose packets of 46 bytes are forwarded: all, for no device's MTU is smaller. */
export function flowsToRows(rows: readonly number[], packets: number): [number, number][] {
  return Array.from({ length: packets }, (_, i): [number, number] => [
    0x08080800 + (i % 4),
    hostOfRow(rows[i % rows.length] ?? 0),
  ]);
}

/** The frame that the receive ring makes of a pair. */
export function frameOfPair(router: Router, saddr: number, daddr: number): Uint8Array {
  const template = router.templates[(saddr & 0xff) % router.templates.length];
  if (template === undefined) throw new RangeError("no template");
  return frameOfTemplate(template, saddr, daddr);
}
