/**
 * A sweep as CSV (RFC 4180): a row for each point, number of CPUs and design, times in nanoseconds.
 * Numbers have all their digits; a figure that does not exist is an empty field.
 */
import type { SweepDocument } from "../result/sweepDocument.js";
import { type SweepRow, sweepRows } from "./sweepRows.js";

const COLUMNS: readonly (readonly [string, (row: SweepRow) => string | number | null])[] = [
  ["routes", (row) => row.routeCount],
  ["workload", (row) => row.base],
  ["parameter", (row) => row.parameter],
  ["cpus", (row) => row.cpus],
  ["design", (row) => row.design],
  ["ns_per_packet", (row) => row.nsPerPacket],
  ["ns_per_packet_p10", (row) => row.p10],
  ["ratio_to_first", (row) => row.ratio],
  ["ratio_low", (row) => row.low],
  ["ratio_high", (row) => row.high],
  ["verdict", (row) => row.verdict],
  ["hits_per_packet", (row) => row.hits],
  ["lookups_per_packet", (row) => row.lookups],
  ["entries", (row) => row.entries],
  ["failure", (row) => row.failure],
];

function field(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The sweep as text, with a head line and a line feed at the end. */
export function csvReport(sweep: SweepDocument): string {
  const lines = sweepRows(sweep).map((row) => COLUMNS.map(([, of]) => field(of(row))).join(","));
  return `${[COLUMNS.map(([name]) => name).join(","), ...lines].join("\n")}\n`;
}
