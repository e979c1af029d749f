/**
 * The routing table that the package ships: the IPv4 Internet of 2022-10-29, as prefixes and origin
 * ASes. Made by embedTable.ts; licence and attribution are beside the file, in tables/.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError } from "./inputError.js";
import { readInputFile } from "./readInputFile.js";
import type { RoutingTable } from "./routingTable.js";
import { decodeTable } from "./tableCodec.js";

export const EMBEDDED_TABLE_NAME = "libloc-20221029-v4";

/** The shipped file is about 1 MB; anything near this is another file. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The compiler copies no .bin file, so from dist/inputs/ the table is where it was committed. The
 * first place is that of the sources, as tests run them.
 */
const PLACES = ["./tables/", "../../src/inputs/tables/"];

/**
 * Where the embedded table is. Throws an InputError that names the first place when it is in none.
 */
export function embeddedTablePath(moduleUrl: string = import.meta.url): string {
  const paths = PLACES.map((place) =>
    fileURLToPath(new URL(`${place}${EMBEDDED_TABLE_NAME}.bin`, moduleUrl)),
  );
  const path = paths.find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  const allowed = "the table that comes with dstbench: install it again";
  throw new InputError({ file: paths[0] ?? EMBEDDED_TABLE_NAME }, "no such file", allowed);
}

/**
 * Reads and checks the embedded table. Throws an InputError when it is missing, cut off, or not
 * what its checksum says. Each call reads it anew, so a caller may change its arrays.
 */
export function loadEmbeddedTable(path: string = embeddedTablePath()): RoutingTable {
  const columns = decodeTable(path, readInputFile(path, FILE_BYTES_MAX));
  return {
    name: EMBEDDED_TABLE_NAME,
    source: "IPFire Location database of 2022-10-29 (Debian package libloc-database)",
    licence: "CC-BY-SA-4.0",
    count: columns.prefixes.length,
    ...columns,
  };
}
