/**
 * dst entries of three kernels, for tests that compare them: machines whose layout, collector and
 * counts are 2.6.18's, 2.6.39's or 3.10's, and an entry's words by name. Machines of 2.6 forward
 * without a dst: entries are the test's.
 */
import { type Router, WORLD } from "../../machine/router.js";
import { CALL_IP_FORWARD, CALL_IP_OUTPUT, CORE_ENTRY, coreRouter } from "./core.js";

export type EraName = "2.6.18" | "2.6.39" | "3.10";

/** What differs between the kernels as far as a dst is concerned. */
export interface Era {
  readonly name: EraName;
  readonly defines: Readonly<Record<string, number>>;
  /** Entries of two lists, collected by a work item. */
  readonly hasBusyList: boolean;
  /** `obsolete` of a new entry. */
  readonly obsolete: number;
  /** The event that moves a dead entry's device reference. */
  readonly unregisters: number;
  /** Words of an entry that can hold metrics. */
  readonly metrics: number;
}

export const NETDEV_DOWN = 0x0002;
export const NETDEV_UNREGISTER = 0x0006;
export const NETDEV_UNREGISTER_FINAL = 0x0011;

export const ERAS: readonly Era[] = [
  {
    name: "2.6.18",
    defines: {
      DST_DST_LAYOUT: 0,
      DST_DST_GC: 0,
      DST_ENTRIES: 0,
      DST_NOREF: 0,
      DST_DEV_COUNT: 0,
      DST_FREE: 0,
    },
    hasBusyList: false,
    obsolete: 0,
    unregisters: NETDEV_UNREGISTER,
    metrics: 12,
  },
  {
    name: "2.6.39",
    defines: { DST_DST_LAYOUT: 1, DST_FREE: 0 },
    hasBusyList: true,
    obsolete: -1,
    unregisters: NETDEV_UNREGISTER,
    metrics: 14,
  },
  {
    name: "3.10",
    defines: {},
    hasBusyList: true,
    obsolete: -1,
    unregisters: NETDEV_UNREGISTER_FINAL,
    metrics: 14,
  },
];

/** The era of this name. */
export function eraOf(name: EraName): Era {
  const era = ERAS.find((one) => one.name === name);
  if (era === undefined) throw new RangeError(name);
  return era;
}

/** A machine whose entries are those of `era`, with `entry` compiled for its test. */
export async function eraRouter(era: Era, cpus = 2, entry = CORE_ENTRY): Promise<EraRouter> {
  const design = era.name === "3.10" ? "linux-3.10" : "nexthop-direct";
  return new EraRouter(era, await coreRouter(design, cpus, { ...era.defines }, entry));
}

const FIELDS = { use: 0, lastuse: 1, expires: 2, child: 3, flags: 4 } as const;
const TX_IFINDEX = 6;
const IFF_UP = 1;
const FLAGS_OF_DEVICE = 8;
export const MARK_DISCARD = [1, 1];
export const MARK_FORWARD = [CALL_IP_FORWARD, CALL_IP_OUTPUT];

/** A machine, and what a test asks of its entries. */
export class EraRouter {
  readonly dev: number;
  readonly loopback: number;

  constructor(
    readonly era: Era,
    readonly router: Router,
  ) {
    this.dev = router.machine.deviceAt(TX_IFINDEX);
    this.loopback = router.machine.deviceAt(WORLD.devices[0]?.ifindex ?? 1);
  }

  call(name: string, ...args: number[]): number {
    return this.router.call(name, ...args);
  }

  /** A forwarding entry on the device, with one reference. */
  alloc(willCache: boolean): number {
    const at = this.call("rtDstAlloc", this.dev, willCache ? 1 : 0);
    if (at === 0) return 0;
    this.setWord(at + this.layout("DST_INPUT_OFFSET"), CALL_IP_FORWARD);
    this.setWord(at + this.layout("DST_OUTPUT_OFFSET"), CALL_IP_OUTPUT);
    return at;
  }

  /** What `dst_alloc` itself hands out; where it does not zero, the test fills the tail. */
  rawAlloc(dev: number, flags = 0): number {
    const ops = this.layout("DST_OPS_IPV4");
    const at = this.call("dstAlloc", ops, dev, 1, this.era.obsolete, flags);
    const list = at + this.layout("RTABLE_UNCACHED_OFFSET");
    if (this.era.name === "3.10") for (const end of [list, list + 8]) this.setWord(end, list);
    return at;
  }

  layout(name: string): number {
    return this.router.machine.layout.at(name);
  }

  word(at: number): number {
    return this.router.machine.u32[at / 4] ?? 0;
  }

  setWord(at: number, value: number): void {
    this.router.machine.u32[at / 4] = value;
  }

  field(at: number, name: keyof typeof FIELDS): number {
    return this.call("entryField", at, FIELDS[name]);
  }

  setField(at: number, name: keyof typeof FIELDS, value: number): void {
    this.call("setEntryField", at, FIELDS[name], value);
  }

  obsolete(at: number): number {
    const bytes = new DataView(this.router.machine.memory.buffer);
    return bytes.getInt16(at + this.layout("DST_OBSOLETE_OFFSET"), true);
  }

  /** Ids of the entry's input and output. */
  handlers(at: number): number[] {
    return ["DST_INPUT_OFFSET", "DST_OUTPUT_OFFSET"].map((name) => this.router.field(at, name));
  }

  deviceOf(at: number): number {
    return this.router.field(at, "DST_DEV_OFFSET");
  }

  private chain(headName: string): number[] {
    const found: number[] = [];
    let at = this.word(this.call(headName));
    for (; at !== 0 && found.length < 10_000; at = this.router.field(at, "DST_NEXT_OFFSET")) {
      found.push(at);
    }
    return found;
  }

  garbage(): number[] {
    return this.chain("dstGarbageHeadAt");
  }

  busy(): number[] {
    return this.chain("dstBusyHeadAt");
  }

  setDeviceUp(up: boolean): void {
    const flags = this.word(this.dev + FLAGS_OF_DEVICE);
    this.setWord(this.dev + FLAGS_OF_DEVICE, up ? flags | IFF_UP : flags & ~IFF_UP);
  }

  /** Ticks until something that was armed runs on CPU 0, and runs it; -1 if nothing comes. */
  ticksToNextRun(limit = 130_000): number {
    this.call("neighStopWalk");
    for (let ticks = 1; ticks <= limit; ticks++) {
      this.call("clockAdvance", 1);
      if (this.call("runDeferred") > 0) return ticks;
    }
    return -1;
  }

  jiffies(): number {
    return this.call("jiffies") >>> 0;
  }

  /** Releases what a test holds, collects, and says what is left. */
  end(entries: readonly number[]): { rtables: number; entries: number } {
    for (const at of entries) this.call("dstRelease", at);
    this.call("dstGcTask");
    this.router.drain();
    return { rtables: this.router.rtablesInUse(), entries: this.router.entries() };
  }
}
