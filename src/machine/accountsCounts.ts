/**
 * Accounts, second half: every count equals the references that the walks have found, and what is
 * in no place is held by some of them, or lost.
 */
import type { World } from "../reference/world.js";
import type { AccountBook } from "./accountsBook.js";
import type { CacheObjects, SlabObjects } from "./accountsObjects.js";
import { type References, refer } from "./accountsPlaces.js";
import type { Machine } from "./machine.js";

const DST_NOCOUNT = 0x20;
/** Ids of `assembly/net/core/dstOps.ts`: IPv4, and its black holes, whose memory is the same. */
const DST_OPS = [1, 2] as const;
/** From here on a word of `refcount=rcuref` says that nobody holds (`assembly/lib/rcuref.ts`). */
const RCUREF_RELEASED = 0xc0000000;

/** References that a count says are held. */
export function heldOf(machine: Machine, word: number): number {
  if (machine.image.row.refcount !== "rcuref") return word | 0;
  return word >= RCUREF_RELEASED ? 0 : word + 1;
}

/** The counts of one machine against its walks. */
export class CountCheck {
  private readonly machine: Machine;
  /** References on devices that have been found, by the device. */
  private readonly devices = new Map<number, number>();
  private readonly peers = new Map<number, number>();

  constructor(
    private readonly objects: SlabObjects,
    private readonly found: References,
    private readonly book: AccountBook,
  ) {
    this.machine = objects.machine;
  }

  /** Checks everything that counts. `world`: whose devices there are. */
  check(world: World): void {
    this.routes();
    this.neighbours();
    this.headers();
    this.peersCheck();
    this.nexthops();
    this.devicesCheck(world);
    this.packets();
  }

  private at(name: string): number {
    return this.machine.layout.at(name);
  }

  private word(at: number): number {
    return this.machine.u32[at / 4] ?? 0;
  }

  private cacheOf(name: string): CacheObjects {
    return this.objects.cache(this.at(name));
  }

  /** An object that is in no place: with references it is `held`, without it is lost. */
  private placeOrLose(cache: CacheObjects, at: number, index: number, references: number): void {
    if (this.objects.placeAt(cache, index).place !== null) return;
    if (references > 0) this.objects.put(cache, at, "held", 0);
    else this.objects.faultOf("object-lost", cache, index, "in use, and nothing leads to it");
  }

  private routes(): void {
    const cache = this.cacheOf("KMEM_CACHE_RTABLE");
    const offsets = {
      refcnt: this.at("DST_REFCNT_OFFSET"),
      dev: this.at("DST_DEV_OFFSET"),
      flags: this.at("DST_FLAGS_OFFSET"),
      neighbour: this.at("DST_NEIGHBOUR_OFFSET"),
      hh: this.at("DST_HH_OFFSET"),
      peer: this.at("RTABLE_PEER_OFFSET"),
    };
    let counted = 0;
    for (const { at, index } of this.objects.inUse(cache)) {
      const references = this.found.routes.get(at) ?? 0;
      const held = heldOf(this.machine, this.word(at + offsets.refcnt));
      this.placeOrLose(cache, at, index, references);
      this.book.checked(1);
      if (held !== references) {
        const text = `refcnt says ${held}, ${references} references were found`;
        this.objects.faultOf("count-dst", cache, index, text);
      }
      if ((this.word(at + offsets.flags) & DST_NOCOUNT) === 0) counted++;
      this.pointer(at, offsets.dev, this.devices);
      if (offsets.neighbour !== 0) this.pointer(at, offsets.neighbour, this.found.neighbours);
      if (offsets.hh !== 0) this.pointer(at, offsets.hh, this.found.headers);
      if (offsets.peer !== 0) this.pointer(at, offsets.peer, this.peers);
    }
    const control = this.machine.cpu(this.machine.controlCpu);
    const entries = DST_OPS.reduce((n, ops) => n + control.callSigned("dstEntriesOf", ops, 0), 0);
    this.book.equal("entries", "dst entries against rtables in use", entries, counted);
  }

  /** The object that the word at `at` + `offset` points to, if any, has one reference more. */
  private pointer(at: number, offset: number, to: Map<number, number>): void {
    const target = this.word(at + offset);
    if (target !== 0) refer(to, target);
  }

  private neighbours(): void {
    const cache = this.cacheOf("KMEM_CACHE_NEIGHBOUR");
    let living = 0;
    for (const { at, index } of this.objects.inUse(cache)) {
      const isDestroyed = this.found.destroyed.has(at);
      const references = this.found.neighbours.get(at) ?? 0;
      this.placeOrLose(cache, at, index, references);
      this.book.checked(1);
      const refcnt = this.word(at + this.at("NEIGH_REFCNT"));
      if (refcnt !== references) {
        const text = `refcnt says ${refcnt}, ${references} references were found`;
        this.objects.faultOf("count-neighbour", cache, index, text);
      }
      if (isDestroyed) continue;
      living++;
      this.pointer(at, this.at("NEIGH_DEV"), this.devices);
    }
    const entries = this.machine.cpu(this.machine.controlCpu).call("neighEntries");
    this.book.equal("entries", "neighbours in use against entries of the table", living, entries);
  }

  private headers(): void {
    const cache = this.cacheOf("KMEM_CACHE_HH");
    for (const { at, index } of this.objects.inUse(cache)) {
      const references = this.found.headers.get(at) ?? 0;
      this.placeOrLose(cache, at, index, references);
      this.book.checked(1);
      const refcnt = this.word(at + this.at("HH_REFCNT"));
      if (refcnt === references) continue;
      const text = `refcnt says ${refcnt}, ${references} references were found`;
      this.objects.faultOf("count-header", cache, index, text);
    }
  }

  private peersCheck(): void {
    const cache = this.cacheOf("KMEM_CACHE_INET_PEER");
    for (const { at, index } of this.objects.inUse(cache)) {
      const references = this.peers.get(at) ?? 0;
      this.placeOrLose(cache, at, index, references);
      this.book.checked(1);
      const refcnt = this.word(at + this.at("PEER_REFCNT"));
      if (refcnt === references) continue;
      const text = `refcnt says ${refcnt}, ${references} references were found`;
      this.objects.faultOf("count-peer", cache, index, text);
    }
  }

  /** Nexthops hold their devices until their fib_info is freed, a grace period after its end. */
  private nexthops(): void {
    const infos = this.machine.word("FIB_INFOS_AT");
    const stride = this.machine.word("FIB_INFOS_STRIDE");
    for (let index = 1; index < this.machine.word("FIB_INFOS_NEXT"); index++) {
      const info = infos + index * stride;
      const isAlive = this.word(info + this.at("FIB_INFO_CLNTREF")) !== 0;
      if (!isAlive && !this.found.dyingInfos.has(info)) continue;
      const nhs = this.word(info + this.at("FIB_INFO_NHS"));
      for (let i = 0; i < nhs; i++) {
        const nexthop = info + this.at("FIB_INFO_NEXTHOPS") + i * this.at("FIB_NH_STRIDE");
        this.pointer(nexthop, this.at("FIB_NH_DEV"), this.devices);
      }
    }
  }

  private devicesCheck(world: World): void {
    const control = this.machine.cpu(this.machine.controlCpu);
    const named = world.devices.map(({ name, ifindex }) => {
      return { name, at: this.machine.deviceAt(ifindex) };
    });
    const all = [...named, { name: "the blackhole device", at: control.call("blackholeNetdev") }];
    for (const { name, at } of all) {
      const count = control.callSigned("netdevRefcntRead", at);
      const expected = this.devices.get(at) ?? 0;
      this.book.equal("count-device", `references on ${name}`, count, expected);
      this.devices.delete(at);
    }
    for (const [at, n] of this.devices) {
      this.book.equal("count-device", `references on ${at}, which is no device`, n, 0);
    }
  }

  /** Packets of their own memory are in a list; of no other cache is anything in use. */
  private packets(): void {
    const known = ["RTABLE", "NEIGHBOUR", "HH", "INET_PEER"].map((c) => this.at(`KMEM_CACHE_${c}`));
    for (const cache of this.objects.caches.values()) {
      if (known.includes(cache.id)) continue;
      for (const { at, index } of this.objects.inUse(cache)) {
        this.book.checked(1);
        this.placeOrLose(cache, at, index, 0);
      }
    }
  }
}
