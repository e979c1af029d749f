/**
 * Accounts of debug images: every free object is as its free left it, and the bytes around every
 * object are what its state says. The words are those of `assembly/mm/slabDebug.ts`.
 */
import type { AccountBook } from "./accountsBook.js";
import type { CacheObjects, SlabObjects } from "./accountsObjects.js";
import { slabChecks } from "./slabDebug.js";

/** Four bytes of POISON_FREE; the last four end in POISON_END. */
const POISON = 0x6b6b6b6b;
const POISON_LAST = 0xa56b6b6b;
/** Four bytes of SLUB_RED_INACTIVE and SLUB_RED_ACTIVE. */
const RED = { free: 0xbbbbbbbb, inUse: 0xcccccccc } as const;
const RED_BYTES = 8;

/** The bytes of a debug machine's objects. */
export class SlabBytes {
  private readonly u32: Uint32Array;

  constructor(
    private readonly objects: SlabObjects,
    private readonly book: AccountBook,
  ) {
    this.u32 = objects.machine.u32;
  }

  /** Checks what the machine itself checks; nothing in other images. */
  check(): void {
    const { machine, caches } = this.objects;
    const poison = slabChecks(machine, "P");
    const red = slabChecks(machine, "Z");
    for (const cache of caches.values()) {
      for (let index = 0; index < cache.placeOf.length; index++) {
        const isFree = !this.objects.isInUse(cache, index);
        const at = this.objects.addressOf(cache, index);
        if (red) this.redZones(cache, index, at, isFree ? RED.free : RED.inUse);
        if (poison && isFree) this.body(cache, index, at);
      }
    }
  }

  /** Offset of the first word of these bytes that is another, −1: none is. */
  private differs(from: number, bytes: number, word: number): number {
    for (let offset = 0; offset < bytes; offset += 4) {
      if (this.u32[(from + offset) / 4] !== word) return offset;
    }
    return -1;
  }

  private redZones(cache: CacheObjects, index: number, at: number, word: number): void {
    this.book.checked(1);
    const before = this.differs(at - cache.leftBytes, cache.leftBytes, word);
    const after = this.differs(at + cache.objectBytes, RED_BYTES, word);
    if (before < 0 && after < 0) return;
    const offset = before >= 0 ? before - cache.leftBytes : cache.objectBytes + after;
    this.objects.faultOf("slab-redzone", cache, index, `a red zone was written to at ${offset}`);
  }

  private body(cache: CacheObjects, index: number, at: number): void {
    this.book.checked(1);
    const last = cache.objectBytes - 4;
    let offset = this.differs(at, last, POISON);
    if (offset < 0 && this.u32[(at + last) / 4] !== POISON_LAST) offset = last;
    if (offset < 0) return;
    this.objects.faultOf("slab-poison", cache, index, `was written to while free, at ${offset}`);
  }
}
