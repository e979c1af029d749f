/**
 * A routing table from a user's text file. The grammar is in routesText.ts, what a repeated prefix
 * is told in orderRoutes.ts.
 */
import { basename } from "node:path";
import { orderRoutes } from "./orderRoutes.js";
import { readInputFile } from "./readInputFile.js";
import { parseRoutesText, type RoutesTextLimits } from "./routesText.js";
import { ROUTES_MAX, type RoutingTable } from "./routingTable.js";

export interface RoutesFileLimits extends RoutesTextLimits {
  /** Size of the file, and of its text when it is gzip. */
  readonly bytesMax: number;
}

/**
 * bytesMax: ROUTES_MAX lines of the longest entry (30 bytes) are 120 MB; twice that for comments.
 * lineBytesMax: an entry needs 30, the rest is room for a comment; a longer line is another kind of
 * file.
 */
export const ROUTES_FILE_LIMITS: RoutesFileLimits = {
  bytesMax: 256 * 1024 * 1024,
  lineBytesMax: 4096,
  routesMax: ROUTES_MAX,
};

/**
 * Reads lines `prefix` or `prefix TAB number`, plain or gzip (told by its first two bytes), in any
 * order. Throws an InputError that names file, line and column. Reads the 968,428 lines of the
 * embedded table's source in about half a second.
 */
export function readRoutesFile(
  path: string,
  limits: RoutesFileLimits = ROUTES_FILE_LIMITS,
): RoutingTable {
  const text = readInputFile(path, limits.bytesMax);
  const rows = parseRoutesText(path, text, limits);
  const { prefixes, lengths, numbers } = orderRoutes(path, rows);
  return {
    name: basename(path),
    source: path,
    licence: "not stated",
    count: prefixes.length,
    prefixes,
    lengths,
    numbers,
  };
}
