/**
 * A mutant: the project with one line of it changed, and the tests that must notice. What is
 * compiled and run is a copy of the tree in a folder of its own, so nothing here is ever touched.
 *
 *   copy of assembly/ src/ test/ …   ─▶ one replacement ─▶ vitest run TEST -t TITLE ─▶ exit code
 *                                                           0 survived · 1 killed
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { packageRoot } from "../../src/image/packageRoot.js";

/** One change, as data. `from` stands exactly once in `file`, or the mutant is stale. */
export interface Mutant {
  /** Row of the checklist whose test is to notice. */
  readonly row: number;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Test file that is run, with the titles of the row: `F4-<row> `. */
  readonly test: string;
}

/** `invalid`: it does not apply, does not compile, or no test of that title ran. */
export type Outcome = "killed" | "survived" | "invalid";

/** What became of a mutant, and the end of what the tests printed. */
export interface MutantReport {
  readonly outcome: Outcome;
  readonly output: string;
}

const COPIED = ["assembly", "src", "test", "asconfig.json", "package.json", "tsconfig.json"];
const CONFIG = "vitest.config.ts";
const DEADLINE_MS = 240_000;

/** A copy of the tree without what is built, in a new folder. */
async function copyTree(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "dstbench-mutant-"));
  for (const name of [...COPIED, CONFIG]) {
    await cp(path.join(packageRoot, name), path.join(folder, name), { recursive: true });
  }
  await symlink(path.join(packageRoot, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

async function apply(folder: string, mutant: Mutant): Promise<boolean> {
  const file = path.join(folder, mutant.file);
  const parts = (await readFile(file, "utf8")).split(mutant.from);
  if (parts.length !== 2) return false;
  await writeFile(file, parts.join(mutant.to));
  return true;
}

function runTests(folder: string, mutant: Mutant): Promise<MutantReport> {
  const vitest = path.join(packageRoot, "node_modules", "vitest", "vitest.mjs");
  const title = `F4-${mutant.row}\\b`;
  const args = [vitest, "run", mutant.test, "-t", title, "--reporter=verbose", "--no-color"];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, VITEST: undefined, NODE_OPTIONS: undefined },
      timeout: DEADLINE_MS,
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-8192);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ outcome: outcomeOf(code, output), output }));
  });
}

/** A failed assertion kills; an image that does not compile, or no test at all, says nothing. */
export function outcomeOf(code: number | null, output: string): Outcome {
  if (/CompileError|FAILURE \d+ compile error|ERROR (?:AS|TS)\d+/.test(output)) return "invalid";
  if (code === 0) return /Tests +.*\d+ passed/.test(output) ? "survived" : "invalid";
  return /Tests +.*\d+ failed/.test(output) ? "killed" : "invalid";
}

/** Applies a mutant to a copy of the tree, compiles it and runs the tests of its row. */
export async function runMutant(mutant: Mutant): Promise<MutantReport> {
  const folder = await copyTree();
  try {
    if (!(await apply(folder, mutant))) {
      return { outcome: "invalid", output: `${mutant.file} does not have once: ${mutant.from}` };
    }
    return await runTests(folder, mutant);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
