/**
 * dst entries as a machine's bytes have them, by the layout of its image. Addresses are numbers in
 * host order; a field that the layout lacks is undefined.
 */
import { swapBytes } from "../reference/ipv4Address.js";
import type { Machine } from "./machine.js";

/** One hh_cache. */
export interface HeaderView {
  /** Of its neighbour's list and of each entry that shares it. */
  readonly refcnt: number;
  /** Packets are sent by it at once: its output is `dev_queue_xmit`. */
  readonly isUpToDate: boolean;
}

/** One rtable. */
export interface DstView {
  readonly address: number;
  /** Where it was found: a chain of the hash, a slot of a nexthop. */
  readonly place: string;
  /** ifindex of the device, 0 if there is none. */
  readonly ifindex: number;
  readonly error: number;
  readonly obsolete: number;
  /** `DST_…`. */
  readonly flags: number;
  /** The word as it stands: with refcount=rcuref 0 is one reference. */
  readonly refcnt: number;
  readonly use: number;
  readonly lastuse: number;
  readonly expires: number;
  /** The machine's clock, in jiffies. */
  readonly now: number;
  readonly headerLen: number;
  /** `RTCF_…`. */
  readonly rtFlags: number;
  readonly rtType: number;
  readonly rtIif: number;
  /** 0 in a layout without addresses: on-link. */
  readonly rtGateway: number;
  readonly rtDst: number | undefined;
  readonly rtSrc: number | undefined;
  readonly rtSpecDst: number | undefined;
  readonly keySrc: number | undefined;
  readonly keyTos: number | undefined;
  /** Receiving device of the key, 0 of an output route. */
  readonly keyIif: number | undefined;
  /** RTAX_x at index x − 1; 12 words. */
  readonly metrics: readonly number[];
  /** The hardware header that it shares; null before its first packet, and from 3.1 on. */
  readonly header: HeaderView | null;
}

/** Metrics by the index of their word. */
export const RTAX = { mtu: 2, window: 3, rtt: 4, rttvar: 5, advmss: 8, hoplimit: 10 } as const;
const METRICS = 12;
const READ_ONLY_BITS = 3;

/** Reads fields of one entry. */
class EntryReader {
  private readonly view: DataView;

  constructor(
    private readonly machine: Machine,
    private readonly at: number,
  ) {
    this.view = new DataView(machine.memory.buffer, at);
  }

  offset(name: string): number | undefined {
    const offset = this.machine.layout.at(`VIEW_${name}`);
    return offset === this.machine.layout.at("VIEW_NONE") ? undefined : offset;
  }

  word(name: string): number {
    const offset = this.offset(name);
    return offset === undefined ? 0 : this.view.getUint32(offset, true);
  }

  short(name: string): number {
    const offset = this.offset(name);
    return offset === undefined ? 0 : this.view.getInt16(offset, true);
  }

  byte(name: string): number | undefined {
    const offset = this.offset(name);
    return offset === undefined ? undefined : this.view.getUint8(offset);
  }

  /** A word, undefined where the layout lacks it. */
  maybe(name: string): number | undefined {
    return this.offset(name) === undefined ? undefined : this.word(name);
  }

  /** An address in host order. */
  addressOf(name: string): number | undefined {
    const word = this.maybe(name);
    return word === undefined ? undefined : swapBytes(word);
  }

  metrics(): number[] {
    const { machine, at } = this;
    const isCopied = machine.layout.at("VIEW_METRICS_COPIED") === 1;
    const pointer = (this.word("METRICS") & ~READ_ONLY_BITS) >>> 0;
    const from = isCopied ? at + (this.offset("METRICS") ?? 0) : pointer;
    if (from === 0) return new Array<number>(METRICS).fill(0);
    return [...machine.u32.slice(from / 4, from / 4 + METRICS)];
  }
}

/** HH_OUTPUT_XMIT of `assembly/net/core/hhCache.ts`. */
const HH_OUTPUT_XMIT = 1;

function headerOf({ layout, u32 }: Machine, at: number): HeaderView | null {
  if (at === 0) return null;
  const word = (name: string): number => u32[(at + layout.at(name)) / 4] ?? 0;
  return { refcnt: word("HH_REFCNT"), isUpToDate: word("HH_OUTPUT") === HH_OUTPUT_XMIT };
}

function ifindexOf(machine: Machine, device: number): number {
  return device === 0 ? 0 : (machine.u32[device / 4] ?? 0);
}

/** The rtable at `address`, which was found at `place`. */
export function readDst(machine: Machine, address: number, place: string): DstView {
  const { layout, u32, plan } = machine;
  const entry = new EntryReader(machine, address);
  const word = (name: string): number => u32[(address + layout.at(name)) / 4] ?? 0;
  // 16 bits in the layout of 3.10, where the next field shares the word.
  const isShortFlags = layout.at("VIEW_RT_DST") === layout.at("VIEW_NONE");
  const flags = entry.word("FLAGS");
  return {
    address,
    place,
    ifindex: ifindexOf(machine, word("DST_DEV_OFFSET")),
    error: entry.short("ERROR"),
    obsolete: entry.short("OBSOLETE"),
    flags: isShortFlags ? flags & 0xffff : flags,
    refcnt: word("DST_REFCNT_OFFSET") | 0,
    use: entry.word("USE"),
    lastuse: entry.word("LASTUSE"),
    expires: entry.word("EXPIRES"),
    now: u32[(plan.superblock.base + layout.at("G_CLOCK")) / 4] ?? 0,
    headerLen: entry.short("HEADER_LEN") & 0xffff,
    rtFlags: entry.word("RT_FLAGS"),
    rtType: entry.short("RT_TYPE") & 0xffff,
    rtIif: entry.word("RT_IIF"),
    rtGateway: swapBytes(entry.word("RT_GATEWAY")),
    rtDst: entry.addressOf("RT_DST"),
    rtSrc: entry.addressOf("RT_SRC"),
    rtSpecDst: entry.addressOf("RT_SPEC_DST"),
    keySrc: entry.addressOf("KEY_SRC"),
    keyTos: entry.byte("KEY_TOS"),
    keyIif: entry.maybe("KEY_IIF"),
    metrics: entry.metrics(),
    header: headerOf(machine, entry.word("HH")),
  };
}

/** Entries in the chains of a route cache's hash, from the highest bucket down, as the kernel's. */
function hashedEntries(machine: Machine): DstView[] {
  const buckets = 2 ** machine.word("RT_HASH_LOG");
  const base = machine.word("RT_HASH_BUCKETS_AT") / 4;
  const next = machine.layout.at("DST_NEXT_OFFSET");
  const seen = new Set<number>();
  const found: DstView[] = [];
  for (let bucket = buckets - 1; bucket >= 0; bucket--) {
    for (let at = machine.u32[base + 2 * bucket] ?? 0; at !== 0 && !seen.has(at); ) {
      seen.add(at);
      found.push(readDst(machine, at, `bucket ${bucket}`));
      at = machine.u32[(at + next) / 4] ?? 0;
    }
  }
  return found;
}

/** Entries in the slots of nexthops, by the numbers of their fib_infos. */
function slottedEntries(machine: Machine): DstView[] {
  const control = machine.cpu(machine.controlCpu);
  const infos = machine.word("FIB_INFOS_NEXT");
  const isShared = machine.image.row["output-slot"] === "shared";
  const found: DstView[] = [];
  for (let index = 1; index < infos; index++) {
    for (let slot = 0; slot < 2 + machine.options.cpus + 1; slot++) {
      const at = control.call("slotRouteOf", index, slot);
      if (at === 0) continue;
      const output = isShared ? "nh_rth_output" : `nh_pcpu_rth_output of CPU ${slot - 2}`;
      const name = slot === 0 ? "nh_rth_input" : output;
      found.push(readDst(machine, at, `${name}, fib_info ${index}`));
    }
  }
  return found;
}

/** Every dst that a design keeps for later packets; none where it keeps none. */
export function readCachedDsts(machine: Machine): DstView[] {
  const cache = machine.image.row["route-cache"];
  if (cache === "hash") return hashedEntries(machine);
  return cache === "nexthop" ? slottedEntries(machine) : [];
}
