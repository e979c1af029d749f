/**
 * The engine's flags: optimised code only, and all of it before the first window. Else a first long
 * window would run in the baseline tier, and a path that is seldom taken would be compiled inside
 * the window that takes it first. Compiled as a whole, code also lies in the order of the
 * functions, which is drawn.
 *
 * To be set before the first image is compiled; threads that are started afterwards have them too.
 */
import { setFlagsFromString } from "node:v8";

export const V8_FLAGS: readonly string[] = [
  ...["--no-liftoff", "--no-wasm-tier-up", "--no-wasm-lazy-compilation"],
];

/** Sets the flags for this process. */
export function setV8Flags(): void {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
}
