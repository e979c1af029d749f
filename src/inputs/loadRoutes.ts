/**
 * From the value of `--routes` to a routing table: the embedded one, a sample of it, or a file's.
 */
import { existsSync } from "node:fs";
import { loadEmbeddedTable } from "./embeddedTable.js";
import { InputError } from "./inputError.js";
import { ROUTES_ALLOWED, type RoutesOption } from "./parseRoutesOption.js";
import { readRoutesFile } from "./readRoutesFile.js";
import type { RoutingTable } from "./routingTable.js";
import { thinTable } from "./thinTable.js";

/**
 * `all` and a count use the embedded table; the seed chooses which of its routes a count keeps and
 * means nothing otherwise. Throws an InputError when the file is wrong or the count is more than
 * there are.
 */
export function loadRoutes(option: RoutesOption, seed: number): RoutingTable {
  switch (option.kind) {
    case "all":
      return loadEmbeddedTable();
    case "count":
      return thinTable(loadEmbeddedTable(), option.count, seed);
    case "file":
      // A misspelt `all` ends here as well, so the message says what else there is.
      if (!existsSync(option.path)) {
        throw new InputError({ file: "--routes" }, option.path, ROUTES_ALLOWED);
      }
      return readRoutesFile(option.path);
  }
}
