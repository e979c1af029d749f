/**
 * Windows of loops that run inside Wasm on this thread: one call, a fixed number of operations, the
 * clock read twice. Whether the thread lost its core meanwhile is asked of the kernel, where it
 * tells.
 */
import { readFileSync } from "node:fs";
import type { Arm, Window } from "./arm.js";

/** A loop of an image: runs `operations` of them and returns something that depends on all. */
export type WasmLoop = (operations: number) => number;

/**
 * The loop, with what it returns compared to what it must: one that does nothing fails.
 * @param expected what `operations` must return, as an unsigned number
 */
export function checkedLoop(
  name: string,
  loop: WasmLoop,
  expected: (operations: number) => number,
): WasmLoop {
  return (operations) => {
    const result = loop(operations) >>> 0;
    const wanted = expected(operations) >>> 0;
    if (result !== wanted) {
      throw new Error(`${name}: ${operations} operations returned ${result}, not ${wanted}`);
    }
    return result;
  };
}

/** Waiting for a core that is more than this part of a window disturbs it. */
const WAIT_SHARE_MAX = 0.005;
/** Operations of the first window, from which the size of the others follows. */
const PROBE_OPERATIONS = 4096;

/** Nanoseconds that this thread has waited for a core since it began; 0 where nobody tells. */
function waitedNs(): number {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Times one call of a loop after a lead-in, an eighth of it unless told. */
export function timeLoop(
  loop: WasmLoop,
  operations: number,
  leadIn: number = operations >>> 3,
): Window {
  loop(leadIn);
  const waited = waitedNs();
  const start = performance.now();
  loop(operations);
  const ns = (performance.now() - start) * 1e6;
  const disturbed = waitedNs() - waited > ns * WAIT_SHARE_MAX;
  return { ns: ns / operations, disturbed };
}

/** Operations, a multiple of 64, that take about `windowMs`, by the best of three probes. */
export function sizeWindow(loop: WasmLoop, windowMs: number): number {
  const probes = [0, 1, 2].map(() => timeLoop(loop, PROBE_OPERATIONS).ns);
  const operations = (windowMs * 1e6) / Math.max(Math.min(...probes), 0.05);
  return Math.max(1, Math.round(operations / 64)) * 64;
}

/** An arm that calls a loop, of an image or of this thread, for about `windowMs`. */
export function wasmArm(name: string, loop: WasmLoop, windowMs: number): Arm {
  const operations = sizeWindow(loop, windowMs);
  return { name, window: () => timeLoop(loop, operations) };
}
