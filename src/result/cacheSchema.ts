/**
 * The route cache of one design in a cell: its limits, and what it did window by window.
 *
 *   series.NAME[w]      what happened in the w-th window of this design and its lead-in
 *   entries[w]          after it; all arrays have the same length
 *   carried.NAME[p]     the same for the pieces before the windows, where the cache was filled
 */
import { z } from "zod";

const counts = z.array(z.int().min(0));

/** How a cache was carried to its equilibrium before the windows, piece by piece. */
const carriedSchema = z.strictObject({
  cpus: z.int().min(1),
  piecePackets: z.int().min(1).describe("packets of a piece, of all CPUs"),
  ns: z.array(z.number().min(0)).describe("from the first CPU's start to the last one's end"),
  entries: counts.describe("after the piece"),
  runs: counts.describe("calls of the garbage collector that were not ended at once"),
});

export const cacheSchema = z.strictObject({
  gcThresh: z.int().min(1).describe("entries from which on the garbage collector is called"),
  maxSize: z.int().min(1).describe("entries beyond which nothing is cached"),
  entryBytes: z.int().min(1).describe("bytes that the slab takes for an entry"),
  carried: carriedSchema.optional().describe("of workloads that begin with a full cache"),
  series: z.strictObject({
    packets: counts.describe("of all CPUs, lead-in included"),
    entries: counts.describe("dst entries, those that wait to be freed included"),
    hits: counts,
    slow: counts.describe("packets that missed and were routed by a lookup"),
    gcTotal: counts.describe("calls of the garbage collector"),
    gcIgnored: counts.describe("of these, ended at once: too soon after the last run"),
    gcGoalMiss: counts.describe("passes that did not free what they were to free"),
    gcOverflow: counts.describe("allocations refused: the cache was full"),
    searched: counts.describe("entries of chains that were looked at and did not match"),
  }),
});

/** What a route cache did in a cell. */
export type CellCache = z.infer<typeof cacheSchema>;
/** Window by window. */
export type CacheSeries = CellCache["series"];
/** How it was filled. */
export type CarriedCache = z.infer<typeof carriedSchema>;
