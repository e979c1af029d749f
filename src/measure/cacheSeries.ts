/**
 * Watches the route caches of a cell: after every window the counters of its machine are read, from
 * outside and while no CPU runs.
 */
import { type Machine, RHASH_ENTRIES } from "../machine/machine.js";
import { cacheRoomOf } from "../machine/plan.js";
import { type CacheCounters, hasRouteCache, readCacheCounters } from "../machine/routeCache.js";
import type { CacheSeries, CarriedCache, CellCache } from "../result/cacheSchema.js";
import type { OnAll } from "./sideLoadRun.js";

/** The counters that grow: their growth in a window is what is kept. */
const GROWING = [
  "hits",
  "slow",
  "gcTotal",
  "gcIgnored",
  "gcGoalMiss",
  "gcOverflow",
  "searched",
] as const;

function emptySeries(): CacheSeries {
  const none = { packets: [], entries: [] };
  const growing = { hits: [], slow: [], gcTotal: [], gcIgnored: [], gcGoalMiss: [] };
  return { ...none, ...growing, gcOverflow: [], searched: [] };
}

/** Counters wrap at 2^32. */
function grownBy(before: number, after: number): number {
  return (after - before + 2 ** 32) % 2 ** 32;
}

interface Watched {
  last: CacheCounters;
  readonly series: CacheSeries;
}

/** The route caches of the machines of a cell. */
export class CacheWatch {
  private readonly watched = new Map<Machine, Watched>();

  constructor(
    /** The timed machines; their numbers among the workers' machines are their indices. */
    private readonly machines: readonly Machine[],
    private readonly rhashEntries = RHASH_ENTRIES,
    /** Reads the counters of a machine. */
    private readonly read: (machine: Machine) => CacheCounters = readCacheCounters,
  ) {
    for (const machine of machines) {
      if (!hasRouteCache(machine)) continue;
      this.watched.set(machine, { last: read(machine), series: emptySeries() });
    }
  }

  /** As `inner`, and the counters of a machine are read after each of its windows. */
  watching(inner: OnAll): OnAll {
    return async (task, doing) => {
      const reports = await inner(task, doing);
      const machine = task.kind === "window" ? this.machines[task.machine] : undefined;
      if (task.kind === "window" && machine !== undefined) {
        this.note(machine, (task.packets + task.leadIn) * task.cpus);
      }
      return reports;
    };
  }

  private note(machine: Machine, packets: number): void {
    const watched = this.watched.get(machine);
    if (watched === undefined) return;
    const now = this.read(machine);
    const { last, series } = watched;
    series.packets.push(packets);
    series.entries.push(now.entries);
    for (const name of GROWING) series[name].push(grownBy(last[name], now[name]));
    watched.last = now;
  }

  /** What the cache of a machine did; null for a design without one. `carried`: before that. */
  of(machine: Machine, carried: CarriedCache | null = null): CellCache | null {
    const watched = this.watched.get(machine);
    if (watched === undefined) return null;
    const room = cacheRoomOf(machine.image.row, this.rhashEntries);
    if (room === null) return null;
    const { buckets, entries, entryBytes } = room;
    const before = carried === null ? {} : { carried };
    return { gcThresh: buckets, maxSize: entries, entryBytes, ...before, series: watched.series };
  }
}
