/** Accounts of debug images: poison and red zones, and what is kept back. */
import { describe, expect, it } from "vitest";
import { readAccounts } from "../../../src/machine/accounts.js";
import { AccountBook } from "../../../src/machine/accountsBook.js";
import { SlabObjects } from "../../../src/machine/accountsObjects.js";
import { SlabBytes } from "../../../src/machine/accountsSlab.js";
import type { Machine } from "../../../src/machine/machine.js";
import type { SlabDebug } from "../../../src/machine/slabDebug.js";
import {
  drainHere,
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

const KERNELS = ["linux-2.6.18", "linux-2.6.39", "linux-3.10", "no-cache", "nexthop-direct"];

async function used(
  image: string,
  slabDebug: SlabDebug,
): Promise<{ machine: Machine; small: Small }> {
  const small = await smallExperiment([image], 2, undefined, { slabDebug });
  const machine = machineOf(small, 0);
  setWorkload(small, "internet-mix", 2);
  for (const cpu of [0, 1, 0]) runPackets(machine, "torturePackets", 1_024, cpu);
  await drainHere(machine);
  runPackets(machine, "sendPackets", 512, 1);
  return { machine, small };
}

/** The first object of the rtables' free list of CPU 0. */
function freeRoute(machine: Machine): number {
  const cache = machine.layout.at("KMEM_CACHE_RTABLE");
  const block = machine.areaOf(0) + machine.layout.at("PCPU_SLAB") + 128 * cache;
  return machine.u32[block / 4] ?? 0;
}

describe("a debug machine", () => {
  it.each(KERNELS)("%s balances with every check on and objects kept back", async (kernel) => {
    const debug = { checks: "FZPU", quarantine: 16 };
    const { machine, small } = await used(`${kernel}.debug`, debug);
    const accounts = readAccounts(machine, small.world);
    expect(accounts.mismatches).toEqual([]);
    const kept = accounts.objects.map(({ places }) => places.quarantine ?? 0);
    if (kernel === "no-cache") expect(Math.max(...kept)).toBe(32);
    else expect(Math.max(...kept)).toBeLessThanOrEqual(48);
  });

  it("has an object that was written to while free, and beside it: both named", async () => {
    const { machine, small } = await used("no-cache.debug", { checks: "FZPU", quarantine: 0 });
    const at = freeRoute(machine);
    machine.u32[(at + 16) / 4] = 7;
    machine.u32[(at - 4) / 4] = 7;
    const { mismatches } = readAccounts(machine, small.world);
    expect(mismatches.map(({ check }) => check)).toEqual(["slab-redzone", "slab-poison"]);
    const [zone, poison] = mismatches.map(({ text }) => text);
    expect(zone).toMatch(/^ip_dst_cache object 0x\w+ .*: a red zone was written to at -4; alloc/);
    expect(poison).toMatch(/: was written to while free, at 16; allocated on CPU 0 by dst_alloc /);
  });

  it("is not looked at for what it does not check", async () => {
    const { machine, small } = await used("no-cache.debug", { checks: "FU", quarantine: 0 });
    const at = freeRoute(machine);
    machine.u32[(at + 16) / 4] = 7;
    machine.u32[(at - 4) / 4] = 7;
    expect(readAccounts(machine, small.world).mismatches).toEqual([]);
    const book = new AccountBook();
    new SlabBytes(new SlabObjects(machine, book), book).check();
    expect(book.checks).toBe(0);
  });

  it("counts what it keeps back: another number is told", async () => {
    const debug = { checks: "FZPU", quarantine: 16 };
    const { machine, small } = await used("no-cache.debug", debug);
    const cache = machine.layout.at("KMEM_CACHE_RTABLE");
    const block = machine.areaOf(0) + machine.layout.at("PCPU_SLAB") + 128 * cache;
    machine.u32[block / 4 + 6] = 3;
    const [first] = readAccounts(machine, small.world).mismatches;
    expect(first?.text).toBe("quarantine of CPU 0 for ip_dst_cache: 16 on the list, 3 counted");
  });
});
