/**
 * `show counters`: what a kernel prints as /proc/net/stat/rt_cache, and the same as data.
 */
import { RT_STAT_NAMES, type RtCacheStat } from "../machine/kernelViews.js";

/** Columns before which the kernel's header and rows have a second blank. */
const GROUPS = ["in_hit", "out_hit"];

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

function line(first: string, cells: readonly string[]): string {
  const rest = cells.map((cell, i) => {
    return GROUPS.includes(RT_STAT_NAMES[i] ?? "") ? `  ${cell}` : ` ${cell}`;
  });
  return first + rest.join("");
}

/** The header, then a row of hexadecimal numbers for each CPU, as the kernel prints them. */
export function counterLines(stat: RtCacheStat): string[] {
  const rows = stat.rows.map((row) => `${line(hex(stat.entries), row.map(hex))} `);
  return [line("entries", RT_STAT_NAMES), ...rows];
}

/** The same as one object for each CPU, by column. */
export function countersJson(stat: RtCacheStat): Record<string, number>[] {
  return stat.rows.map((row) => {
    const columns = RT_STAT_NAMES.map((name, i): [string, number] => [name, row[i] ?? 0]);
    return { entries: stat.entries, ...Object.fromEntries(columns) };
  });
}
