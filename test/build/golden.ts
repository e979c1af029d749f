/**
 * Golden files: text that was looked at once and is compared ever after. `UPDATE_GOLDEN=1` writes
 * what is instead of comparing, and the difference is reviewed like any other change.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("golden/", import.meta.url));

/** Lines only in one of two texts, as `- golden` and `+ now`; empty when they are equal. */
export function lineDifference(golden: string, now: string): string {
  const before = golden.split("\n");
  const after = now.split("\n");
  const gone = before.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const added = after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
  if (gone.length + added.length > 0) return [...gone, ...added].join("\n");
  return golden === now ? "" : "~ the same lines in another order or number";
}

function readGolden(name: string): string {
  try {
    return readFileSync(folder + name, "utf8");
  } catch {
    return "";
  }
}

/** The pinned lines of a golden list. */
export function goldenLines(name: string): string[] {
  return readGolden(name)
    .split("\n")
    .filter((line) => line !== "");
}

/** Whether this run writes golden files instead of comparing with them. */
export const UPDATING: boolean = process.env.UPDATE_GOLDEN === "1";

/** Compares with `golden/NAME`, or writes it. Returns what differs and what to do; else "". */
export function againstGolden(name: string, now: string): string {
  if (UPDATING) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(folder + name, now);
    return "";
  }
  const difference = lineDifference(readGolden(name), now);
  if (difference === "") return "";
  const advice = "if it is meant: npm run golden";
  return `test/build/golden/${name} differs (- golden, + now); ${advice}\n${difference}`;
}
