/**
 * The object that a slab check stopped a CPU for: its name, who had it last, and its bytes. Read
 * from the machine's memory after the trap, by the walks of accounts.
 */
import { AccountBook, dumpBytes, hex } from "./accountsBook.js";
import { SlabObjects } from "./accountsObjects.js";
import type { Machine } from "./machine.js";
import { ownerText } from "./slabDebug.js";

/** In the head of a CPU area: the object that the last trap is about. */
const FAULT_OBJECT = 36;
/** Trap sites of slab checks (`assembly/arch/trap.ts`). */
const SLAB_SITES = { first: 301, last: 305 } as const;
/** Link, state and records of owners, behind an object's right red zone. */
const TAIL_BYTES = 24;

/** What a trap of the slab was about. */
export interface SlabFault {
  readonly text: string;
  /** The object's slot, a line for each 16 bytes. */
  readonly dump: readonly string[];
}

/** The object that the last trap of a CPU was about; null: about none. */
export function slabFault(machine: Machine, cpu: number): SlabFault | null {
  if (machine.image.flavour !== "debug") return null;
  const word = (at: number): number => machine.u32[(machine.areaOf(cpu) + at) / 4] ?? 0;
  const site = word(machine.layout.at("CPU_FAULT_SITE"));
  const at = word(FAULT_OBJECT);
  if (at === 0 || site < SLAB_SITES.first || site > SLAB_SITES.last) return null;
  const objects = new SlabObjects(machine, new AccountBook());
  for (const cache of objects.caches.values()) {
    const index = objects.indexOf(cache, at);
    if (index < 0) continue;
    const page = cache.pages[Math.floor(index / cache.perPage)]?.cpu ?? -1;
    const owner = ownerText(machine, cache, at);
    const text = `${cache.name} object ${hex(at)} (page of CPU ${page})`;
    const from = at - cache.leftBytes;
    const bytes = cache.leftBytes + cache.linkOffset + TAIL_BYTES;
    return {
      text: owner === "" ? text : `${text}, ${owner}`,
      dump: dumpBytes(machine, from, bytes),
    };
  }
  return { text: `${hex(at)}, which is no object`, dump: [] };
}

/** The same as an ending for the line that tells of the trap. */
export function slabFaultText(machine: Machine, cpu: number): string {
  const fault = slabFault(machine, cpu);
  return fault === null ? "" : `: ${fault.text}`;
}
