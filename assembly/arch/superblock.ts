/**
 * The superblock: the first bytes of a machine's design part. From it everything else is found.
 *
 *   0     SuperBlock      magic, sizes, boot words; written by the host and `boot()`, then only
 *                         read
 *   128   regions         16 × (base u32, bytes u32)
 *   256   sections        the kernel's global variables, one section after the other (G_…)
 *
 * A machine is bytes: every pointer in it is an offset in the shared memory, so the bytes can be
 * saved and put back in place by one copy.
 *
 * Who may touch it: boot words are written before the first window and never again, so they are
 * read plainly. What lives in a section says its own rules. Sections start on cache lines of their
 * own, so that a word that is written does not share a line with one that is only read.
 */
import { CpuHead, PCPU_BYTES, thisCpuArea } from "./percpu";

export const SUPERBLOCK_MAGIC: u32 = 0x64737462;
/** Changes when the host must lay out memory differently. */
export const ABI_VERSION: u32 = 1;

@unmanaged
export class SuperBlock {
  magic: u32;
  abiVersion: u32;
  /** CPUs that forward; the control plane's area comes after theirs. */
  cpus: u32;
  /** Offset of the area of CPU 0, and the distance to the next. */
  cpuAreasAt: u32;
  cpuAreaStride: u32;
  /** Iterations of a spin before it sleeps; small where CPUs outnumber cores. */
  spinLimit: u32;
  /** Sleeps of SPIN_SLEEP_NS after which a wait traps with its site. */
  sleepLimit: u32;
  /** Ticks of the machine's clock in a second. */
  hz: u32;
  /** Packets of one CPU in a tick: offered rate ÷ hz. 0: the clock is moved by hand. */
  packetsPerTick: u32;
  /** Seed of free-list order and of hash secrets. */
  seed: u32;
  /** FIB tables that a lookup asks: 2 = local, then main; 1 = main only (bench). */
  fibTables: u32;
  /** Callbacks that one pass runs; above qhimark all of them, until qlowmark is reached. */
  rcuBlimit: u32;
  rcuQhimark: u32;
  rcuQlowmark: u32;
  /** Offset of the table part (trie, and its pools), which machines of a cell may share. */
  tableAt: u32;
  tableBytes: u32;
  /** Next free byte of the boot region; only `bootAlloc` moves it. */
  bootNextAt: u32;
  /** Offset of the frame templates, 64 bytes for each receive device. */
  templatesAt: u32;
  /** Nodes that the neighbour hash is sized for, and devices of the setup. */
  neighbours: u32;
  fibInfos: u32;
  /** Number of the first fib_info of the floor's nexthops. */
  floorFibInfo: u32;
  /** Scratch of the control plane: the host writes a `fib_config` to it, walkers mark in it. */
  requestAt: u32;
  requestBytes: u32;
  /** `gc_thresh1`, `2` and `3` of the neighbour table. */
  neighGcThresh1: u32;
  neighGcThresh2: u32;
  neighGcThresh3: u32;
  /** Which planted defect breaks, 0 for none; read by images that were compiled with them. */
  busted: u32;
  /** Buckets of the route cache's hash (boot parameter `rhash_entries`). */
  rhashEntries: u32;
  /** Slab checks of debug images that are off, by bit (`mm/slabDebug.ts`). 0: all are on. */
  slabDebugOff: u32;
  /** Debug images: freed objects that each CPU keeps back for each cache before their reuse. */
  quarantine: u32;
}

/** Region numbers: index into the region table. */
export const REGION_CPU_AREAS: u32 = 0;
export const REGION_BOOT: u32 = 1;
export const REGION_PAGES: u32 = 2;
export const REGION_RINGS: u32 = 3;
export const REGION_TABLE: u32 = 4;
/** Rings of the event trace, debug images; base 0 = off. */
export const REGION_TRACE: u32 = 15;
export const REGIONS: u32 = 16;
export const SB_REGIONS: usize = 128;

/** Jiffies and the lock-free words of the clock. */
export const G_CLOCK: usize = 256;
/** RCU: four lines for each of two flavours. */
export const G_RCU: usize = G_CLOCK + 64;
/** Slab: page lock and free pages, then 16 cache descriptors of two lines. */
export const G_SLAB: usize = G_RCU + 2 * 256;
export const G_SLAB_BYTES: usize = 128 + 16 * 128;
/** Percpu counters: 16 shared parts, a line each. */
export const G_COUNTERS: usize = G_SLAB + G_SLAB_BYTES;
/** dst: garbage list, busy list, operations, default metrics (`net/core/dstGc.ts`, `dstOps.ts`). */
export const G_DST: usize = G_COUNTERS + 16 * 64;
/** The one uncached list and its lock. */
export const G_UNCACHED: usize = G_DST + 320;
/** Generation ids of the routing layers. */
export const G_GENID: usize = G_UNCACHED + 64;
/** Neighbour table head. */
export const G_NEIGH: usize = G_GENID + 64;
/** FIB semantics: offset and count of `fib_info`, hash heads, lock. */
export const G_FIB: usize = G_NEIGH + 128;
/** RTNL and other control-plane words. */
export const G_RTNL: usize = G_FIB + 256;
/** Device table: 64 words of offsets. */
export const G_NETDEV: usize = G_RTNL + 64;
/** `fib_hash_lock`, the rwlock of `fib=hash`, alone on its line: every lookup writes it. */
export const G_FIB_HASH_LOCK: usize = G_NETDEV + 256;
/** Peers: their lock and buckets, their generation. */
export const G_INET_PEER: usize = G_FIB_HASH_LOCK + 64;
/** Route cache: the table's words on line 0, its sysctls on lines 1 to 3 (`rtHash.ts`). */
export const G_RT_HASH: usize = G_INET_PEER + 128;
/** Statics of the route cache's collector: unsynchronised, on a line of their own. */
export const G_RT_GC: usize = G_RT_HASH + 256;
/** State of the delayed flush: lock and deadline, then its timers. */
export const G_RT_FLUSH: usize = G_RT_GC + 64;
/** The periodic scan: rover and sums, then its timer. */
export const G_RT_EXPIRE: usize = G_RT_FLUSH + 192;
/** The grace-period probe that readers find (`workload/graceTorture.ts`). */
export const G_TORTURE: usize = G_RT_EXPIRE + 128;
export const G_END: usize = G_TORTURE + 64;
/** Bytes that the host reserves for the superblock and its sections. */
export const SUPERBLOCK_BYTES: usize = 8192;

if (offsetof<SuperBlock>("slabDebugOff") != 112) ERROR("src/machine/slabDebug.ts says 112");
if (offsetof<SuperBlock>("quarantine") != 116) ERROR("src/machine/slabDebug.ts says 116");
if (offsetof<SuperBlock>() > SB_REGIONS) ERROR("SuperBlock overflows into the region table");
if (SB_REGIONS + 8 * <usize>REGIONS > G_CLOCK) ERROR("the region table overflows");
if (G_END > SUPERBLOCK_BYTES) ERROR("the sections overflow the superblock");
if (PCPU_BYTES > 8192) ERROR("the CPU area overflows its stride");

/** Offset of the superblock of the machine this instance is attached to. */
export function superBlockAt(): usize {
  return changetype<CpuHead>(thisCpuArea()).superblock;
}

/** The superblock of the machine this instance is attached to. */
export function superBlock(): SuperBlock {
  return changetype<SuperBlock>(superBlockAt());
}

/** Address of the area of CPU `cpu`; `superBlock().cpus` is the control plane's number. */
export function cpuAreaOf(cpu: u32): usize {
  const sb = superBlock();
  return sb.cpuAreasAt + cpu * sb.cpuAreaStride;
}

/**
 * Whether planted defect `which` (`BUSTED_…`) breaks in this machine. Behind `if (BUSTED)` only.
 */
export function isBusted(which: u32): bool {
  return superBlock().busted == which;
}

/** CPU areas that exist: those that forward and the control plane. */
export function possibleCpus(): u32 {
  return superBlock().cpus + 1;
}
