/**
 * A whole machine with a small route cache and the model of it, moved together by real packets. The
 * model makes its own hash of a flow, its own chains and its own runs of the collectors; from the
 * machine it takes the seed of the hash and the count of entries before each packet, which depends
 * on when grace periods end.
 */
import { expect } from "vitest";
import { parseDesign } from "../../../../src/image/designs.js";
import { sha256 } from "../../../../src/image/imageStore.js";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { receiveDeviceIndex } from "../../../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../../../src/workloads/standardWorld.js";
import { cachedImage } from "../../../helpers/testMachine.js";
import { frameOfPair, type Router, routersOf, WORLD } from "../../machine/router.js";
import { type GcRun, type ModelEntry, RouteCacheModel } from "./routeCacheModel.js";
import { type RouteSysctls, routeSysctls, scoreOf } from "./rtGcLaw.js";
import { jhashNew, jhashOld } from "./rtModel.js";

const RX = receiveDevices(WORLD);
const GC_STATS = { total: 10, ignored: 11, goalMiss: 12, dstOverflow: 13 } as const;

/** What the collector did for a packet, and what it left. */
export interface GcStep extends GcRun {
  /** Entries when it ran, by the exact count. */
  readonly entries: number;
  readonly equilibrium: number;
  readonly expire: number;
}

/** One flow of the input path: host order, as frames are made. */
export interface Flow {
  readonly saddr: number;
  readonly daddr: number;
}

/** Boots a debug machine of `design` with 2^log buckets. */
export async function routeCachePair(
  design: string,
  log: number,
  options: { cpus?: number; seed?: number } = {},
): Promise<RouteCachePair> {
  const { row, defines } = parseDesign(design);
  const bytes = await cachedImage("test/assembly/net/ipv4/routeCache.as.ts", "debug", {
    ...defines,
  });
  const image = { name: design, row, bytes, sha256: sha256(bytes), compiledNow: true } as const;
  const [router] = await routersOf([], {
    images: [{ ...image, flavour: "debug" }],
    rhashEntries: 2 ** log,
    ...options,
  });
  if (router === undefined) throw new RangeError("no machine");
  router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  return new RouteCachePair(router, log, {
    flushes: row.invalidate === "flush",
    countsExactly: defines.DST_ENTRIES === 0,
  });
}

export class RouteCachePair {
  readonly model: RouteCacheModel;
  /** Runs of the collector that real allocations asked for, in order. */
  readonly steps: GcStep[] = [];
  readonly idleEntries: number;
  private readonly entriesAt = new Map<number, ModelEntry>();

  constructor(
    readonly router: Router,
    log: number,
    private readonly era: { readonly flushes: boolean; readonly countsExactly: boolean },
  ) {
    this.model = new RouteCacheModel(routeSysctls(log), era.flushes ? "flush" : "genid");
    this.model.words.lastGc = this.words("gcWords", 2)[1] ?? 0;
    this.model.genid = this.router.call("rtGenid");
    this.idleEntries = router.entries();
  }

  get now(): number {
    return this.router.call("jiffies");
  }

  set(values: Partial<Omit<RouteSysctls, "bucketsLog">>, words: Record<string, number>): void {
    Object.assign(this.model.sysctls, values);
    for (const [name, value] of Object.entries(words)) this.router.machine.setWord(name, value);
  }

  words(name: string, count: number): number[] {
    const at = this.router.call(name) / 4;
    return Array.from(this.router.machine.u32.subarray(at, at + count));
  }

  private iifOf(flow: Flow): number {
    return RX[receiveDeviceIndex(flow.saddr, RX.length)]?.ifindex ?? 0;
  }

  /** The chain of a flow, hashed here. */
  bucketOf(flow: Flow): number {
    const [d, s, iif] = [swapBytes(flow.daddr), swapBytes(flow.saddr), this.iifOf(flow)];
    const hash = this.era.flushes
      ? jhashOld(d, s ^ (iif << 5), 0, this.router.call("secret"))
      : jhashNew(d, s, iif, this.router.call("rtGenid"));
    return hash & (this.model.chains.length - 1);
  }

  /**
   * Receives one packet of the flow on CPU `cpu`: a hit, or an entry, with the collector's run.
   * Returns its entry, 0 if it got none. Then time may do its work: timers of CPU 0.
   */
  receive(flow: Flow, cpu = 0): number {
    const { router, model } = this;
    const bucket = this.bucketOf(flow);
    const key = `${flow.daddr}/${flow.saddr}`;
    const hit = model.find(bucket, key);
    const run = hit === undefined ? this.expectedRun() : undefined;
    const fate = router.receive(this.iifOf(flow), frameOfPair(router, flow.saddr, flow.daddr), cpu);
    if (hit !== undefined) hit.lastuse = this.now;
    else if (run?.failed) expect(fate).toEqual({ kind: "dropped", reason: "no-buffer" });
    else this.inserted(flow, bucket, key);
    if (run !== undefined) this.compareRun(run);
    this.afterTimers(cpu);
    return run?.failed ? 0 : this.find(flow);
  }

  /** What the gate of `dst_alloc` will do for a new entry. */
  private expectedRun(): GcStep | undefined {
    const { router, model } = this;
    const entries = router.entries();
    const fast = this.era.countsExactly ? entries : router.call("entriesFast");
    if (fast <= router.machine.word("RT_GC_THRESH")) return undefined;
    const run = model.collect({
      now: this.now,
      inSoftirq: true,
      fast: () => fast,
      slow: () => entries,
      tickPassed: () => false,
    });
    const { equilibrium, expire } = model.words;
    return { ...run, entries, equilibrium, expire };
  }

  private compareRun(run: GcStep): void {
    this.steps.push(run);
    const [expire, lastGc, rover, equilibrium, goal, unlinked, passes] = this.words("gcWords", 7);
    expect({ expire, lastGc, rover, equilibrium: (equilibrium ?? 0) | 0 }).toEqual(
      this.model.words,
    );
    if (run.ignored) return;
    expect({ goal: (goal ?? 0) | 0, unlinked, passes }).toEqual({
      goal: run.goal,
      unlinked: run.unlinked.length,
      passes: run.passes,
    });
  }

  private inserted(flow: Flow, bucket: number, key: string): void {
    const at = this.chain(bucket)[0] ?? 0;
    const entry: ModelEntry = {
      id: at,
      key,
      inputs: key,
      lastuse: this.now,
      refs: 0,
      expires: 0,
      genid: this.model.genid,
      input: true,
      broadcastOrMulticast: false,
      notified: false,
    };
    expect(this.entriesAt.has(at) && this.isLive(at)).toBe(false);
    this.entriesAt.set(at, entry);
    const score = (one: ModelEntry): number =>
      scoreOf({ ...one, local: false }, this.now, this.model.era);
    this.model.insert(bucket, entry, this.now, score);
    expect(this.find(flow)).toBe(at);
  }

  private isLive(at: number): boolean {
    return this.model.chains.some((chain) => chain.some(({ id }) => id === at));
  }

  /** What the machine finds for a flow, without a packet. */
  find(flow: Flow): number {
    const { daddr, saddr } = flow;
    return this.router.call("findInput", swapBytes(daddr), swapBytes(saddr), this.iifOf(flow));
  }

  /** Takes or drops a reference on a cached entry, as a socket would. */
  hold(at: number): void {
    this.router.call("dstHold", at);
    const entry = this.entriesAt.get(at);
    if (entry !== undefined) entry.refs++;
  }

  release(at: number): void {
    this.router.call("dstRelease", at);
    const entry = this.entriesAt.get(at);
    if (entry !== undefined) entry.refs--;
  }

  /** Time goes on, and what is due runs. */
  advance(ticks: number): void {
    this.router.call("clockAdvance", ticks);
    this.router.call("runDeferred");
    this.afterTimers(0);
  }

  private secretSeen = 0;
  private roverSeen = 0;

  /** The machine's timers ran, or did not: the model follows by the words that they move. */
  private afterTimers(cpu: number): void {
    if (cpu !== 0) return;
    const [rover] = this.words("scanWords", 1);
    if (rover !== this.roverSeen) {
      this.roverSeen = rover ?? 0;
      this.model.scan(this.now, () => false);
      expect(this.model.scanRover).toBe(rover);
    }
    this.followSecret();
  }

  /** A new secret means that everything went. */
  followSecret(): void {
    const secret = this.router.call("secret");
    if (secret !== this.secretSeen && this.secretSeen !== 0) this.model.flush();
    this.secretSeen = secret;
  }

  /** `rt_cache_flush` by the control plane. */
  flush(delay: number): void {
    this.router.control("rtCacheFlush", delay);
    if (this.era.flushes) {
      this.followSecret();
      return;
    }
    this.model.genid = this.router.call("rtGenid");
    if (delay >= 0) this.model.flush();
  }

  /** Addresses of a chain, from the machine's bytes. */
  chain(bucket: number): number[] {
    const { machine } = this.router;
    const head = machine.word("RT_HASH_BUCKETS_AT") + 8 * bucket;
    const found: number[] = [];
    for (
      let at = machine.u32[head / 4] ?? 0;
      at !== 0;
      at = this.router.field(at, "DST_NEXT_OFFSET")
    ) {
      found.push(at);
      if (found.length > 100_000) throw new Error(`chain ${bucket} is a circle`);
    }
    return found;
  }

  /** Chains, statics and counters of the machine are the model's. */
  compare(): void {
    const { model, router } = this;
    const chains = model.chains.map((_, bucket) => this.chain(bucket));
    expect(chains).toEqual(model.chains.map((chain) => chain.map(({ id }) => id)));
    const sum = (index: number): number => {
      let total = 0;
      for (let cpu = 0; cpu < router.cpus; cpu++) total += this.statOf(cpu, index);
      return total;
    };
    expect({
      total: sum(GC_STATS.total),
      ignored: sum(GC_STATS.ignored),
      goalMiss: sum(GC_STATS.goalMiss),
      dstOverflow: sum(GC_STATS.dstOverflow),
    }).toEqual(model.counters);
  }

  statOf(cpu: number, index: number): number {
    const { machine } = this.router;
    const { base } = machine.plan.cpuAreas;
    return machine.u32[(base + cpu * 8192 + machine.layout.at("PCPU_RT_STAT")) / 4 + index] ?? 0;
  }
}
