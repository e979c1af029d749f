/**
 * The project's texts, read from disk once per test file: what git would track, found without git
 * so that the tests also run on an unpacked archive.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceText } from "./rules/finding.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What `.gitignore` names, and git's own folder. Names at the root only, but for node_modules. */
const IGNORED_AT_ROOT = new Set([".git", "dist", "dist-bench", "build"]);
const IGNORED_NAME = /^node_modules$|\.(?:tgz|log)$/;

function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    if (IGNORED_NAME.test(entry.name) || (folder === "" && IGNORED_AT_ROOT.has(entry.name))) {
      continue;
    }
    const at = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(at));
    else if (entry.isFile()) found.push(at);
  }
  return found.sort();
}

/** All text files of the project; a file with a zero byte near its start is data, not text. */
export function projectTexts(): SourceText[] {
  const texts: SourceText[] = [];
  for (const at of filesBelow("")) {
    const bytes = readFileSync(path.join(root, at));
    if (bytes.subarray(0, 8192).includes(0)) continue;
    texts.push({ path: at, text: bytes.toString("utf8") });
  }
  return texts;
}
