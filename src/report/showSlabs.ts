/**
 * `show slabs`: what a kernel prints as /proc/slabinfo, version 2.1.
 */
import type { SlabRow } from "../machine/kernelViews.js";

const HEADER = [
  "slabinfo - version: 2.1",
  "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>" +
    " : tunables <limit> <batchcount> <sharedfactor>" +
    " : slabdata <active_slabs> <num_slabs> <sharedavail>",
];

function rowLine(row: SlabRow): string {
  const n = (value: number, width: number): string => String(value).padStart(width);
  const objects = `${n(row.activeObjects, 6)} ${n(row.objects, 6)} ${n(row.objectBytes, 6)}`;
  const slab = `${n(row.objectsPerSlab, 4)} ${n(row.pagesPerSlab, 4)}`;
  const tunables = `: tunables ${n(0, 4)} ${n(0, 4)} ${n(0, 4)}`;
  const data = `: slabdata ${n(row.activeSlabs, 6)} ${n(row.slabs, 6)} ${n(0, 6)}`;
  return `${row.name.padEnd(17)} ${objects} ${slab} ${tunables} ${data}`;
}

/** The kernel's two header lines and a row for each cache; there are no tunables. */
export function slabLines(rows: readonly SlabRow[]): string[] {
  return [...HEADER, ...rows.map(rowLine)];
}
