/**
 * The audit: at the end of every run, each machine's accounts must balance. First as it stands
 * (`accounts.ts`), then at rest: every slab object is in exactly one place, every count equals the
 * references that exist. Then every
 * route is let go and every device unregistered, after which nothing may be left.
 *
 * It reads the machine's bytes and the image's walkers; what it expects comes from the setup and
 * from walking the slots here. Destructive: the machine is not to be used afterwards.
 */
import type { World } from "../reference/world.js";
import { readAccounts } from "./accounts.js";
import type { Mismatch } from "./accountsBook.js";
import { checkNeighbours, checkWaiting, neighboursOf, skbsInUse } from "./auditNeighbours.js";
import { checkHashed, hashedRoutes } from "./auditRouteCache.js";
import { readMib } from "./counters.js";
import type { Machine } from "./machine.js";

/** What an audit found. */
export interface AuditReport {
  readonly ok: boolean;
  /** Equations that were checked. */
  readonly checks: number;
  /** One line for each that did not hold. */
  readonly failures: readonly string[];
  /** What the accounts found before anything was let go, with the bytes of objects. */
  readonly mismatches: readonly Mismatch[];
}

/** What the audit cannot know from the machine alone. */
export interface AuditRequest {
  readonly machine: Machine;
  readonly world: World;
  /** Routes of the table by next hop; each nexthop's fib_info has one treeref more, the host's. */
  readonly routesByNexthop: readonly number[];
  /**
   * Whether to walk the table part: once is enough where machines share one. What each machine
   * counts for itself, the treerefs of its fib_infos, is always checked. @default true
   */
  readonly walkTables?: boolean;
  /** Runs all RCU callbacks on every CPU and the control plane. */
  readonly drain: () => Promise<void>;
}

/** Slab caches by number (`assembly/mm/caches.ts`). */
const KMEM_CACHE_RTABLE = 0;
const KMEM_CACHE_NEIGHBOUR = 2;
/** Ids of `assembly/net/core/dstOps.ts`: IPv4, and its black holes, whose memory is the same. */
const DST_OPS = [1, 2] as const;
const DST_NOCOUNT = 0x20;
const KMEM_CACHE_SKB = 3;
const KMEM_CACHE_SKB_LARGE = 4;
const KMEM_CACHE_HH = 5;
const GUARD_PAGE_BYTES = 65_536;

/** Collects checks; each is an equation with a name. The same line is told once. */
class Checks {
  count = 0;
  private readonly lines = new Set<string>();

  equal(what: string, found: number, expected: number): void {
    this.count++;
    if (found !== expected) this.lines.add(`${what}: found ${found}, expected ${expected}`);
  }

  /** Takes over what the accounts have found. */
  take(checks: number, mismatches: readonly Mismatch[]): void {
    this.count += checks;
    for (const { text } of mismatches) this.lines.add(text);
  }

  get failures(): readonly string[] {
    return [...this.lines];
  }
}

/** The rtables that slots point to, by address, with the number of slots. */
function slottedRoutes(machine: Machine): Map<number, number> {
  const control = machine.cpu(machine.controlCpu);
  const infos = machine.word("FIB_INFOS_NEXT");
  const found = new Map<number, number>();
  for (let index = 1; index < infos; index++) {
    for (let slot = 0; slot < 2 + machine.options.cpus + 1; slot++) {
      const at = control.call("slotRouteOf", index, slot);
      if (at !== 0) found.set(at, (found.get(at) ?? 0) + 1);
    }
  }
  return found;
}

/** Entries of the garbage list, then those of the busy list. */
function garbageRoutes(machine: Machine): number[] {
  const next = machine.layout.at("DST_NEXT_OFFSET");
  const found: number[] = [];
  for (const list of ["dstGarbageHeadAt", "dstBusyHeadAt"]) {
    const head = machine.cpu(machine.controlCpu).call(list);
    for (let at = machine.u32[head / 4] ?? 0; at !== 0; at = machine.u32[(at + next) / 4] ?? 0) {
      found.push(at);
      if (found.length > 1_000_000) break;
    }
  }
  return found;
}

/** Entries that are allocated, by the count of each protocol. */
function dstEntries(machine: Machine): number {
  const control = machine.cpu(machine.controlCpu);
  return DST_OPS.reduce((sum, ops) => sum + control.callSigned("dstEntriesOf", ops, 0), 0);
}

/** Of these entries, those that are not counted. */
function uncounted(machine: Machine, entries: Iterable<number>): number {
  const flags = machine.layout.at("DST_FLAGS_OFFSET");
  const words = [...entries].map((at) => machine.u32[(at + flags) / 4] ?? 0);
  return words.filter((word) => (word & DST_NOCOUNT) !== 0).length;
}

/** The raw count of an rtable that only its slot refers to. */
function restingCount(machine: Machine): number {
  const { row } = machine.image;
  if (row["slot-ref"] !== "counted") return 0;
  return row.refcount === "rcuref" ? 0 : 1;
}

function checkGuardPage(machine: Machine, checks: Checks): void {
  const page = machine.u32.subarray(0, GUARD_PAGE_BYTES / 4);
  checks.equal("words of the guard page that are not zero", page.filter((w) => w !== 0).length, 0);
}

function checkSlabs(machine: Machine, checks: Checks): void {
  const control = machine.cpu(machine.controlCpu);
  const bitmap = machine.word("SB_REQUEST_AT");
  for (const [name, id] of [
    ["rtable", KMEM_CACHE_RTABLE],
    ["neighbour", KMEM_CACHE_NEIGHBOUR],
    ["skb", KMEM_CACHE_SKB],
    ["large skb", KMEM_CACHE_SKB_LARGE],
    ["hh_cache", KMEM_CACHE_HH],
  ] as const) {
    const needed = control.call("slabBitmapBytes", id);
    machine.u32.fill(0, bitmap / 4, bitmap / 4 + Math.ceil(needed / 4));
    checks.equal(`validity of slab ${name}`, control.call("slabCacheIsValid", id, bitmap), 0);
  }
}

function checkRoutes(machine: Machine, checks: Checks): Map<number, number> {
  const control = machine.cpu(machine.controlCpu);
  const slotted = slottedRoutes(machine);
  const garbage = garbageRoutes(machine);
  const hashed = hashedRoutes(machine);
  const inUse = control.call("slabInUse", KMEM_CACHE_RTABLE);
  const kept = slotted.size + hashed.size + garbage.length;
  checks.equal("rtables in slots, in chains and on the garbage lists", kept, inUse);
  checkHashed(machine, hashed, checks);
  const found = [...slotted.keys(), ...hashed.keys(), ...garbage];
  checks.equal("rtables that are in two places", found.length - new Set(found).size, 0);
  const counted = inUse - uncounted(machine, found);
  checks.equal("dst entries against rtables in use", dstEntries(machine), counted);
  checks.equal("members of the uncached lists", control.call("uncachedMembers"), 0);
  const resting = restingCount(machine);
  for (const [at, slots] of slotted) {
    const count = machine.u32[(at + machine.layout.at("DST_REFCNT_OFFSET")) / 4] ?? 0;
    checks.equal(`refcnt of the slotted rtable at ${at}`, count, resting);
    checks.equal(`slots that point to the rtable at ${at}`, slots, 1);
  }
  return slotted;
}

function checkDevices(
  machine: Machine,
  world: World,
  slotted: ReadonlyMap<number, number>,
  checks: Checks,
): void {
  const control = machine.cpu(machine.controlCpu);
  const devOffset = machine.layout.at("DST_DEV_OFFSET");
  const entries = neighboursOf(machine);
  const kept = [...slotted.keys(), ...hashedRoutes(machine).keys(), ...garbageRoutes(machine)];
  const holders = kept.map((at) => machine.u32[(at + devOffset) / 4] ?? 0);
  for (const device of world.devices) {
    const at = machine.deviceAt(device.ifindex);
    const routes = holders.filter((dev) => dev === at).length;
    const neighbours = entries.filter((n) => n.dev === at).length;
    const nexthops = control.call("fibInfosOfDevice", at);
    const expected = routes + neighbours + nexthops;
    checks.equal(
      `references on ${device.name}`,
      control.callSigned("netdevRefcntRead", at),
      expected,
    );
  }
}

/** Every packet that came in or was sent went somewhere. */
function checkPackets(machine: Machine, checks: Checks): void {
  const mib = readMib(machine);
  const drops = Object.values(mib.drops).reduce((sum, n) => sum + n, 0);
  const out = mib.outTransmits + mib.inDelivers + mib.loopback + drops + mib.parked;
  const came = mib.inReceives + mib.outRequests + mib.arpSent + mib.unparked;
  checks.equal("packets accounted for", out, came);
}

function checkTreerefs(machine: Machine, routesByNexthop: readonly number[], checks: Checks): void {
  const base = machine.word("FIB_INFOS_AT");
  const stride = machine.word("FIB_INFOS_STRIDE");
  const first = machine.word("SB_FLOOR_FIB_INFO");
  routesByNexthop.forEach((routes, k) => {
    const at = base + (first + k) * stride + machine.layout.at("FIB_INFO_TREEREF");
    checks.equal(`treeref of next hop ${k}`, machine.u32[at / 4] ?? 0, routes + 1);
  });
}

/** The first rule of `fibTrieCheck.ts` that the tables break; the host holds each next hop once. */
function tablesFault(machine: Machine, world: World): number {
  return machine.cpu(machine.controlCpu).call("fibTablesCheck", world.nexthops.length);
}

/** Lets every route go, unregisters every device, and looks at what is left. */
async function tearDown(request: AuditRequest, checks: Checks): Promise<void> {
  const { machine, world, drain } = request;
  const control = machine.cpu(machine.controlCpu);
  control.call("rcuCpuOnline");
  control.call("fibDetachTables");
  control.call("rcuCpuOffline");
  await drain();
  // Loopback goes last: what others held moves to it.
  for (const device of [...world.devices].sort((a, b) => b.ifindex - a.ifindex)) {
    const at = machine.deviceAt(device.ifindex);
    control.call("unregisterNetdevice", at);
    await drain();
    const left = control.callSigned("netdevRunTodo", at);
    checks.equal(`references on ${device.name} after unregister`, left, 0);
  }
  const rtables = control.call("slabInUse", KMEM_CACHE_RTABLE);
  checks.equal("rtables left after unregister", rtables, 0);
  const neighbours = control.call("slabInUse", KMEM_CACHE_NEIGHBOUR);
  checks.equal("neighbours left after unregister", neighbours, 0);
  checks.equal("dst entries left after unregister", dstEntries(machine), 0);
  checks.equal("garbage lists after unregister", garbageRoutes(machine).length, 0);
  checks.equal("hh_caches left after unregister", control.call("slabInUse", KMEM_CACHE_HH), 0);
  const blackhole = control.callSigned("netdevRefcntRead", control.call("blackholeNetdev"));
  checks.equal("references on the blackhole device", blackhole, 0);
  checkSlabs(machine, checks);
}

/** Every rtable that something points to: slots, chains, and the lists of the dead. */
function keptRoutes(machine: Machine): number[] {
  const slotted = slottedRoutes(machine).keys();
  return [...slotted, ...hashedRoutes(machine).keys(), ...garbageRoutes(machine)];
}

/** Audits a machine; see above. The machine must be at rest: no window runs. */
export async function auditMachine(request: AuditRequest): Promise<AuditReport> {
  const { machine, world, routesByNexthop, drain } = request;
  const checks = new Checks();
  const accounts = readAccounts(machine, world);
  checks.take(accounts.checks, accounts.mismatches);
  await drain();
  // What waits for a neighbour refers to routes: it ends here.
  checkWaiting(machine, checks);
  machine.cpu(machine.controlCpu).call("neighPurge");
  await drain();
  checkNeighbours(machine, world, keptRoutes(machine), checks);
  checks.equal("skbs left", skbsInUse(machine), 0);
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    checks.equal(`RCU callbacks left on CPU ${cpu}`, machine.cpu(cpu).call("rcuBacklog"), 0);
  }
  checkGuardPage(machine, checks);
  checkSlabs(machine, checks);
  const slotted = checkRoutes(machine, checks);
  checkDevices(machine, world, slotted, checks);
  checkPackets(machine, checks);
  checkTreerefs(machine, routesByNexthop, checks);
  if (request.walkTables !== false) {
    checks.equal("validity of the tables", tablesFault(machine, world), 0);
  }
  if (checks.failures.length === 0) await tearDown(request, checks);
  const { count, failures } = checks;
  return { ok: failures.length === 0, checks: count, failures, mismatches: accounts.mismatches };
}
