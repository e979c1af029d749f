/**
 * Accounts, first half: every list of a machine is walked and every object put into its place; then
 * what is in none is lost, unless it is held by references alone, as a route that only a packet
 * has.
 *
 * Lists are followed by their links in memory. A walk ends at the first object that is no object of
 * its cache, or that is in a place already, so a list that loops is told and not followed.
 */
import type { CacheObjects, Place, SlabObjects } from "./accountsObjects.js";
import type { Machine } from "./machine.js";
import { QUARANTINE_WORDS } from "./slabDebug.js";

/** References that the walks have met, by the object that they are on. */
export interface References {
  /** On rtables: by packets that wait or were sent, by slots that count, by RCU if displaced. */
  readonly routes: Map<number, number>;
  /** Neighbours that are in the table, or wait with a timer: address to references. */
  readonly neighbours: Map<number, number>;
  /** Neighbours that were destroyed and wait for RCU: nothing of them counts any more. */
  readonly destroyed: Set<number>;
  /** fib_infos that wait to be freed: they hold their devices until then. */
  readonly dyingInfos: Set<number>;
  readonly headers: Map<number, number>;
  /** Members of uncached lists. */
  readonly uncached: Set<number>;
}

/** One more reference on the object at `at`. */
export function refer(to: Map<number, number>, at: number, by = 1): void {
  to.set(at, (to.get(at) ?? 0) + by);
}

/** The lists of one machine. */
export class PlaceWalk {
  readonly references: References = {
    routes: new Map(),
    neighbours: new Map(),
    destroyed: new Set(),
    dyingInfos: new Set(),
    headers: new Map(),
    uncached: new Set(),
  };
  private readonly machine: Machine;

  constructor(private readonly objects: SlabObjects) {
    this.machine = objects.machine;
  }

  /** Walks everything. */
  walk(): References {
    this.slabs();
    this.routes();
    this.callbacks();
    this.neighbours();
    this.sent();
    this.peers();
    this.uncached();
    return this.references;
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

  private get base(): number {
    return this.machine.plan.superblock.base;
  }

  /** Puts a chain of objects into a place, by the word at `link` of each; returns its length. */
  private chain(
    cache: CacheObjects,
    first: number,
    link: number,
    place: readonly [Place, number],
  ): number {
    let length = 0;
    for (let at = first; at !== 0; at = this.word(at + link)) {
      if (!this.objects.put(cache, at, ...place)) break;
      length++;
    }
    return length;
  }

  private slabs(): void {
    for (const cache of this.objects.caches.values()) {
      for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
        const block =
          this.machine.areaOf(cpu) + this.at("PCPU_SLAB") + this.at("SLAB_STRIDE") * cache.id;
        const { linkOffset } = cache;
        const head = this.word(block + this.at("SLAB_CPU_HEAD"));
        const remote = this.word(block + this.at("SLAB_REMOTE"));
        this.chain(cache, head, linkOffset, ["free", cpu]);
        this.chain(cache, remote, linkOffset, ["remote", cpu]);
        const kept = this.word(block + QUARANTINE_WORDS.head);
        const length = this.chain(cache, kept, linkOffset, ["quarantine", cpu]);
        const counted = this.word(block + QUARANTINE_WORDS.count);
        if (length === counted) continue;
        const where = `quarantine of CPU ${cpu} for ${cache.name}`;
        this.objects.fault("list-form", `${where}: ${length} on the list, ${counted} counted`);
      }
    }
  }

  private routes(): void {
    const { machine } = this;
    const cache = this.cacheOf("KMEM_CACHE_RTABLE");
    const next = this.at("DST_NEXT_OFFSET");
    if (machine.image.row["route-cache"] === "hash") {
      const buckets = this.word(this.base + this.at("RT_HASH_BUCKETS_AT"));
      const number = 2 ** machine.word("RT_HASH_LOG");
      for (let i = 0; i < number; i++) {
        this.chain(cache, this.word(buckets + 8 * i), next, ["chain", i]);
      }
    }
    this.slots(cache);
    const garbage = this.base + this.at("G_DST");
    this.chain(cache, this.word(garbage + this.at("GARBAGE_LIST")), next, ["garbage", 0]);
    this.chain(cache, this.word(garbage + this.at("GARBAGE_BUSY")), next, ["busy", 0]);
  }

  private slots(cache: CacheObjects): void {
    const { machine } = this;
    const control = machine.cpu(machine.controlCpu);
    const counted = machine.image.row["slot-ref"] === "counted";
    for (let index = 1; index < machine.word("FIB_INFOS_NEXT"); index++) {
      for (let slot = 0; slot < 2 + machine.options.cpus + 1; slot++) {
        const route = control.call("slotRouteOf", index, slot);
        if (route === 0) continue;
        this.objects.put(cache, route, "slot", index);
        if (counted) refer(this.references.routes, route);
      }
    }
  }

  /** What waits for a grace period, of both flavours and on every CPU. */
  private callbacks(): void {
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      for (let flavour = 0; flavour < 2; flavour++) {
        const data =
          this.machine.areaOf(cpu) + this.at("PCPU_RCU") + 128 * flavour + this.at("RCU_LISTS");
        let length = 0;
        for (const list of ["RCU_NEXT_HEAD", "RCU_WAIT_HEAD", "RCU_DONE_HEAD"]) {
          length += this.callbackList(this.word(data + this.at(list)), cpu);
        }
        const queued = this.word(data + this.at("RCU_QUEUED"));
        if (queued === length) continue;
        const where = `RCU callbacks of CPU ${cpu}, flavour ${flavour}`;
        this.objects.fault("list-form", `${where}: ${length} on the lists, ${queued} counted`);
      }
    }
  }

  private callbackList(first: number, cpu: number): number {
    const seen = new Set<number>();
    for (let head = first; head !== 0 && !seen.has(head); head = this.word(head)) {
      seen.add(head);
      if (!this.callback(head, this.word(head + this.at("RCU_HEAD_FUNC")), cpu)) break;
    }
    return seen.size;
  }

  private callback(head: number, func: number, cpu: number): boolean {
    const displaced = func === this.at("RCU_FUNC_DST_DISPLACED");
    if (displaced || func === this.at("RCU_FUNC_DST_DESTROY")) {
      const route = head - this.at("DST_RCU_HEAD_OFFSET");
      const counted = this.machine.image.row["slot-ref"] === "counted";
      if (displaced && counted) refer(this.references.routes, route);
      return this.objects.put(this.cacheOf("KMEM_CACHE_RTABLE"), route, "rcu", cpu);
    }
    if (func === this.at("RCU_FUNC_NEIGH_FREE")) {
      const neighbour = head - this.at("NEIGHBOUR_RCU_OFFSET");
      this.references.destroyed.add(neighbour);
      return this.objects.put(this.cacheOf("KMEM_CACHE_NEIGHBOUR"), neighbour, "rcu", cpu);
    }
    if (func === this.at("RCU_FUNC_FREE_FIB_INFO")) {
      this.references.dyingInfos.add(head - this.at("FIB_INFO_RCU"));
    }
    return true;
  }

  /** The table by the image's own walk, then those that only references keep. */
  private neighbours(): void {
    const control = this.machine.cpu(this.machine.controlCpu);
    const cache = this.cacheOf("KMEM_CACHE_NEIGHBOUR");
    const { neighbours, destroyed } = this.references;
    for (let at = control.call("neighNext", 0); at !== 0; at = control.call("neighNext", at)) {
      if (!this.objects.put(cache, at, "neighbourTable", 0)) break;
      refer(neighbours, at);
    }
    for (const { at } of this.objects.inUse(cache)) {
      if (destroyed.has(at)) continue;
      if (this.word(at + this.at("NEIGH_TIMER")) !== at + this.at("NEIGH_TIMER")) {
        refer(neighbours, at);
      }
      this.queue(at);
      const headers = this.cacheOf("KMEM_CACHE_HH");
      for (let hh = this.word(at + this.at("NEIGH_HH")); hh !== 0; hh = this.word(hh)) {
        if (!this.objects.put(headers, hh, "headers", at)) break;
        refer(this.references.headers, hh);
      }
    }
  }

  private skbCache(at: number): CacheObjects {
    const small = this.cacheOf("KMEM_CACHE_SKB");
    return this.objects.indexOf(small, at) >= 0 ? small : this.cacheOf("KMEM_CACHE_SKB_LARGE");
  }

  /** A list of packets that own their frame; each may hold its route. */
  private packets(first: number, place: readonly [Place, number]): { n: number; bytes: number } {
    let n = 0;
    let bytes = 0;
    for (let at = first; at !== 0; at = this.word(at + this.at("SKB_NEXT"))) {
      if (!this.objects.put(this.skbCache(at), at, ...place)) break;
      const refdst = this.word(at + this.at("SKB_REFDST"));
      // Bit 0: borrowed. No packet that owns its frame may be without its reference.
      if ((refdst & 1) !== 0) {
        this.objects.fault("count-dst", `a packet in a list borrows its route ${refdst & ~1}`);
      } else if (refdst !== 0) {
        refer(this.references.routes, refdst);
      }
      n++;
      bytes += this.word(at + this.at("SKB_TRUESIZE"));
    }
    return { n, bytes };
  }

  private queue(neighbour: number): void {
    const { n, bytes } = this.packets(this.word(neighbour + this.at("NEIGH_QUEUE_HEAD")), [
      "queue",
      neighbour,
    ]);
    const counted = this.word(neighbour + this.at("NEIGH_QUEUE_LEN"));
    const countedBytes = this.word(neighbour + this.at("NEIGH_QUEUE_BYTES"));
    if (n === counted && bytes === countedBytes) return;
    const text = `${n} packets of ${bytes} bytes wait, ${counted} of ${countedBytes} are counted`;
    this.objects.fault("list-form", `queue of neighbour ${neighbour}: ${text}`);
  }

  private sent(): void {
    for (let cpu = 0; cpu <= this.machine.options.cpus; cpu++) {
      const area = this.machine.areaOf(cpu);
      const { n } = this.packets(this.word(area + this.at("SENT_HEAD_AT")), ["sent", cpu]);
      const counted = this.word(area + this.at("SENT_COUNT_AT"));
      if (n === counted) continue;
      const text = `sent packets of CPU ${cpu}: ${n} on the list, ${counted} counted`;
      this.objects.fault("list-form", text);
    }
  }

  private peers(): void {
    if (this.at("RTABLE_PEER_OFFSET") === 0) return;
    const cache = this.cacheOf("KMEM_CACHE_INET_PEER");
    const buckets = this.word(this.base + this.at("INET_PEERS_BUCKETS_AT"));
    let found = 0;
    for (let i = 0; i < this.at("INET_PEER_BUCKETS"); i++) {
      found += this.chain(cache, this.word(buckets + 4 * i), 0, ["peers", i]);
    }
    const counted = this.word(this.base + this.at("INET_PEERS"));
    if (found !== counted) {
      this.objects.fault("list-form", `peers: ${found} in chains, ${counted} counted`);
    }
  }

  /** The uncached lists: circles whose links agree, of rtables that somebody holds or RCU has. */
  private uncached(): void {
    const offset = this.at("RTABLE_UNCACHED_OFFSET");
    if (offset === 0) return;
    const isPercpu = this.machine.image.row.uncached === "percpu";
    const lists = isPercpu ? this.machine.options.cpus + 1 : 1;
    for (let n = 0; n < lists; n++) {
      const list = isPercpu
        ? this.machine.areaOf(n) + this.at("PCPU_UNCACHED")
        : this.base + this.at("G_UNCACHED");
      this.uncachedList(list + this.at("UNCACHED_HEAD"), offset, n);
    }
  }

  private uncachedList(head: number, offset: number, n: number): void {
    const cache = this.cacheOf("KMEM_CACHE_RTABLE");
    const { uncached } = this.references;
    let before = head;
    for (let entry = this.word(head); entry !== head; entry = this.word(entry)) {
      const index = this.objects.indexOf(cache, entry - offset);
      if (index < 0) {
        const text = `uncached list ${n} has ${entry - offset}, which is no ${cache.name} object`;
        this.objects.fault("list-form", text);
        return;
      }
      if (uncached.has(entry - offset)) {
        this.objects.faultOf("list-form", cache, index, `uncached list ${n} loops here`);
        return;
      }
      uncached.add(entry - offset);
      if (this.word(entry + 8) !== before) {
        const text = `uncached list ${n}: the link back leads elsewhere`;
        this.objects.faultOf("list-form", cache, index, text);
      }
      const { place } = this.objects.placeAt(cache, index);
      if (place !== null && place !== "rcu") {
        this.objects.faultOf("object-twice", cache, index, `also on uncached list ${n}`);
      }
      before = entry;
    }
    if (this.word(head + 8) !== before) {
      this.objects.fault("list-form", `uncached list ${n}: the head's link back leads elsewhere`);
    }
  }
}
