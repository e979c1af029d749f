/** A machine with a hash of flows, for tests that look into it: chains, entries, counters. */
import { parseDesign } from "../../src/image/designs.js";
import { sha256 } from "../../src/image/imageStore.js";
import { readRtStat } from "../../src/machine/counters.js";
import { RT_STAT_NAMES } from "../../src/machine/kernelViews.js";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import { receiveDeviceIndex } from "../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../src/workloads/standardWorld.js";
import { frameOfPair, type Router, routersOf, WORLD } from "../assembly/machine/router.js";
import { cachedImage } from "./testMachine.js";

export type RtStat = Partial<Record<(typeof RT_STAT_NAMES)[number], number>>;

/** Numbers of `fieldOf` in `rtLookup.as.ts`. */
const FIELDS = {
  input: 0,
  output: 1,
  dev: 2,
  error: 3,
  flags: 4,
  use: 5,
  lastuse: 6,
  rtFlags: 7,
  rtType: 8,
  rtGateway: 9,
  rtIif: 10,
  obsolete: 11,
  keyDst: 20,
  keySrc: 21,
  keyTos: 22,
  keyIif: 23,
  keyOif: 24,
  rtDst: 25,
  rtSrc: 26,
  rtSpecDst: 27,
  rtRouteIif: 28,
  fi: 29,
} as const;
export type EntryField = keyof typeof FIELDS;

/** What `dst.input` and `dst.output` hold. */
export const CALL = {
  discard: 1,
  ip_local_deliver: 2,
  ip_forward: 3,
  ip_error: 4,
  ip_output: 5,
  ip_rt_bug: 6,
} as const;

export const RTCF = {
  notify: 0x00010000,
  redirected: 0x00040000,
  doredirect: 0x01000000,
  directsrc: 0x04000000,
  broadcast: 0x10000000,
  multicast: 0x20000000,
  local: 0x80000000,
} as const;

/** A machine of `design` whose clock the test moves; `buckets` as `rhash_entries`. */
export async function routeCache(
  design: string,
  options: { buckets?: number; cpus?: number } = {},
): Promise<RouteCache> {
  const { row, defines } = parseDesign(design);
  const bytes = await cachedImage("test/assembly/net/ipv4/rtLookup.as.ts", "debug", {
    ...defines,
  });
  const image = { name: design, row, bytes, sha256: sha256(bytes), compiledNow: true } as const;
  const [router] = await routersOf([], {
    images: [{ ...image, flavour: "debug" }],
    cpus: options.cpus ?? 1,
    rhashEntries: options.buckets ?? 1024,
  });
  if (router === undefined) throw new RangeError("no machine");
  router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  return new RouteCache(router);
}

export class RouteCache {
  private readonly rx = receiveDevices(WORLD);

  constructor(readonly router: Router) {}

  /** Calls an export of CPU 0; addresses are for `net` to turn round. */
  call(name: string, ...args: number[]): number {
    return this.router.call(name, ...args);
  }

  /** The same with a signed answer. */
  callSigned(name: string, ...args: number[]): number {
    return this.router.machine.cpu(0).callSigned(name, ...args);
  }

  /** ifindex of the device on which a packet from `saddr` is received. */
  iifOf(saddr: number): number {
    return this.rx[receiveDeviceIndex(saddr, this.rx.length)]?.ifindex ?? 0;
  }

  /** Receives a packet of a pair; its TOS byte may be given. Returns its fate. */
  receive(saddr: number, daddr: number, tos = 0, cpu = 0): ReturnType<Router["receive"]> {
    const frame = withTos(frameOfPair(this.router, saddr, daddr), tos);
    return this.router.receive(this.iifOf(saddr), frame, cpu);
  }

  /** The entry of an input flow, 0 if there is none; counts as a look-up does. */
  find(saddr: number, daddr: number, tos = 0): number {
    const [d, s] = [swapBytes(daddr), swapBytes(saddr)];
    return this.call("findInput", d, s, this.iifOf(saddr), tos, 0);
  }

  findOutput(daddr: number, saddr = 0): number {
    return this.call("findOutput", swapBytes(daddr), swapBytes(saddr), 0, 0, 0);
  }

  /** Chain number of an input flow. */
  chainOf(saddr: number, daddr: number): number {
    return this.call("rtHashCode", swapBytes(daddr), swapBytes(saddr), this.iifOf(saddr));
  }

  /** Entries of chain `hash`, the head first. */
  chain(hash: number): number[] {
    const { machine } = this.router;
    const next = machine.layout.at("DST_NEXT_OFFSET");
    const found: number[] = [];
    let at = machine.u32[machine.word("RT_HASH_BUCKETS_AT") / 4 + 2 * hash] ?? 0;
    while (at !== 0 && found.length < 10_000) {
      found.push(at);
      at = machine.u32[(at + next) / 4] ?? 0;
    }
    return found;
  }

  /** Entries of all chains. */
  hashed(): number[] {
    const buckets = this.call("rtHashBuckets");
    return Array.from({ length: buckets }, (_, hash) => this.chain(hash)).flat();
  }

  field(at: number, name: EntryField): number {
    return this.call("fieldOf", at, FIELDS[name]) >>> 0;
  }

  /** Several fields of an entry. */
  fields<F extends EntryField>(at: number, ...names: F[]): Record<F, number> {
    return Object.fromEntries(names.map((name) => [name, this.field(at, name)])) as Record<
      F,
      number
    >;
  }

  refcnt(at: number): number {
    return this.router.refcnt(at);
  }

  /** Counters that `run` moved, without those that stood still. */
  stats(run: () => void): RtStat {
    const before = this.allStats();
    run();
    const moved = this.allStats().map((now, i) => now - (before[i] ?? 0));
    return Object.fromEntries(
      RT_STAT_NAMES.map((name, i) => [name, moved[i]]).filter(([, n]) => n !== 0),
    );
  }

  private allStats(): number[] {
    return RT_STAT_NAMES.map((_, i) => readRtStat(this.router.machine, i));
  }

  /** Moves the clock. */
  wait(ticks: number): void {
    this.router.control("clockAdvance", ticks);
  }

  get jiffies(): number {
    return this.call("jiffies") >>> 0;
  }

  /** Daddrs from `from` on whose flows from `saddr` are in the chain `hash`. */
  colliding(saddr: number, hash: number, count: number, from: number): number[] {
    const found: number[] = [];
    for (let daddr = from; found.length < count; daddr++) {
      if (this.chainOf(saddr, daddr) === hash) found.push(daddr);
    }
    return found;
  }
}

/** The frame with another TOS byte and the checksum that goes with it. */
function withTos(frame: Uint8Array, tos: number): Uint8Array {
  const changed = frame.slice();
  const was = changed[15] ?? 0;
  changed[15] = tos;
  // RFC 1624: the checksum falls as the word grows, in ones' complement.
  let sum = (~(((changed[24] ?? 0) << 8) | (changed[25] ?? 0)) & 0xffff) + tos - was;
  if (sum < 0) sum -= 1;
  sum = (sum & 0xffff) + (sum > 0xffff ? 1 : 0);
  const check = ~sum & 0xffff;
  changed[24] = check >>> 8;
  changed[25] = check & 0xff;
  return changed;
}
