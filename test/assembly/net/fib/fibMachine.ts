/**
 * A booted machine with empty tables, and its calls with names and defaults instead of positions.
 */
import {
  type TestMachineOptions,
  testMachine,
  type WasmCall,
} from "../../../helpers/testMachine.js";

export const ENTRY = "test/assembly/net/fib/fib.as.ts";
export const MAIN = 254;
export const LOCAL = 255;
export const CREATE = 0x400;
export const APPEND = 0x800;
export const EXCL = 0x200;
export const REPLACE = 0x100;
export const NOWHERE = 255;

/** The kinds of FIB, and the define that compiles each. */
export const KINDS = ["trie", "hash"] as const;
export type Kind = (typeof KINDS)[number];
const DEFINE: Record<Kind, number> = { trie: 0, hash: 1 };

/** Words of a zone in a FnHashStat (`assembly/net/fib/fnHashStat.ts`), and where they begin. */
const ZONE_WORDS = 22;
const ZONES_AT = 24;
const SCRATCH_BYTES = 4096;

/** A zone of a hash table. */
export interface Zone {
  order: number;
  divisor: number;
  entries: number;
  longest: number;
  aliases: number;
  /** Buckets with a chain of 0, 1, … 15, 16 or more nodes. */
  chains: number[];
}

/** A CPU area of the test machine, and the word of a trap's site in it. */
const CPU_AREA_BYTES = 8192;
const FAULT_SITE = 20;
/** Cost counters in it, and the number of one (`assembly/arch/costs.ts`). */
const PCPU_COSTS = 64;
const COST_ZONE_PROBE = 24;

/** A route as a test names it; everything but the prefix has a default. */
export interface Route {
  key: number;
  plen: number;
  table?: number;
  tos?: number;
  type?: number;
  scope?: number;
  priority?: number;
  nlflags?: number;
  protocol?: number;
  prefsrc?: number;
  mtu?: number;
  /** @default one nexthop: device 1, gateway 1 */
  nexthops?: readonly Nexthop[];
}

export interface Nexthop {
  oif: number;
  gw: number;
}

export interface Answer {
  ret: number;
  plen: number;
  gw: number;
  type: number;
  scope: number;
  nh: number;
  table: number;
  info: number;
}

/** Offset that stands for the device of index `oif`. */
export function deviceOf(oif: number): number {
  return oif * 4096;
}

/** Dotted quad to a number in host order. */
export function ip(text: string): number {
  return text.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0) >>> 0;
}

export class FibMachine {
  private readonly config: number;
  readonly scratch: number;
  readonly memory: Uint32Array;

  private constructor(
    private readonly calls: Record<string, WasmCall>,
    memory: Uint32Array,
    readonly rowsAt: number,
    private readonly faultAt: number,
    readonly kind: Kind,
  ) {
    this.memory = memory;
    this.config = this.call("bootAlloc", 1024, 64);
    this.scratch = this.call("bootAlloc", SCRATCH_BYTES, 64);
  }

  /** Boots; `infos` numbers of fib_info with up to `nhs` nexthops each. */
  static async boot(
    options: TestMachineOptions = {},
    infos = 64,
    nhs = 4,
    kind: Kind = "trie",
  ): Promise<FibMachine> {
    const m = await testMachine(ENTRY, { ...options, defines: { DST_FIB: DEFINE[kind] } });
    // The control plane: it may change tables and, in these tests, look up.
    const cpu = options.cpus ?? 2;
    const faultAt = m.regions.cpuAreas.base + cpu * CPU_AREA_BYTES + FAULT_SITE;
    const machine = new FibMachine(m.cpu(cpu), m.u32, m.regions.rings.base, faultAt, kind);
    if (machine.call("fibInfoInit", infos, nhs) !== 1) throw new Error("no room for fib_infos");
    if (machine.call("fibTableInit") !== 1) throw new Error("no room for tables");
    machine.call("rcuCpuOnline");
    return machine;
  }

  call(name: string, ...args: number[]): number {
    const fn = this.calls[name];
    if (fn === undefined) throw new RangeError(`no export ${name}`);
    return fn(...args) as number;
  }

  /** Site of the trap that stopped a call; 0: none did. */
  faultSite(): number {
    return this.memory[this.faultAt / 4] ?? 0;
  }

  private write(route: Route): void {
    const nexthops = route.nexthops ?? [{ oif: 1, gw: 1 }];
    this.call("setConfig", this.config, route.key, route.plen, route.tos ?? 0);
    this.call(
      "setKind",
      this.config,
      route.type ?? 1,
      route.scope ?? 0,
      route.priority ?? 0,
      route.nlflags ?? CREATE | EXCL,
    );
    nexthops.forEach((nh, i) => {
      this.call("setNexthop", this.config, i, nh.oif, nh.gw, deviceOf(nh.oif));
    });
    const { protocol = 0, prefsrc = 0, mtu = 0 } = route;
    this.call("setMore", this.config, protocol, prefsrc, mtu, 0);
  }

  insert(route: Route): number {
    this.write(route);
    return this.call("insert", route.table ?? MAIN, this.config);
  }

  /** A deletion: type 0, scope NOWHERE and gateway 0 are "any". */
  remove(route: Route): number {
    this.write({ type: 0, scope: NOWHERE, nexthops: [{ oif: 0, gw: 0 }], ...route });
    return this.call("remove", route.table ?? MAIN, this.config);
  }

  createInfo(route: Omit<Route, "key" | "plen">): number {
    this.write({ key: 0, plen: 0, ...route });
    return this.call("createInfo", this.config);
  }

  /** As the host does: the request is in its area, the call has no arguments. */
  createInfoRequest(route: Omit<Route, "key" | "plen">): number {
    this.write({ key: 0, plen: 0, ...route });
    this.call("setRequestAt", this.config);
    return this.call("fibCreateInfoRequest");
  }

  private answer(ret: number): Answer {
    if (ret !== 0) return { ret, plen: 0, gw: 0, type: 0, scope: 0, nh: 0, table: 0, info: 0 };
    return {
      ret,
      plen: this.call("resultPlen"),
      gw: this.call("resultGw"),
      type: this.call("resultType"),
      scope: this.call("resultScope"),
      nh: this.call("resultNh"),
      table: this.call("resultTable"),
      info: this.call("resultInfo"),
    };
  }

  lookup(key: number, { table = MAIN, tos = 0, scope = 0, oif = 0 } = {}): Answer {
    return this.answer(this.call("lookup", table, key, tos, scope, oif));
  }

  /** Local, then main, as a packet. */
  lookupAll(key: number, { tos = 0, scope = 0, oif = 0 } = {}): Answer {
    return this.answer(this.call("lookupAll", key, tos, scope, oif));
  }

  /** Device down: nexthops dead, tables flushed. Returns routes removed from both tables. */
  deviceDown(oif: number): number {
    this.call("fibSyncDownDev", deviceOf(oif));
    return this.call("flush", LOCAL) + this.call("flush", MAIN);
  }

  /** Runs what waits for RCU. */
  settle(): void {
    this.call("rcuBarrierLocal");
  }

  /** Number of the first rule that is broken (`fibCheck.ts`); 0: none. */
  check(held = 0, infosWaiting = 0): number {
    return this.call("checkAll", this.scratch, held, infosWaiting);
  }

  /** The zones of a hash table, longest prefixes first. */
  zones(table = MAIN): Zone[] {
    this.call("stat", table, this.scratch);
    const count = this.memory[this.scratch / 4] ?? 0;
    return Array.from({ length: count }, (_, i) => {
      const at = (this.scratch + ZONES_AT) / 4 + i * ZONE_WORDS;
      const [order = 0, divisor = 0, entries = 0, longest = 0, aliases = 0, ...chains] =
        this.memory.slice(at, at + ZONE_WORDS);
      return { order, divisor, entries, longest, aliases, chains };
    });
  }

  /** Zones that lookups have probed since `clearZoneProbes`; debug images count. */
  zoneProbes(): number {
    return this.memory[this.zoneProbesAt() / 4] ?? 0;
  }

  clearZoneProbes(): void {
    this.memory[this.zoneProbesAt() / 4] = 0;
  }

  /** The counter COST_ZONE_PROBE of the control plane's CPU area. */
  private zoneProbesAt(): number {
    return this.faultAt - FAULT_SITE + PCPU_COSTS + 4 * COST_ZONE_PROBE;
  }

  /** Routes of a table. */
  aliases(table = MAIN): number {
    if (this.kind === "trie") return this.stat(table).aliases;
    return this.zones(table).reduce((sum, zone) => sum + zone.aliases, 0);
  }

  /** Objects of the table part that are in use, but for zones and buckets, which always stay. */
  liveObjects(): number {
    const live = this.call("poolLive");
    if (this.kind === "trie") return live;
    return live - 2 * (this.zones(MAIN).length + this.zones(LOCAL).length);
  }

  /** The first words of a FibTrieStat, by name. */
  stat(table = MAIN) {
    this.call("stat", table, this.scratch);
    const word = (byte: number) => this.memory[(this.scratch + byte) / 4] ?? 0;
    return {
      leaves: word(0),
      prefixes: word(4),
      aliases: word(8),
      totalDepth: word(16),
      maxDepth: word(24),
      tnodes: word(28),
      pointers: word(32),
      nullPointers: word(36),
      bytes: word(40),
      ofBits: (bits: number) => word(48 + 4 * bits),
    };
  }
}
