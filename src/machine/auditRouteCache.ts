/**
 * The audit of a route cache: what hangs in its chains, each entry in one chain, the one that its
 * key hashes to. Walks the machine's bytes while no CPU runs.
 */
import type { Equations } from "./auditNeighbours.js";
import type { Machine } from "./machine.js";

/** The rtables in the chains of a route cache, by address, with the chains' numbers. */
export function hashedRoutes(machine: Machine): Map<number, number[]> {
  const found = new Map<number, number[]>();
  if (machine.image.row["route-cache"] !== "hash") return found;
  const buckets = 2 ** machine.word("RT_HASH_LOG");
  const base = machine.word("RT_HASH_BUCKETS_AT") / 4;
  const next = machine.layout.at("DST_NEXT_OFFSET");
  for (let i = 0; i < buckets; i++) {
    for (let at = machine.u32[base + 2 * i] ?? 0; at !== 0; ) {
      const chains = found.get(at);
      found.set(at, [...(chains ?? []), i]);
      // Seen before: chains that run into each other, or a ring.
      if (chains !== undefined) break;
      at = machine.u32[(at + next) / 4] ?? 0;
    }
  }
  return found;
}

/**
 * Each entry in one chain, the one that its key hashes to, and held by nobody. A flush that
 * overtakes an insertion leaves an entry in another chain: at most one for each secret and CPU.
 */
export function checkHashed(
  machine: Machine,
  hashed: ReadonlyMap<number, readonly number[]>,
  checks: Equations,
): void {
  const control = machine.cpu(machine.controlCpu);
  const refcnt = machine.layout.at("DST_REFCNT_OFFSET");
  let held = 0;
  let twice = 0;
  let misplaced = 0;
  for (const [at, chains] of hashed) {
    if ((machine.u32[(at + refcnt) / 4] ?? 0) !== 0) held++;
    if (chains.length !== 1) twice++;
    const chain = control.call("rtChainOf", at) >>> 0;
    if (chain !== 0xffffffff && chain !== chains[0]) misplaced++;
  }
  checks.equal("hashed rtables that are held", held, 0);
  checks.equal("rtables in two chains", twice, 0);
  const overtaken = machine.options.cpus === 1 ? 0 : machine.word("RT_HASH_RESEEDS");
  const allowed = overtaken * machine.options.cpus;
  checks.equal("rtables in another chain than their key's", Math.max(0, misplaced - allowed), 0);
}
