/**
 * What a schema of kinds cannot say: the equations between the parts of a result document.
 * The first one that does not hold is reported, as `path: what was found; allowed: …`.
 */
import type { Cell, CellWindow } from "./cellSchema.js";
import type { ResultDocument } from "./resultDocument.js";

function findInNames(names: readonly string[], path: (index: number) => string): string | null {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) return `${path(index)}: found "${name}" again; allowed: each name once`;
    seen.add(name);
  }
  return null;
}

function findInWindow(cell: Cell, window: CellWindow, path: string): string | null {
  const arms = cell.arms.length + cell.extras.length;
  if (window.arm >= arms) return `${path}.arm: found ${window.arm}; allowed: 0 to ${arms - 1}`;
  if (!cell.processes.some(({ process }) => process === window.process)) {
    const allowed = cell.processes.map(({ process }) => process).join(", ");
    return `${path}.process: found ${window.process}; allowed: ${allowed}, the cell's processes`;
  }
  const delays = window.runDelayNs?.length ?? cell.cpus;
  if (delays !== cell.cpus) {
    return `${path}.runDelayNs: found ${delays} entries; allowed: ${cell.cpus}, one per CPU`;
  }
  for (const name of ["packets", "startNs", "endNs"] as const) {
    if (window[name].length !== cell.cpus) {
      const found = window[name].length;
      return `${path}.${name}: found ${found} entries; allowed: ${cell.cpus}, one per CPU`;
    }
  }
  for (const [cpu, startNs] of window.startNs.entries()) {
    const endNs = window.endNs[cpu] ?? Number.NaN;
    if (!(endNs >= startNs)) {
      return `${path}.endNs[${cpu}]: found ${endNs}; allowed: ${startNs} (its startNs) or more`;
    }
  }
  return null;
}

function findInCell(cell: Cell, designs: ReadonlySet<string>, path: string): string | null {
  for (const [index, arm] of cell.arms.entries()) {
    if (!designs.has(arm.design)) {
      const allowed = [...designs].join(", ");
      return `${path}.arms[${index}].design: found "${arm.design}"; allowed: ${allowed}`;
    }
  }
  const names = cell.arms.map((arm) => arm.design);
  const twice = findInNames(names, (index) => `${path}.arms[${index}].design`);
  if (twice !== null) return twice;
  const uneven = cell.arms.findIndex(({ cache }) => {
    const { ns = [], entries = [], runs = [] } = cache?.carried ?? {};
    return [Object.values(cache?.series ?? {}), [ns, entries, runs]].some(
      (arrays) => new Set(arrays.map((values) => values.length)).size > 1,
    );
  });
  if (uneven >= 0) {
    return `${path}.arms[${uneven}].cache: found arrays of different lengths; allowed: one`;
  }
  const beside = cell.sideLoad?.arms.length ?? names.length;
  if (beside !== names.length) {
    return `${path}.sideLoad.arms: found ${beside} entries; allowed: ${names.length}, one per arm`;
  }
  return findInWindows(cell, path);
}

function findInWindows(cell: Cell, path: string): string | null {
  let last = { process: 0, sequence: -1 };
  for (const [index, window] of cell.windows.entries()) {
    const at = `${path}.windows[${index}]`;
    if (window.process < last.process) {
      return `${at}.process: found ${window.process}; allowed: ${last.process} or more`;
    }
    const before = window.process === last.process ? last.sequence : -1;
    if (window.sequence <= before) {
      return `${at}.sequence: found ${window.sequence}; allowed: more than ${before}`;
    }
    last = window;
    const found = findInWindow(cell, window, at);
    if (found !== null) return found;
  }
  return null;
}

/** A cell's processes are some of the document's, each once, in order. */
function findInProcesses(cell: Cell, processes: number, path: string): string | null {
  let last = -1;
  for (const [index, one] of cell.processes.entries()) {
    const at = `${path}.processes[${index}]`;
    if (one.process <= last || one.process >= processes) {
      const allowed = `${last + 1} to ${processes - 1}`;
      return `${at}.process: found ${one.process}; allowed: ${allowed}`;
    }
    last = one.process;
    const threads = one.threadIds.length;
    if (threads !== 0 && threads !== cell.cpus) {
      return `${at}.threadIds: found ${threads} entries; allowed: 0 or ${cell.cpus}`;
    }
    const arms = cell.arms.length + cell.extras.length;
    if (one.warmUp.length !== arms) {
      return `${at}.warmUp: found ${one.warmUp.length} entries; allowed: ${arms}, one per arm`;
    }
  }
  return null;
}

/**
 * The first contradiction in a document whose kinds are right, as one line, or null.
 * Looks at names, indices, array lengths, the order of windows and of their times.
 */
export function findContradiction(document: ResultDocument): string | null {
  const names = document.designs.map((design) => design.name);
  const twice = findInNames(names, (index) => `designs[${index}].name`);
  if (twice !== null) return twice;
  const designs = new Set(names);
  for (const [index, cell] of document.cells.entries()) {
    const path = `cells[${index}]`;
    const found =
      findInProcesses(cell, document.processes.length, path) ?? findInCell(cell, designs, path);
    if (found !== null) return found;
  }
  return null;
}
