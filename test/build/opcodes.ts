/**
 * Counts what matters for speed in disassembled functions: accesses of memory by kind, calls,
 * loops.
 * Counts are of the code as it stands, not of what runs: a loop's body counts once.
 */
import type { Disassembly } from "./disassembly.js";

/** Kind of operation to what it looks like in a listing. */
const KINDS: Readonly<Record<string, RegExp>> = {
  load: /\((?:i32|i64|f32|f64)\.load/g,
  store: /\((?:i32|i64|f32|f64)\.store/g,
  atomicLoad: /\(i(?:32|64)\.atomic\.load/g,
  atomicStore: /\(i(?:32|64)\.atomic\.store/g,
  rmw: /\(i(?:32|64)\.atomic\.rmw\d*\.(?:add|sub|and|or|xor|xchg)/g,
  cmpxchg: /\(i(?:32|64)\.atomic\.rmw\d*\.cmpxchg/g,
  wait: /\(memory\.atomic\./g,
  bulk: /\(memory\.(?:copy|fill)/g,
  call: /\(call /g,
  loop: /\(loop /g,
};

/** Kind to number of occurrences; kinds that do not occur are left out. */
export type OpcodeCounts = Readonly<Record<string, number>>;

/** Counts over one or more listings. */
export function countOpcodes(listings: readonly string[]): OpcodeCounts {
  const counts: Record<string, number> = {};
  for (const [kind, pattern] of Object.entries(KINDS)) {
    const count = listings.reduce((sum, text) => sum + (text.match(pattern) ?? []).length, 0);
    if (count > 0) counts[kind] = count;
  }
  return counts;
}

/** Opcodes of a listing that touch memory, in order. */
export function memoryOpcodes(listing: string): string[] {
  const found = listing.matchAll(
    /\(((?:i32|i64|memory)\.(?:atomic\.|load|store|copy|fill)[\w.]*)/g,
  );
  return [...found].map(([, opcode = ""]) => opcode);
}

/** Functions that `root` calls, directly or not, itself left out. */
export function reachedFrom({ functions }: Disassembly, root: string): string[] {
  const seen = new Set([root]);
  for (const id of seen) {
    for (const [, callee = ""] of (functions.get(id) ?? "").matchAll(/\(call (\S+?)\)?$/gm)) {
      if (functions.has(callee)) seen.add(callee);
    }
  }
  return [...seen].slice(1);
}

function words(counts: OpcodeCounts): string {
  const entries = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return entries.length === 0 ? "nothing" : entries.join(", ");
}

/** One line for an export: its own code after inlining, and the sum of what it reaches by calls. */
export function describeExport(code: Disassembly, name: string): string {
  const id = code.exported.get(name);
  const own = id === undefined ? undefined : code.functions.get(id);
  if (id === undefined || own === undefined) throw new Error(`${name} is not an exported function`);
  const reached = reachedFrom(code, id);
  const line = words(countOpcodes([own]));
  if (reached.length === 0) return line;
  const listings = reached.map((callee) => code.functions.get(callee) ?? "");
  return `${line}; in ${reached.length} more: ${words(countOpcodes(listings))}`;
}
