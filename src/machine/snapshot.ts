/**
 * Snapshots: a machine is bytes, and every pointer in it an offset, so a range of the memory can be
 * saved and put back in place by one copy. For use while no CPU runs.
 */
import type { Machine } from "./machine.js";
import type { Region } from "./plan.js";

/** Saved bytes of some regions of a memory. */
export class Snapshot {
  private readonly saved: { base: number; bytes: Uint8Array }[];

  constructor(
    private readonly memory: WebAssembly.Memory,
    regions: readonly Region[],
  ) {
    this.saved = regions.map(({ base, bytes }) => ({
      base,
      bytes: new Uint8Array(memory.buffer, base, bytes).slice(),
    }));
  }

  /** Puts every saved byte back where it was. */
  restore(): void {
    const all = new Uint8Array(this.memory.buffer);
    for (const { base, bytes } of this.saved) all.set(bytes, base);
  }
}

/** The regions of a design part that are written after boot. Slab pages that were never touched are
 * saved too: they are zero and stay cheap only where the machine is small. */
export function designPart(machine: Machine): Region[] {
  const { superblock, cpuAreas, boot, rings, pages } = machine.plan;
  return [superblock, cpuAreas, boot, rings, pages];
}
