/**
 * What a machine holds, read from its bytes while no CPU runs: the counters of
 * /proc/net/stat/rt_cache and the figures of /proc/slabinfo.
 */
import type { Machine } from "./machine.js";
import { dstEntries } from "./routeCache.js";
import { CACHE_NAMES } from "./slabNames.js";

/** Columns of rt_cache_stat behind `entries`, in the kernel's order (`RT_STAT_…`). */
export const RT_STAT_NAMES = [
  ...["in_hit", "in_slow_tot", "in_slow_mc", "in_no_route", "in_brd"],
  ...["in_martian_dst", "in_martian_src", "out_hit", "out_slow_tot", "out_slow_mc"],
  ...["gc_total", "gc_ignored", "gc_goal_miss", "gc_dst_overflow"],
  ...["in_hlist_search", "out_hlist_search"],
] as const;

/** /proc/net/stat/rt_cache: one row for each CPU that forwards. */
export interface RtCacheStat {
  /** dst entries of the machine: the same number in every row. */
  readonly entries: number;
  /** For each CPU the columns of RT_STAT_NAMES. */
  readonly rows: readonly (readonly number[])[];
}

/** One slab cache as a row of /proc/slabinfo. */
export interface SlabRow {
  readonly name: string;
  readonly activeObjects: number;
  readonly objects: number;
  readonly objectBytes: number;
  readonly objectsPerSlab: number;
  readonly pagesPerSlab: number;
  readonly activeSlabs: number;
  readonly slabs: number;
}

function word(machine: Machine, at: number): number {
  return machine.u32[at / 4] ?? 0;
}

/** The counters of the route cache, CPU by CPU. */
export function readRtCacheStat(machine: Machine): RtCacheStat {
  const { layout, options } = machine;
  const columns = Array.from({ length: layout.at("RT_STATS") }, (_, column) => column);
  const rows = Array.from({ length: options.cpus }, (_, cpu) => {
    const at = machine.areaOf(cpu) + layout.at("PCPU_RT_STAT");
    return columns.map((column) => word(machine, at + 4 * column));
  });
  return { entries: dstEntries(machine), rows };
}

/** Objects on a free list, and the slabs in which they lie. A loop ends at `most` objects. */
function walkFree(
  machine: Machine,
  first: number,
  link: number,
  most: number,
  freeInSlab: Map<number, number>,
): number {
  const page = machine.layout.at("SLAB_PAGE_BYTES");
  let length = 0;
  for (let object = first; object !== 0 && length < most; object = word(machine, object + link)) {
    length++;
    const slab = Math.floor(object / page);
    freeInSlab.set(slab, (freeInSlab.get(slab) ?? 0) + 1);
  }
  return length;
}

function slabRow(machine: Machine, id: number): SlabRow | undefined {
  const { layout, plan, options } = machine;
  const stride = layout.at("SLAB_STRIDE") * id;
  const cache = plan.superblock.base + layout.at("G_SLAB") + layout.at("SLAB_FIRST") + stride;
  const objectBytes = word(machine, cache + layout.at("SLAB_OBJECT_BYTES"));
  if (objectBytes === 0) return undefined;
  const objectsPerSlab = word(machine, cache + layout.at("SLAB_PER_PAGE"));
  const link = word(machine, cache + layout.at("SLAB_LINK"));
  const freeInSlab = new Map<number, number>();
  let slabs = 0;
  let free = 0;
  for (let cpu = 0; cpu <= options.cpus; cpu++) {
    const block = machine.areaOf(cpu) + layout.at("PCPU_SLAB") + stride;
    const pages = word(machine, block + layout.at("SLAB_CPU_PAGES"));
    slabs += pages;
    for (const head of [layout.at("SLAB_CPU_HEAD"), layout.at("SLAB_REMOTE")]) {
      const most = pages * objectsPerSlab;
      free += walkFree(machine, word(machine, block + head), link, most, freeInSlab);
    }
  }
  const empty = [...freeInSlab.values()].filter((n) => n === objectsPerSlab).length;
  const objects = slabs * objectsPerSlab;
  return {
    name: CACHE_NAMES[id] ?? `cache-${id}`,
    activeObjects: objects - free,
    objects,
    objectBytes: word(machine, cache + layout.at("SLAB_STRIDE_BYTES")),
    objectsPerSlab,
    pagesPerSlab: 1,
    activeSlabs: slabs - empty,
    slabs,
  };
}

/**
 * The slab caches. `objectBytes` is from one object to the next, so with the alignment that the
 * kernel's /proc/slabinfo counts in, and in debug images with red zones.
 */
export function readSlabs(machine: Machine): SlabRow[] {
  const rows: SlabRow[] = [];
  for (let id = 0; id < machine.layout.at("KMEM_CACHES"); id++) {
    const row = slabRow(machine, id);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}
