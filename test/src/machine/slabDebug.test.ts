/**
 * The slab's checks from outside: letters, words for what images note, and that every number of
 * the image's sources has a word.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";
import { AccountBook } from "../../../src/machine/accountsBook.js";
import { SlabObjects } from "../../../src/machine/accountsObjects.js";
import type { Machine } from "../../../src/machine/machine.js";
import {
  ownerText,
  parseSlabDebug,
  recordText,
  slabChecks,
  slabDebugOff,
} from "../../../src/machine/slabDebug.js";
import { machineOf, runPackets, setWorkload, smallExperiment } from "./smallExperiment.js";

/** Names and numbers of a source's constants. */
function constants(file: string, prefix: string): [string, number][] {
  const text = readFileSync(path.join(packageRoot, file), "utf8");
  const pattern = new RegExp(`export const (${prefix}\\w+): u32 = (\\d+);`, "g");
  return [...text.matchAll(pattern)].map(([, name = "", value]) => [name, Number(value)]);
}

async function usedMachine(image: string): Promise<Machine> {
  const small = await smallExperiment([image]);
  setWorkload(small, "internet-mix");
  const machine = machineOf(small, 0);
  runPackets(machine, "torturePackets", 256);
  return machine;
}

describe("letters", () => {
  it("are those of slub_debug, each once; - is none", () => {
    expect(parseSlabDebug("FZPU")).toBe("FZPU");
    expect(parseSlabDebug("P")).toBe("P");
    expect(parseSlabDebug("-")).toBe("");
    for (const text of ["", "X", "FF", "fz", "F "]) {
      expect(() => parseSlabDebug(text)).toThrow(/^--slab-debug .*; allowed: letters of FZPU/);
    }
    expect([slabDebugOff("FZPU"), slabDebugOff("F"), slabDebugOff("")]).toEqual([0, 14, 15]);
  });

  it("reach the machine; other images check nothing", async () => {
    const off = (m: Machine): boolean[] => [..."FZPU"].map((letter) => slabChecks(m, letter));
    expect(off(await usedMachine("no-cache.debug"))).toEqual([true, true, true, true]);
    expect(off(await usedMachine("no-cache.release"))).toEqual([false, false, false, false]);
    const some = { slabDebug: { checks: "FP", quarantine: 0 } };
    const small = await smallExperiment(["no-cache.debug"], 1, undefined, some);
    expect(off(machineOf(small, 0))).toEqual([true, false, true, false]);
  });
});

describe("records", () => {
  it("have a word for every caller, callback and work item", () => {
    const sites = constants("assembly/mm/slabOwner.ts", "SLAB_");
    expect(sites.length).toBe(10);
    const callbacks = constants("assembly/calls/rcu.ts", "RCU_FUNC_").slice(1);
    const works = constants("assembly/calls/work.ts", "WORK_").slice(1);
    const texts = [
      ...sites.map(([, site]) => recordText("freed", (1 << 24) | (site << 16), 0)),
      ...callbacks.map(([, id]) => recordText("freed", (1 << 24) | (1 << 16) | 0x100 | id, 0)),
      ...works.map(([, id]) => recordText("freed", (1 << 24) | (1 << 16) | 0x200 | id, 0)),
    ];
    for (const text of texts) expect(text).not.toMatch(/without a name|callback \d|work \d/);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("say CPU, caller, what ran and when", () => {
    const inWindow = (2 << 24) | (1 << 16) | (3 << 12);
    expect(recordText("allocated", inWindow, 93)).toBe(
      "allocated on CPU 1 by dst_alloc (window) at tick 93",
    );
    expect(recordText("freed", (1 << 24) | (2 << 16) | (5 << 12) | 0x108, 120)).toBe(
      "freed on CPU 0 by dst_destroy (dst_rcu_free) at tick 120",
    );
  });

  it("of a machine's objects name who has them", async () => {
    const machine = await usedMachine("linux-3.10.debug");
    const objects = new SlabObjects(machine, new AccountBook());
    const textsOf = (name: string): string[] => {
      const cache = objects.cache(machine.layout.at(name));
      return Array.from({ length: cache.placeOf.length }, (_, i) =>
        ownerText(machine, cache, objects.addressOf(cache, i)),
      );
    };
    const by = /^allocated on CPU 1 by neigh_alloc \(idle\) at tick \d+$/;
    const neighbours = textsOf("KMEM_CACHE_NEIGHBOUR").filter((text) => by.test(text));
    expect(neighbours.length).toBeGreaterThan(4);
    expect(textsOf("KMEM_CACHE_RTABLE")).toContain("never handed out");
  });
});
