/**
 * A machine: one superblock in the shared memory, one image, N CPUs and a control plane.
 *
 * This class is the host's view of it: it boots it, writes the setup into it, and offers one
 * instance per CPU on this thread for what runs before and after windows (judge, counting, audit).
 * CPUs that measure are workers (`cpus.ts`). Nothing here may wait once workers run.
 */
import type { Image } from "../image/imageStore.js";
import { swapBytes } from "../reference/ipv4Address.js";
import type { Device, Route, World } from "../reference/world.js";
import { ImageInstance } from "./imageInstance.js";
import type { Layout } from "./layout.js";
import {
  CPU_AREA_BYTES,
  fibKindOf,
  type MachinePlan,
  type MemoryPlan,
  type Region,
  RINGS,
  RINGS_BYTES,
} from "./plan.js";
import { SLAB_DEBUG_DEFAULT, type SlabDebug, writeSlabDebug } from "./slabDebug.js";
import { slabFaultText } from "./slabFault.js";

/** Boot words that are not addresses. */
export interface BootOptions {
  readonly cpus: number;
  readonly cores: number;
  readonly hz: number;
  /** Offered packets per second of one CPU: moves the machine's clock. */
  readonly packetsPerSecond: number;
  readonly seed: number;
  /** FIB tables that a lookup asks: 2 = local and main, 1 = main only. */
  readonly fibTables: 1 | 2;
  /** Buckets of a route cache's hash, rounded up to a power of two. @default 32,768 */
  readonly rhashEntries?: number;
  /** The control plane works beside windows: it needs a core as well. @default false */
  readonly controlBusy?: boolean;
  /** `gc_thresh1`, `2` and `3` of the neighbour table. @default 128, 512, 1024 */
  readonly neighbourThresholds?: readonly [number, number, number];
  /** What debug images check. @default all, and freed objects are used again at once */
  readonly slabDebug?: SlabDebug;
}

/** Whether the CPUs of a machine outnumber the cores. */
export function isOversubscribed(cpus: number, cores: number, controlBusy: boolean): boolean {
  return cpus + (controlBusy ? 1 : 0) > cores;
}

/** Words of a flags argument of `registerNetdevice`. */
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
/** `nlflags` of a request. */
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;
/** Spins before a wait sleeps: about 50 µs; almost none where CPUs outnumber cores. */
const SPINS = 20_000;
const SPINS_OVERSUBSCRIBED = 100;
/** Sleeps of 50 µs until a wait traps: 10 s. */
const SLEEPS = 200_000;
/** What 2.6 chooses on a host of 1 GiB. */
export const RHASH_ENTRIES = 32_768;
/** `gc_thresh1`, `2` and `3` of `arp_tbl`. */
const NEIGH_GC_THRESHOLDS = [128, 512, 1024] as const;

/**
 * Room for a request, and for the bitmap in which walkers mark slab objects of 192 bytes and more.
 */
function requestBytes(plan: MachinePlan): number {
  return Math.max(65_536, plan.pages.bytes >>> 9);
}

/** A machine could not be booted: the plan was too small, or the image is of another ABI. */
export class BootError extends Error {}

/** What a machine is put together from. */
interface MachineParts {
  readonly image: Image;
  readonly modules: readonly WebAssembly.Module[];
  readonly memory: WebAssembly.Memory;
  readonly plan: MachinePlan;
  readonly memoryPlan: MemoryPlan;
  readonly options: BootOptions;
}

function packetsPerTick(packetsPerSecond: number, hz: number): number {
  return Math.max(1, Math.round(packetsPerSecond / hz));
}

const compiled = new WeakMap<Image, Promise<WebAssembly.Module[]>>();

/** The image compiled, in each of its layouts: once, whoever asks first. */
export function modulesOf(image: Image): Promise<WebAssembly.Module[]> {
  let modules = compiled.get(image);
  if (modules === undefined) {
    const orders = [image.bytes, ...(image.otherOrders ?? [])] as Uint8Array<ArrayBuffer>[];
    modules = Promise.all(orders.map((bytes) => WebAssembly.compile(bytes)));
    // Whoever boots the image is told of a failure; until then nobody is.
    modules.catch(() => {});
    compiled.set(image, modules);
  }
  return modules;
}

export class Machine {
  readonly layout: Layout;
  readonly u32: Uint32Array;
  private readonly instances = new Map<string, ImageInstance>();

  readonly image: Image;
  /** The image in each of its layouts; all do the same to the same bytes. */
  readonly modules: readonly WebAssembly.Module[];
  readonly memory: WebAssembly.Memory;
  readonly plan: MachinePlan;
  readonly memoryPlan: MemoryPlan;
  readonly options: BootOptions;

  private constructor(parts: MachineParts) {
    this.image = parts.image;
    this.modules = parts.modules;
    this.memory = parts.memory;
    this.plan = parts.plan;
    this.memoryPlan = parts.memoryPlan;
    this.options = parts.options;
    this.u32 = new Uint32Array(this.memory.buffer);
    this.u32[this.areaOf(0) / 4] = 0;
    this.u32[this.areaOf(0) / 4 + 1] = this.plan.superblock.base;
    this.layout = this.cpu(0).layout;
  }

  /** Boots a machine in zeroed bytes and returns it. @throws {BootError} */
  static async boot(
    image: Image,
    memory: WebAssembly.Memory,
    memoryPlan: MemoryPlan,
    number: number,
    options: BootOptions,
  ): Promise<Machine> {
    const plan = memoryPlan.machines[number];
    if (plan === undefined) throw new BootError(`no place for machine ${number} in the plan`);
    const modules = await modulesOf(image);
    const machine = new Machine({ image, modules, memory, plan, memoryPlan, options });
    machine.writeSuperblock();
    const failed = machine.cpu(0).call("boot", 1024);
    if (failed !== 0) throw new BootError(`boot of ${image.name} failed at step ${failed}`);
    return machine;
  }

  /** The table part that this machine uses: its own, or the one of its kind that it shares. */
  get table(): Region {
    const kind = fibKindOf(this.image.row);
    const region = this.plan.ownTable ?? this.memoryPlan.tables[kind];
    if (region === undefined) throw new BootError(`no ${kind} table part in the plan`);
    return region;
  }

  /** The image in its first layout. */
  get module(): WebAssembly.Module {
    const [first] = this.modules;
    if (first === undefined) throw new RangeError(`no module of ${this.image.name}`);
    return first;
  }

  /** Address of the area of CPU `cpu`. */
  areaOf(cpu: number): number {
    return this.plan.cpuAreas.base + cpu * CPU_AREA_BYTES;
  }

  /** The control plane's CPU number. */
  get controlCpu(): number {
    return this.options.cpus;
  }

  /** An instance on this thread for CPU `cpu`, in one layout; for use while no window runs. */
  cpu(cpu: number, layout = 0): ImageInstance {
    const key = `${cpu} ${layout}`;
    let instance = this.instances.get(key);
    if (instance === undefined) {
      const { modules, memory, image } = this;
      const module = modules[layout];
      if (module === undefined) throw new RangeError(`no layout ${layout} of ${image.name}`);
      const note = (): string => slabFaultText(this, cpu);
      instance = new ImageInstance(module, memory, this.areaOf(cpu), image.name, note);
      this.instances.set(key, instance);
    }
    return instance;
  }

  /** A word of the superblock, by the name of its offset in the layout. */
  word(name: string): number {
    return this.u32[(this.plan.superblock.base + this.layout.at(name)) / 4] ?? 0;
  }

  /** Sets a boot word, before the first window or between two. */
  setWord(name: string, value: number): void {
    this.u32[(this.plan.superblock.base + this.layout.at(name)) / 4] = value;
  }

  /** A word in the rings of a CPU. */
  ringsWord(cpu: number, name: string): number {
    const at = this.areaOf(cpu) + this.layout.at("PCPU_RINGS") + this.layout.at(name);
    return this.u32[at / 4] ?? 0;
  }

  setRingsWord(cpu: number, name: string, value: number): void {
    const at = this.areaOf(cpu) + this.layout.at("PCPU_RINGS") + this.layout.at(name);
    this.u32[at / 4] = value;
  }

  /** Another offered rate, in packets per second of a CPU; while no CPU runs. */
  setRate(packetsPerSecond: number): void {
    this.setWord("SB_PACKETS_PER_TICK", packetsPerTick(packetsPerSecond, this.options.hz));
  }

  private writeSuperblock(): void {
    const { layout, plan, memoryPlan, options } = this;
    if (layout.at("PCPU_BYTES") > CPU_AREA_BYTES) throw new BootError("CPU areas are too small");
    const busy = options.controlBusy === true;
    const oversubscribed = isOversubscribed(options.cpus, options.cores, busy);
    const [thresh1, thresh2, thresh3] = options.neighbourThresholds ?? NEIGH_GC_THRESHOLDS;
    const words: [string, number][] = [
      ["SB_ABI_VERSION", layout.at("ABI_VERSION")],
      ["SB_CPUS", options.cpus],
      ["SB_CPU_AREAS_AT", plan.cpuAreas.base],
      ["SB_CPU_AREA_STRIDE", CPU_AREA_BYTES],
      ["SB_SPIN_LIMIT", oversubscribed ? SPINS_OVERSUBSCRIBED : SPINS],
      ["SB_SLEEP_LIMIT", SLEEPS],
      ["SB_HZ", options.hz],
      ["SB_PACKETS_PER_TICK", packetsPerTick(options.packetsPerSecond, options.hz)],
      ["SB_SEED", options.seed],
      ["SB_FIB_TABLES", options.fibTables],
      ["SB_RCU_BLIMIT", 10],
      ["SB_RCU_QHIMARK", 10_000],
      ["SB_RCU_QLOWMARK", 100],
      ["SB_TABLE_AT", this.table.base],
      ["SB_TABLE_BYTES", this.table.bytes],
      ["SB_NEIGH_GC_THRESH1", thresh1],
      ["SB_NEIGH_GC_THRESH2", thresh2],
      ["SB_NEIGH_GC_THRESH3", thresh3],
      ["SB_BOOT_NEXT_AT", plan.boot.base],
      ["SB_TEMPLATES_AT", memoryPlan.templates.base],
      ["SB_REQUEST_BYTES", requestBytes(plan)],
      ["SB_RHASH_ENTRIES", options.rhashEntries ?? RHASH_ENTRIES],
    ];
    this.u32[plan.superblock.base / 4] = layout.at("SUPERBLOCK_MAGIC");
    for (const [name, value] of words) this.setWord(name, value);
    writeSlabDebug(this.u32, plan.superblock.base, options.slabDebug ?? SLAB_DEBUG_DEFAULT);
    const table = (plan.superblock.base + layout.at("SB_REGION_TABLE")) / 4;
    const regions = [plan.cpuAreas, plan.boot, plan.pages, plan.rings, this.table];
    regions.forEach((region, i) => {
      this.u32[table + 2 * i] = region.base;
      this.u32[table + 2 * i + 1] = region.bytes;
    });
    for (let cpu = 0; cpu <= options.cpus; cpu++) this.writeCpuArea(cpu);
  }

  private writeCpuArea(cpu: number): void {
    const area = this.areaOf(cpu) / 4;
    this.u32[area] = cpu;
    this.u32[area + 1] = this.plan.superblock.base;
    const rings = this.plan.rings.base + cpu * RINGS_BYTES;
    this.setRingsWord(cpu, "RINGS_SKBS_AT", rings + RINGS.skbs);
    this.setRingsWord(cpu, "RINGS_FRAMES_AT", rings + RINGS.frames);
    this.setRingsWord(cpu, "RINGS_TX_AT", rings + RINGS.tx);
    this.setRingsWord(cpu, "RINGS_RX_DEVICES", 1);
  }

  /** Address where the host may put a frame for CPU `cpu`, 16-aligned IP header, with headroom. */
  hostFrameAt(cpu: number): number {
    return this.plan.rings.base + cpu * RINGS_BYTES + RINGS.hostFrame + 34;
  }

  /** Address of the net_device with this ifindex. */
  deviceAt(ifindex: number): number {
    return (
      this.u32[(this.plan.superblock.base + this.layout.at("G_NETDEV")) / 4 + ifindex - 1] ?? 0
    );
  }

  /** Makes the devices and neighbours of a setup, and tells every CPU where frames arrive. */
  configure(world: World): void {
    for (const device of world.devices) this.addDevice(device);
    for (const neighbour of world.neighbours) {
      const { low, high } = macWords(neighbour.mac);
      const at = this.deviceAt(neighbour.ifindex);
      const key = swapBytes(neighbour.address);
      const error = this.cpu(this.controlCpu).callSigned("neighAddPermanent", at, key, low, high);
      if (error !== 0) throw new BootError(`neighbour refused with ${error}`);
    }
    const rx = world.devices.filter((device) => device.kind === "rx");
    // The ring takes the receive device from bits of the source address.
    if ((rx.length & (rx.length - 1)) !== 0) {
      throw new BootError(`${rx.length} receive devices; allowed: a power of two`);
    }
    for (let cpu = 0; cpu <= this.options.cpus; cpu++) {
      this.setRingsWord(cpu, "RINGS_RX_SLOT", (rx[0]?.ifindex ?? 1) - 1);
      this.setRingsWord(cpu, "RINGS_RX_DEVICES", rx.length);
    }
  }

  private addDevice(device: Device): void {
    const flags = (device.up ? IFF_UP : 0) | (device.kind === "loopback" ? IFF_LOOPBACK : 0);
    const control = this.cpu(this.controlCpu);
    const at = control.call("registerNetdevice", device.ifindex, device.mtu, flags);
    if (at === 0) throw new BootError(`device ${device.name} refused`);
    const { low, high } = macWords(device.mac);
    const primary = device.addresses[0]?.address ?? 0;
    this.u32[(at + this.layout.at("DEV_MAC_LOW")) / 4] = low;
    this.u32[(at + this.layout.at("DEV_MAC_HIGH")) / 4] = high;
    this.u32[(at + this.layout.at("DEV_PRIMARY_ADDRESS")) / 4] = swapBytes(primary);
    this.u32[(at + this.layout.at("DEV_IP_ENABLED")) / 4] = 1;
    this.u32[(at + this.layout.at("DEV_FORWARDING")) / 4] = device.forwarding ? 1 : 0;
  }

  /**
   * Writes a route as a `fib_config` (`assembly/net/fib/fibConfig.ts`) of 96 bytes: at the place
   * of the request, or elsewhere.
   */
  writeRequest(route: Route, nlflags: number, at = this.word("SB_REQUEST_AT")): void {
    const bytes = new DataView(this.memory.buffer, at, 96);
    for (let i = 0; i < 96; i += 4) bytes.setUint32(i, 0, true);
    const { nexthop } = route;
    bytes.setUint32(0, route.prefix, true);
    bytes.setUint8(4, route.length);
    bytes.setUint8(7, route.type);
    bytes.setUint8(8, route.scope);
    bytes.setUint32(12, nlflags, true);
    bytes.setUint32(16, swapBytes(route.preferredSource ?? 0), true);
    // A route that sends nothing on (blackhole, …) has no nexthop.
    if (nexthop.ifindex === 0) return;
    bytes.setUint32(32, 1, true);
    bytes.setUint32(64, this.deviceAt(nexthop.ifindex), true);
    bytes.setUint32(68, nexthop.ifindex, true);
    bytes.setUint32(72, swapBytes(nexthop.gateway), true);
    bytes.setUint32(76, nexthop.scope, true);
    bytes.setUint32(84, 1, true);
  }
}

/** A MAC address as a little-endian CPU loads its bytes 0–3 and 4–5. */
export function macWords(mac: Uint8Array): { low: number; high: number } {
  const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength);
  return { low: view.getUint32(0, true), high: view.getUint16(4, true) };
}
