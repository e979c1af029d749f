/** Accounts: they balance as a machine stands, and each kind of damage is told by its check. */
import { describe, expect, it } from "vitest";
import {
  type Accounts,
  heldLocks,
  heldText,
  readAccounts,
  readFacts,
} from "../../../src/machine/accounts.js";
import {
  AccountBook,
  type AccountCheck,
  dumpBytes,
  hex,
} from "../../../src/machine/accountsBook.js";
import { heldOf } from "../../../src/machine/accountsCounts.js";
import { placeText, SlabObjects } from "../../../src/machine/accountsObjects.js";
import { PlaceWalk, refer } from "../../../src/machine/accountsPlaces.js";
import { RestCheck } from "../../../src/machine/accountsRest.js";
import type { Machine } from "../../../src/machine/machine.js";
import { swapBytes } from "../../../src/reference/ipv4Address.js";
import { SILENT_HOST_OCTET, txAddress } from "../../../src/workloads/standardWorld.js";
import {
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

/** A machine after packets both ways on two CPUs, some to a host that never answers. */
async function used(image: string): Promise<{ machine: Machine; small: Small }> {
  const small = await smallExperiment([image], 2);
  const machine = machineOf(small, 0);
  const lists = setWorkload(small, "internet-mix", 2).perCpu.map((list) => {
    const changed = list.slice();
    for (let pair = 0; pair < changed.length / 2; pair += 50) {
      changed[2 * pair + 1] = swapBytes(txAddress(0, SILENT_HOST_OCTET));
    }
    return changed;
  });
  small.experiment.setFlows(lists);
  for (const cpu of [0, 1, 0]) runPackets(machine, "torturePackets", 1_024, cpu);
  runPackets(machine, "sendPackets", 512, 1);
  return { machine, small };
}

async function accountsOf(
  image: string,
  damage: (machine: Machine) => void = () => {},
): Promise<Accounts> {
  const { machine, small } = await used(image);
  damage(machine);
  return readAccounts(machine, small.world);
}

function add(machine: Machine, at: number, n: number): void {
  machine.u32[at / 4] = (machine.u32[at / 4] ?? 0) + n;
}

/** The first rtable in a slot. */
function slotted(machine: Machine): number {
  const control = machine.cpu(machine.controlCpu);
  for (let index = 1; index < machine.word("FIB_INFOS_NEXT"); index++) {
    const at = control.call("slotRouteOf", index, 0);
    if (at !== 0) return at;
  }
  throw new RangeError("no slot has an rtable");
}

/** The word that leads to the first entry of a chain. */
function firstChain(machine: Machine): number {
  const base = machine.word("RT_HASH_BUCKETS_AT");
  for (let at = base; ; at += 8) if ((machine.u32[at / 4] ?? 0) !== 0) return at;
}

function slabBlock(machine: Machine, cpu: number): number {
  return machine.areaOf(cpu) + machine.layout.at("PCPU_SLAB");
}

const { base } = { base: (machine: Machine): number => machine.plan.superblock.base };

/** Damage, in which image, and what its check says. */
const DAMAGE: readonly (readonly [string, AccountCheck, string, (m: Machine) => void, RegExp])[] = [
  [
    "a reference that nobody has",
    "count-dst",
    "linux-3.10",
    (m) => add(m, slotted(m) + m.layout.at("DST_REFCNT_OFFSET"), 1),
    /^ip_dst_cache object 0x\w+ \(page of CPU \d, in slot of fib_info \d+\): refcnt says 1, 0 /m,
  ],
  [
    "an entry that is taken out of its chain",
    "object-lost",
    "linux-2.6.18",
    (m) => {
      const at = firstChain(m);
      const entry = m.u32[at / 4] ?? 0;
      m.u32[at / 4] = m.u32[(entry + m.layout.at("DST_NEXT_OFFSET")) / 4] ?? 0;
    },
    /\(page of CPU \d, in no place\): in use, and nothing leads to it$/m,
  ],
  [
    "an entry that is in two chains",
    "object-twice",
    "linux-2.6.39",
    (m) => {
      const at = firstChain(m);
      m.u32[at / 4 + 2] = m.u32[at / 4] ?? 0;
    },
    /in two places, chain \d+ and chain \d+$/m,
  ],
  [
    "an object that is free and in a slot",
    "object-twice",
    "linux-3.10",
    (m) => {
      const at = slotted(m);
      const head = (slabBlock(m, 0) + m.layout.at("SLAB_CPU_HEAD")) / 4;
      m.u32[at / 4] = m.u32[head] ?? 0;
      m.u32[head] = at;
    },
    /in two places, free list of CPU 0 and slot of fib_info \d+$/m,
  ],
  [
    "a remote list that leads nowhere",
    "list-form",
    "no-cache",
    (m) => {
      m.u32[(slabBlock(m, 1) + m.layout.at("SLAB_REMOTE")) / 4] = 12;
    },
    /^remote list of CPU 1 has 0x0000000c, which is no ip_dst_cache object$/m,
  ],
  [
    "an uncached list whose links disagree",
    "list-form",
    "no-cache",
    (m) => {
      const at = m.areaOf(0) + m.layout.at("PCPU_UNCACHED") + m.layout.at("UNCACHED_HEAD");
      m.u32[at / 4 + 2] = at + 64;
    },
    /uncached list 0: the head's link back leads elsewhere$/m,
  ],
  [
    "a queue that counts one packet more",
    "list-form",
    "no-cache",
    (m) => {
      const control = m.cpu(m.controlCpu);
      const waits = (at: number): boolean =>
        (m.u32[(at + m.layout.at("NEIGH_QUEUE_LEN")) / 4] ?? 0) > 0;
      let at = control.call("neighNext", 0);
      while (at !== 0 && !waits(at)) at = control.call("neighNext", at);
      add(m, at + m.layout.at("NEIGH_QUEUE_LEN"), 1);
    },
    /^queue of neighbour \d+: \d+ packets of \d+ bytes wait/m,
  ],
  [
    "callbacks that are counted and not there",
    "list-form",
    "linux-2.6.39",
    (m) => add(m, m.areaOf(1) + m.layout.at("PCPU_RCU") + 64 + m.layout.at("RCU_QUEUED"), 3),
    /^RCU callbacks of CPU 1, flavour 0: \d+ on the lists, \d+ counted$/m,
  ],
  [
    "a page that a CPU does not count",
    "slab-pages",
    "linux-3.10",
    (m) => add(m, slabBlock(m, 0) + m.layout.at("SLAB_CPU_PAGES"), 1),
    /^pages of ip_dst_cache on CPU 0: found \d+, expected \d+$/m,
  ],
  [
    "a reference on a neighbour",
    "count-neighbour",
    "linux-2.6.18",
    (m) => add(m, m.cpu(0).call("neighNext", 0) + m.layout.at("NEIGH_REFCNT"), 1),
    /^arp_cache object 0x\w+ \(page of CPU \d, in neighbour table\): refcnt says \d+, /m,
  ],
  [
    "a reference on a device",
    "count-device",
    "linux-3.10",
    (m) => m.cpu(0).call("devHold", m.deviceAt(6)),
    /^references on tx0: found \d+, expected \d+$/m,
  ],
  [
    "an entry that is not counted",
    "entries",
    "linux-3.10",
    (m) => add(m, m.areaOf(0) + m.layout.at("PCPU_COUNTERS"), -1),
    /^dst entries against rtables in use: found \d+, expected \d+$/m,
  ],
  [
    "a packet that is counted nowhere",
    "packets",
    "nexthop-direct",
    (m) => add(m, m.areaOf(1) + m.layout.at("PCPU_MIB"), 1),
    /^packets accounted for: found \d+, expected \d+$/m,
  ],
  [
    "a lock that is held",
    "locks",
    "linux-2.6.18",
    (m) => add(m, base(m) + m.layout.at("G_RTNL"), 2),
    /^lock of RTNL is held: 2 of CPU 1$/m,
  ],
  [
    "a lock that let two in",
    "lock-exclusion",
    "linux-3.10",
    (m) => add(m, base(m) + m.layout.at("TORTURE_WORD"), -1),
    /^what was added under a lock: found 47, expected 48$/m,
  ],
  [
    "a grace period that did not wait",
    "grace-period",
    "linux-3.10",
    (m) => add(m, m.areaOf(1) + m.layout.at("TORTURE_STALE"), 1),
    /^of 1\d read sections of CPU 1, those that a grace period did not wait for: found 1, /m,
  ],
  [
    "a CPU that RCU waits for",
    "rcu",
    "no-cache",
    (m) => m.cpu(1).call("rcuCpuOnline"),
    /^RCU of flavour 0 waits for CPU 1: found \d+, expected 0$/m,
  ],
  [
    "a timer that nobody counts",
    "timers",
    "linux-3.10",
    (m) => add(m, m.areaOf(0) + m.layout.at("PCPU_TIMERS") + m.layout.at("TIMERS_ARMED"), -1),
    /^timers that wait on CPU 0: found \d+, expected \d+$/m,
  ],
  [
    "a CPU in a softirq",
    "cpu-state",
    "linux-3.10",
    (m) => add(m, m.areaOf(1) + m.layout.at("CPU_SOFTIRQ"), 1),
    /^softirqs that CPU 1 is in: found 1, expected 0$/m,
  ],
  [
    "a word of page 0",
    "page-zero",
    "no-cache",
    (m) => add(m, 400, 1),
    /^words of the guard page that are not zero: found 1, expected 0$/m,
  ],
];

describe("readAccounts", () => {
  it.each([
    ...["linux-2.6.18", "linux-2.6.39", "linux-3.10", "no-cache", "nexthop-direct"],
    ...["linux-3.10+slot-ref=counted+refcount=rcuref", "linux-2.6.18+route-cache=none"],
  ])("%s balances as it stands, while packets and callbacks wait", async (design) => {
    for (const flavour of ["release", "debug"]) {
      const accounts = await accountsOf(`${design}.${flavour}`);
      expect(accounts.mismatches).toEqual([]);
      expect(accounts.checks).toBeGreaterThan(200);
      const skbs = accounts.objects.find(({ cache }) => cache === "skbuff_head_cache");
      expect(skbs?.places.queue).toBeGreaterThan(0);
      for (const { objects, places } of accounts.objects) {
        expect(Object.values(places).reduce((sum, n) => sum + n, 0)).toBe(objects);
      }
    }
  });

  it.each(DAMAGE)("%s: %s", async (_, check, design, damage, text) => {
    const { mismatches } = await accountsOf(`${design}.release`, damage);
    const told = mismatches.filter((mismatch) => mismatch.check === check);
    expect(told.map((mismatch) => mismatch.text).join("\n")).toMatch(text);
    const isObject = check === "object-lost" || check === "count-dst";
    if (isObject) expect(told[0]?.dump[0]).toMatch(/^0x\w{8} \+ {2}0( \w{8}| ){4,}/);
  });
});

describe("readFacts", () => {
  it("tells only what stopping a CPU anywhere cannot have done", async () => {
    const { machine } = await used("linux-3.10.release");
    add(machine, machine.plan.superblock.base + machine.layout.at("G_RTNL"), 2);
    add(machine, machine.plan.superblock.base + machine.layout.at("TORTURE_WORD"), -2);
    expect(readFacts(machine)).toEqual([]);
    add(machine, machine.plan.superblock.base + machine.layout.at("TORTURE_WORD"), -2);
    expect(readFacts(machine).map(({ check }) => check)).toEqual(["lock-exclusion"]);
    add(machine, 8, 1);
    expect(readFacts(machine).map(({ check }) => check)).toEqual(["lock-exclusion", "page-zero"]);
  });
});

describe("heldLocks", () => {
  it("names locks with their CPU, and a rwlock with its word", async () => {
    const { machine } = await used("linux-2.6.18.release");
    expect(heldText(heldLocks(machine))).toBe("no lock is held");
    add(machine, base(machine) + machine.layout.at("G_RTNL"), 3);
    add(machine, base(machine) + machine.layout.at("NEIGH_TABLE_LOCK"), -15);
    expect(heldText(heldLocks(machine))).toBe("held: neighbour table (0xfffffff1), RTNL (CPU 2)");
  });
});

describe("the parts", () => {
  it("count references by kind of count, and name places", () => {
    const machine = (refcount: string) => ({ image: { row: { refcount } } }) as unknown as Machine;
    expect(heldOf(machine("atomic"), 0xffffffff)).toBe(-1);
    expect([0, 1, 0xffffffff, 0xe0000000].map((w) => heldOf(machine("rcuref"), w))).toEqual([
      1, 2, 0, 0,
    ]);
    expect(placeText({ place: null, number: 0 })).toBe("no place");
    expect(placeText({ place: "queue", number: 64 })).toBe("queue of neighbour 0x00000040");
    const to = new Map<number, number>();
    refer(to, 5);
    refer(to, 5, 2);
    expect(to.get(5)).toBe(3);
  });

  it("tell eight of a kind one by one, and how many more there are", () => {
    const book = new AccountBook();
    for (let i = 0; i < 11; i++) book.object("object-lost", () => ({ text: hex(i), dump: [] }));
    const found = book.mismatches().map(({ text }) => text);
    expect(found).toHaveLength(9);
    expect(found.at(-1)).toBe("object-lost: 3 more like these");
  });

  it("walk a machine one after the other", async () => {
    const { machine } = await used("linux-2.6.39.release");
    const book = new AccountBook();
    const objects = new SlabObjects(machine, book);
    expect(new PlaceWalk(objects).walk().routes.size).toBeGreaterThan(0);
    new RestCheck(objects, book).check();
    expect(book.mismatches()).toEqual([]);
    expect(dumpBytes(machine, machine.areaOf(1), 32)).toHaveLength(2);
  });
});
