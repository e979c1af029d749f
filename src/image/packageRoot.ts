/**
 * Where the package lies: the folder with `package.json`, `assembly/`, `asconfig.json` and
 * `build/`. This file is compiled to more than one depth (dist/image/, dist-bench/src/image/) and
 * also run as a source, so the folder is looked for upwards instead of counted.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

function findRoot(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "asconfig.json"))) return path.join(folder, path.sep);
    if (folder === path.dirname(folder)) throw new Error(`no asconfig.json in or above ${from}`);
  }
}

/** Absolute path of the package's folder, with a trailing separator. */
export const packageRoot: string = findRoot(path.dirname(fileURLToPath(import.meta.url)));
