/**
 * The audit: at the end of every run, each machine's accounts must balance. First at rest: every
 * slab object is in exactly one place, every count equals the references that exist. Then every
 * route is let go and every device unregistered, after which nothing may be left.
 *
 * It reads the machine's bytes and the image's walkers; what it expects comes from the setup and
 * from walking the slots here. Destructive: the machine is not to be used afterwards.
 */
import type { World } from "../reference/world.js";
import { readMib } from "./counters.js";
import type { Machine } from "./machine.js";

/** What an audit found. */
export interface AuditReport {
  readonly ok: boolean;
  /** Equations that were checked. */
  readonly checks: number;
  /** One line for each that did not hold. */
  readonly failures: readonly string[];
}

/** What the audit cannot know from the machine alone. */
export interface AuditRequest {
  readonly machine: Machine;
  readonly world: World;
  /** Routes of the table by next hop; each nexthop's fib_info has one treeref more, the host's. */
  readonly routesByNexthop: readonly number[];
  /** Runs all RCU callbacks on every CPU and the control plane. */
  readonly drain: () => Promise<void>;
}

/** Slab caches by number (`assembly/mm/caches.ts`). */
const KMEM_CACHE_RTABLE = 0;
const KMEM_CACHE_NEIGHBOUR = 2;
const COUNTER_DST_ENTRIES = 0;
const GUARD_PAGE_BYTES = 65_536;

/** Collects checks; each is an equation with a name. */
class Checks {
  count = 0;
  readonly failures: string[] = [];

  equal(what: string, found: number, expected: number): void {
    this.count++;
    if (found !== expected) this.failures.push(`${what}: found ${found}, expected ${expected}`);
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

/** The rtables in the chains of a route cache, by address, with the chains' numbers. */
function hashedRoutes(machine: Machine): Map<number, number[]> {
  const found = new Map<number, number[]>();
  if (machine.image.row["route-cache"] !== "hash") return found;
  const buckets = 2 ** machine.word("RT_HASH_LOG");
  const base = machine.word("RT_HASH_BUCKETS_AT") / 4;
  const next = machine.layout.at("DST_NEXT_OFFSET");
  for (let i = 0; i < buckets; i++) {
    for (let at = machine.u32[base + 2 * i] ?? 0; at !== 0; ) {
      const chains = found.get(at);
      found.set(at, [...(chains ?? []), i]);
      // Seen before: chains that run into each other, or a ring.
      if (chains !== undefined) break;
      at = machine.u32[(at + next) / 4] ?? 0;
    }
  }
  return found;
}

/**
 * Each entry in one chain, the one that its key hashes to, and held by nobody. A flush that
 * overtakes an insertion leaves an entry in another chain: at most one for each secret and CPU.
 */
function checkHashed(
  machine: Machine,
  hashed: ReadonlyMap<number, readonly number[]>,
  checks: Checks,
): void {
  const control = machine.cpu(machine.controlCpu);
  const refcnt = machine.layout.at("DST_REFCNT_OFFSET");
  let held = 0;
  let twice = 0;
  let misplaced = 0;
  for (const [at, chains] of hashed) {
    if ((machine.u32[(at + refcnt) / 4] ?? 0) !== 0) held++;
    if (chains.length !== 1) twice++;
    const chain = control.call("rtChainOf", at) >>> 0;
    if (chain !== 0xffffffff && chain !== chains[0]) misplaced++;
  }
  checks.equal("hashed rtables that are held", held, 0);
  checks.equal("rtables in two chains", twice, 0);
  const overtaken = machine.options.cpus === 1 ? 0 : machine.word("RT_HASH_RESEEDS");
  const allowed = overtaken * machine.options.cpus;
  checks.equal("rtables in another chain than their key's", Math.max(0, misplaced - allowed), 0);
}

/** Entries of the garbage list. */
function garbageRoutes(machine: Machine): number[] {
  const head = machine.cpu(machine.controlCpu).call("dstGarbageHeadAt");
  const next = machine.layout.at("DST_NEXT_OFFSET");
  const found: number[] = [];
  for (let at = machine.u32[head / 4] ?? 0; at !== 0; at = machine.u32[(at + next) / 4] ?? 0) {
    found.push(at);
    if (found.length > 1_000_000) break;
  }
  return found;
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
  checks.equal("rtables in slots, in chains and on the garbage list", kept, inUse);
  checkHashed(machine, hashed, checks);
  const entries = control.callSigned("percpuCounterSum", COUNTER_DST_ENTRIES);
  checks.equal("dst entries against rtables in use", entries, inUse);
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
  const kept = [...slotted.keys(), ...hashedRoutes(machine).keys(), ...garbageRoutes(machine)];
  const holders = kept.map((at) => machine.u32[(at + devOffset) / 4] ?? 0);
  for (const device of world.devices) {
    const at = machine.deviceAt(device.ifindex);
    const routes = holders.filter((dev) => dev === at).length;
    const neighbours = world.neighbours.filter((n) => n.ifindex === device.ifindex).length;
    const nexthops = control.call("fibInfosOfDevice", at);
    const expected = routes + neighbours + nexthops;
    checks.equal(
      `references on ${device.name}`,
      control.callSigned("netdevRefcntRead", at),
      expected,
    );
  }
  const inUse = control.call("slabInUse", KMEM_CACHE_NEIGHBOUR);
  checks.equal("neighbours in use", inUse, world.neighbours.length);
  checks.equal("neighbours in the table", control.call("neighEntries"), world.neighbours.length);
}

/** Every packet that came in or was sent went somewhere. */
function checkPackets(machine: Machine, checks: Checks): void {
  const mib = readMib(machine);
  const drops = Object.values(mib.drops).reduce((sum, n) => sum + n, 0);
  const out = mib.outTransmits + mib.inDelivers + mib.loopback + drops;
  checks.equal("packets accounted for", out, mib.inReceives + mib.outRequests);
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
  const entries = control.callSigned("percpuCounterSum", COUNTER_DST_ENTRIES);
  checks.equal("dst entries left after unregister", entries, 0);
  checks.equal("garbage list after unregister", garbageRoutes(machine).length, 0);
  checkSlabs(machine, checks);
}

/** Audits a machine; see above. The machine must be at rest: no window runs. */
export async function auditMachine(request: AuditRequest): Promise<AuditReport> {
  const { machine, world, routesByNexthop, drain } = request;
  const checks = new Checks();
  await drain();
  for (let cpu = 0; cpu <= machine.options.cpus; cpu++) {
    checks.equal(`RCU callbacks left on CPU ${cpu}`, machine.cpu(cpu).call("rcuBacklog"), 0);
  }
  checkGuardPage(machine, checks);
  checkSlabs(machine, checks);
  const slotted = checkRoutes(machine, checks);
  checkDevices(machine, world, slotted, checks);
  checkPackets(machine, checks);
  checkTreerefs(machine, routesByNexthop, checks);
  checks.equal("validity of the tables", tablesFault(machine, world), 0);
  if (checks.failures.length === 0) await tearDown(request, checks);
  return { ok: checks.failures.length === 0, checks: checks.count, failures: checks.failures };
}
