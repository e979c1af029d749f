/**
 * The audit can fail: each planted defect of the accounts, and each leak made by hand, is named by
 * the equation that it breaks. The same image without a leak passes the same procedure.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { auditMachine } from "../../../src/machine/audit.js";
import { prefixRoute } from "../../../src/machine/loadTable.js";
import {
  type Machine,
  NLM_F_CREATE,
  NLM_F_EXCL,
  RT_TABLE_MAIN,
} from "../../../src/machine/machine.js";
import { type Route, RT_SCOPE_LINK } from "../../../src/reference/world.js";
import { txAddress } from "../../../src/workloads/standardWorld.js";
import { type BustedName, builtImage, bust, bustedImage } from "../../helpers/testImages.js";
import {
  drainHere,
  hotPrefix,
  routesByNexthop,
  trafficMachine,
  trafficRouter,
  trafficSetup,
} from "../../helpers/trafficSetup.js";

const SEED = 5;
const PACKETS = 8192;
const DST_OPS_IPV4 = 1;
const setup = trafficSetup(SEED, 1, PACKETS);
const { world } = setup;

function change(machine: Machine, name: string, route: Route, flags: number): void {
  machine.writeRequest(route, flags);
  const control = machine.cpu(machine.controlCpu);
  expect(control.callSigned(name, RT_TABLE_MAIN)).toBe(0);
}

/**
 * A route with a fib_info of its own comes, is used and goes, and a hot place is without a route.
 */
function traffic(machine: Machine): void {
  const forward = (): void => {
    machine.cpu(0).call("rcuCpuOnline");
    machine.cpu(0).call("forwardPackets", PACKETS);
    machine.cpu(0).call("rcuCpuOffline");
  };
  const { prefix, length } = hotPrefix(0, 2);
  const ifindex = world.nexthops[0]?.ifindex ?? 0;
  const nexthop = { gateway: txAddress(0, 200), ifindex, scope: RT_SCOPE_LINK };
  const own = { ...prefixRoute(world, prefix, length, 0), nexthop };
  const hot = hotPrefix(1, 0);
  const lost = trafficRouter(setup).tables.main.get(hot.prefix, hot.length);
  if (lost === undefined) throw new RangeError("the hot place has no route");
  change(machine, "routeNew", own, NLM_F_CREATE | NLM_F_EXCL);
  change(machine, "routeDelete", lost, 0);
  forward();
  change(machine, "routeDelete", own, 0);
  change(machine, "routeNew", lost, NLM_F_CREATE | NLM_F_EXCL);
  forward();
}

/** Boots, breaks, forwards, leaks, audits; returns what the audit says. */
async function audited(
  image: Image,
  broken: BustedName,
  leak: (machine: Machine) => void = () => {},
  drain: (machine: Machine, turn: number) => Promise<void> = drainHere,
): Promise<string> {
  const machine = await trafficMachine(setup, image);
  bust(machine, broken);
  traffic(machine);
  await drainHere(machine);
  leak(machine);
  let turn = 0;
  const report = await auditMachine({
    machine,
    world,
    routesByNexthop: routesByNexthop(setup, trafficRouter(setup)),
    drain: () => drain(machine, turn++),
  });
  expect(report.ok).toBe(report.failures.length === 0);
  return report.failures.join("\n");
}

/** The first rtable that a slot points to. */
function slotted(machine: Machine): number {
  const control = machine.cpu(machine.controlCpu);
  for (let index = 1; index < machine.word("FIB_INFOS_NEXT"); index++) {
    const at = control.call("slotRouteOf", index, 0);
    if (at !== 0) return at;
  }
  throw new RangeError("no slot has an rtable");
}

/** Makes `entry` (a list_head) the one member of the global uncached list. */
function listAddOnly(machine: Machine, entry: number): void {
  const head = machine.plan.superblock.base + machine.layout.at("G_UNCACHED") + 16;
  for (const [from, to] of [
    [head, entry],
    [entry, head],
  ] as const) {
    machine.u32[from / 4] = to;
    machine.u32[from / 4 + 2] = to;
  }
}

/** Defect to the equations that break, each on a line of its own. */
const DEFECTS: readonly (readonly [BustedName, readonly RegExp[]])[] = [
  ["lastRelease", [/^rtables in slots, in chains and on the garbage lists: /m]],
  ["entries", [/^dst entries against rtables in use: /m]],
  [
    "slab",
    [
      /^rtables in slots, in chains and on the garbage lists: /m,
      /^dst entries against rtables in use: /m,
    ],
  ],
  ["hold", [/^refcnt of the slotted rtable at \d+: found [1-9]\d*, expected 0$/m]],
  ["devPut", [/^references on lo: /m]],
  ["fibNumber", [/^validity of the tables: found 14, expected 0$/m]],
];

/** What a host can do wrong, and the line that says so. */
const LEAKS: readonly (readonly [string, (machine: Machine) => void, RegExp])[] = [
  [
    "a reference on a slotted rtable",
    (machine) => machine.cpu(0).call("dstHold", slotted(machine)),
    /^refcnt of the slotted rtable at \d+: found 1, expected 0$/m,
  ],
  [
    "a reference on a device",
    (machine) => machine.cpu(0).call("devHold", machine.deviceAt(6)),
    /^references on tx0: found (\d+), expected \d+$/m,
  ],
  [
    "an rtable that nobody points to",
    (machine) => machine.cpu(0).call("dstAlloc", DST_OPS_IPV4, machine.deviceAt(6), 1, 0, 0),
    /^rtables in slots, in chains and on the garbage lists: /m,
  ],
  [
    "an rtable that stays on the uncached list",
    (machine) => {
      const at = machine.cpu(0).call("dstAlloc", DST_OPS_IPV4, machine.deviceAt(6), 0, 0, 0);
      listAddOnly(machine, at + machine.layout.at("RTABLE_UNCACHED_OFFSET"));
    },
    /^members of the uncached lists: found 1, expected 0$/m,
  ],
  [
    "a byte written through a null pointer",
    (machine) => new Uint8Array(machine.memory.buffer).fill(1, 123, 124),
    /^words of the guard page that are not zero: found 1, expected 0$/m,
  ],
  [
    "a pointer of a free list that was overwritten",
    (machine) => {
      const cpu = machine.cpu(0);
      const at = cpu.call("dstAlloc", DST_OPS_IPV4, machine.deviceAt(6), 0, 0, 0);
      cpu.call("dstFree", at);
      machine.u32[at / 4] = (machine.u32[at / 4] ?? 0) ^ 8;
    },
    /^validity of slab rtable: found [12], expected 0$/m,
  ],
  [
    "an object that is free twice",
    (machine) => {
      const cpu = machine.cpu(0);
      const at = cpu.call("dstAlloc", DST_OPS_IPV4, machine.deviceAt(6), 0, 0, 0);
      cpu.call("dstFree", at);
      machine.u32[at / 4] = at;
    },
    /^validity of slab rtable: found 3, expected 0$/m,
  ],
  [
    "a neighbour that the setup does not have",
    (machine) => {
      const control = machine.cpu(machine.controlCpu);
      expect(control.callSigned("neighAddPermanent", machine.deviceAt(6), 77, 1, 2)).toBe(0);
    },
    /^PERMANENT neighbours: found 81, expected 80$/m,
  ],
  [
    "a reference on a neighbour that nobody has",
    (machine) => {
      const at = machine.cpu(machine.controlCpu).call("neighNext", 0);
      const refcnt = (at + machine.layout.at("NEIGH_REFCNT")) / 4;
      machine.u32[refcnt] = (machine.u32[refcnt] ?? 0) + 1;
    },
    /^refcnt of neighbour 10\.2\.\d+\.\d+: found 2, expected 1$/m,
  ],
  [
    "a packet that waits and is in no queue",
    (machine) => {
      const parked = machine.areaOf(0) + machine.layout.at("PCPU_MIB") + 8 * 6;
      machine.u32[parked / 4] = (machine.u32[parked / 4] ?? 0) + 1;
    },
    /^packets that wait for a neighbour: found 0, expected 1$/m,
  ],
  [
    "a packet that is counted nowhere",
    (machine) => {
      const at = (machine.areaOf(0) + machine.layout.at("PCPU_MIB")) / 4;
      machine.u32[at] = (machine.u32[at] ?? 0) + 1;
    },
    /^packets accounted for: /m,
  ],
  [
    "a reference of the tables on a fib_info",
    (machine) => {
      machine.writeRequest(prefixRoute(world, 0, 0, 9), NLM_F_CREATE);
      machine.cpu(machine.controlCpu).call("fibCreateInfoRequest");
    },
    /^treeref of next hop 9: [\s\S]*^validity of the tables: found 11/m,
  ],
];

describe("the audit can fail", () => {
  let image: Image;
  beforeAll(async () => {
    image = await bustedImage("linux-3.10");
  });

  it.each(["linux-3.10", "no-cache", "nexthop-direct"])("%s as built balances", async (design) => {
    expect(await audited(await builtImage(design), "none")).toBe("");
  });

  it("the image with all defects balances while none breaks", async () => {
    expect(await audited(image, "none")).toBe("");
  });

  it.each(DEFECTS)("names the defect %s", async (name, lines) => {
    const found = await audited(image, name);
    for (const line of lines) expect(found).toMatch(line);
  });

  it.each(LEAKS)("names %s", async (_, leak, line) => {
    expect(await audited(image, "none", leak)).toMatch(line);
  });

  it("names the callbacks that nobody ran", async () => {
    const leave = (machine: Machine): void => {
      const lost = trafficRouter(setup).tables.main.get(hotPrefix(2, 0).prefix, 16);
      if (lost !== undefined) change(machine, "routeDelete", lost, 0);
    };
    const found = await audited(image, "none", leave, async () => {});
    expect(found).toMatch(/^RCU callbacks left on CPU 1: found [1-9]\d*, expected 0$/m);
  });

  it("names what is left when a device goes and nobody waits for it", async () => {
    const onlyFirst = async (machine: Machine, turn: number): Promise<void> => {
      if (turn === 0) await drainHere(machine);
    };
    const found = await audited(image, "none", () => {}, onlyFirst);
    expect(found).toMatch(/^references on tx0 after unregister: found [1-9]\d*, expected 0$/m);
    expect(found).toMatch(/^neighbours left after unregister: /m);
  });
});
