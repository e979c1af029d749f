/**
 * How often stress finds what was broken on purpose: `npm run busted -- SEEDS [VARIANT…]`. Each run
 * is the command as a user has it; found is exit code 1. Also says which check fired first.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { BUSTED_VARIANTS, type BustedVariant, parseBusted } from "../image/busted.js";
import { packageRoot } from "../image/packageRoot.js";

/** One run. */
export interface BustedRun {
  readonly seed: number;
  readonly exitCode: number;
  /** The check that fired first; null: none. */
  readonly check: string | null;
}

/** One line for a variant: how many of its runs found it, by what, and what the others were. */
export function rateLine(variant: string, runs: readonly BustedRun[]): string {
  const found = runs.filter(({ exitCode }) => exitCode === 1);
  const checks = new Map<string, number>();
  for (const { check } of found) checks.set(check ?? "?", (checks.get(check ?? "?") ?? 0) + 1);
  const by = [...checks].sort((a, b) => b[1] - a[1]).map(([check, n]) => `${check} ${n}`);
  const missed = runs.filter(({ exitCode }) => exitCode !== 1);
  const seeds = missed.map(({ seed, exitCode }) => `${seed} (exit ${exitCode})`).join(", ");
  const rest = missed.length === 0 ? "" : `; not found with seed ${seeds}`;
  return `${variant}: ${found.length} of ${runs.length} found; first by ${by.join(", ")}${rest}`;
}

/** Runs the command with one seed. */
export function runBusted(variant: BustedVariant, seed: number, seconds: number): BustedRun {
  const main = path.join(packageRoot, "dist", "cli", "main.js");
  const args = ["stress", "--for", String(seconds), "--seed", String(seed), "--json"];
  const done = spawnSync(process.execPath, [main, ...args, "--busted", variant], {
    encoding: "utf8",
    timeout: 120_000,
  });
  const check = /"mismatches":\[\{"check":"([^"]+)"/.exec(done.stdout)?.[1] ?? null;
  return { seed, exitCode: done.status ?? -1, check };
}

function main(args: readonly string[]): void {
  const [seedsText = "100", ...names] = args;
  const all = Object.keys(BUSTED_VARIANTS);
  for (const name of names.length > 0 ? names : all) {
    const variant = parseBusted(name);
    const runs: BustedRun[] = [];
    for (let seed = 1; seed <= Number(seedsText); seed++) runs.push(runBusted(variant, seed, 10));
    process.stdout.write(`${rateLine(variant, runs)}\n`);
  }
}

if (process.argv[1]?.endsWith("detectionRate.js") === true) main(process.argv.slice(2));
