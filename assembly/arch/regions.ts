/**
 * Regions: the ranges of memory a machine was given, and the allocator of boot time.
 *
 * The host decides base and size of every region before boot and writes them into the superblock's
 * table (`base u32, bytes u32` at SB_REGIONS + 8 * number). Regions never move or grow, and are not
 * touched before use: a page of fresh shared memory costs microseconds at its first touch.
 *
 * `bootAlloc` is the kernel's memblock: a bump pointer over REGION_BOOT, for tables that live as
 * long as the machine. Only `boot()` and the control plane call it; nothing is given back.
 * Invariant: regionBase(BOOT) <= bootNextAt <= regionBase(BOOT) + regionBytes(BOOT).
 */
import { fillBytes, plainLoad32 } from "./atomic";
import { REGION_BOOT, SB_REGIONS, superBlock, superBlockAt } from "./superblock";

/** Address of the first byte of region `region`. */
export function regionBase(region: u32): usize {
  return plainLoad32(superBlockAt() + SB_REGIONS + ((<usize>region) << 3));
}

/** Size of region `region`. */
export function regionBytes(region: u32): usize {
  return plainLoad32(superBlockAt() + SB_REGIONS + ((<usize>region) << 3) + 4);
}

/**
 * Takes `bytes` zeroed bytes, aligned to `align` (a power of two), from the boot region.
 * Returns 0 when the region is exhausted: the host's budget was wrong and boot must fail.
 */
export function bootAlloc(bytes: usize, align: usize): usize {
  const sb = superBlock();
  const at = (<usize>sb.bootNextAt + align - 1) & ~(align - 1);
  if (at + bytes > regionBase(REGION_BOOT) + regionBytes(REGION_BOOT)) return 0;
  sb.bootNextAt = <u32>(at + bytes);
  fillBytes(at, 0, bytes);
  return at;
}
