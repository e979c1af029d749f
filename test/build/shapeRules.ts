/**
 * The shape an image must have so that any number of instances can run on one shared memory:
 * nothing that an instantiation would write, nothing an instance would keep to itself but the
 * address of its CPU area, and no import that a hot loop could call.
 */
import type { Disassembly } from "./disassembly.js";
import type { WasmFile } from "./wasmFile.js";

/** Sections that no release or timed image has, with the reason. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  data: "every instantiation would write it over shared memory",
  start: "it would run in every worker",
  table: "function values live in static data: use an id and a switch in calls/",
  element: "function values live in static data: use an id and a switch in calls/",
  memory: "the memory is imported",
};
const MEMORY_IMPORT = "memory env.memory";
const CLOCK_IMPORT = "function env.nowNs";

function importMessages(wasm: WasmFile, flavour: string): string[] {
  const wanted = flavour === "timed" ? [MEMORY_IMPORT, CLOCK_IMPORT] : [MEMORY_IMPORT];
  const found = wasm.imports.map(({ kind, name }) => `${kind} ${name}`);
  const same = [...found].sort().join() === [...wanted].sort().join();
  return same ? [] : [`imports ${found.join(", ") || "nothing"}; wanted ${wanted.join(", ")}`];
}

function globalMessages(wasm: WasmFile): string[] {
  const mutable = wasm.globals.filter((global) => global.isMutable);
  const messages: string[] = [];
  if (mutable.length !== 1) {
    messages.push(`has ${mutable.length} mutable globals; wanted 1, the address of the CPU area`);
  }
  for (const { index } of mutable) {
    const shown = wasm.exports.find((e) => e.kind === "global" && e.index === index);
    if (shown !== undefined) messages.push(`exports the mutable global ${shown.name}`);
  }
  return messages;
}

/** Names that an image exports, of one kind, sorted. */
export function exportNames(wasm: WasmFile, kind: "function" | "global"): string[] {
  return wasm.exports
    .filter((exported) => exported.kind === kind)
    .map(({ name }) => name)
    .sort();
}

const WAIT = /\(memory\.atomic\.wait(32|64)/g;
const WAIT_ABOVE_CONSTANT = /\(i32\.const -?\d+\)\s*\(memory\.atomic\.wait32/g;

/** Sleeps below which V8's baseline compiler would zero a local (`waitOn32` says why). */
function waitMessages(code: Disassembly): string[] {
  const count = (listing: string, what: RegExp): number => listing.match(what)?.length ?? 0;
  const messages: string[] = [];
  for (const [id, listing] of code.functions) {
    if (count(listing, WAIT) === count(listing, WAIT_ABOVE_CONSTANT)) continue;
    messages.push(`function ${id} sleeps with no constant below on the stack: use waitOn32()`);
  }
  return messages;
}

/** What is wrong with the shape of an image of a flavour; one line each. */
export function shapeMessages(wasm: WasmFile, code: Disassembly, flavour: string): string[] {
  const messages = [...importMessages(wasm, flavour), ...globalMessages(wasm)];
  messages.push(...waitMessages(code));
  for (const [section, reason] of Object.entries(FORBIDDEN)) {
    if (!wasm.sections.has(section) || (flavour === "debug" && section === "start")) continue;
    messages.push(`has a ${section} section: ${reason}`);
  }
  for (const [id, listing] of code.functions) {
    if (!listing.includes("(atomic.fence)")) continue;
    messages.push(`function ${id} has atomic.fence, which this asc does not compile: use smpMb()`);
  }
  const odd = wasm.exports.filter(({ kind }) => kind !== "function" && kind !== "global");
  for (const { kind, name } of odd) messages.push(`exports the ${kind} ${name}`);
  return messages;
}
