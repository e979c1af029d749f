/**
 * Where a run took place: what a reader needs to judge figures, from Node and /proc, without
 * guesses: what the system does not tell is null.
 */
import { readFileSync } from "node:fs";
import os from "node:os";
import type { ResultEnvironment } from "../result/resultDocument.js";

/** Load averages of 1, 5 and 15 minutes, or null where there are none. */
export function loadAverages(): [number, number, number] | null {
  const [one, five, fifteen] = os.loadavg();
  if (os.platform() === "win32" || one === undefined) return null;
  return [one, five ?? 0, fifteen ?? 0];
}

function readText(file: string): string {
  return readFileSync(file, "utf8");
}

/** Memory that can be had without swapping, in bytes; free memory where /proc/meminfo is missing.
 * `read` gives a file's text, or throws. */
export function availableMemoryBytes(read: (file: string) => string = readText): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB/m.exec(read("/proc/meminfo"));
    if (line?.[1] !== undefined) return Number(line[1]) * 1024;
  } catch {
    // Not Linux: the free memory is the best there is.
  }
  return os.freemem();
}

/** The environment of this process. `v8Flags` are those that the run set itself. */
export function readEnvironment(
  v8Flags: readonly string[],
  before: [number, number, number] | null,
): ResultEnvironment {
  const after = loadAverages();
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: `${os.platform()}-${os.arch()}`,
    kernel: os.platform() === "win32" ? null : os.release(),
    cpuModel: os.cpus()[0]?.model ?? null,
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    v8Flags: [...v8Flags],
    loadAverage: before === null || after === null ? null : { before, after },
  };
}
