/**
 * Optimised code only: V8's baseline compiler is two to three times slower, and its code of a
 * cmpxchg has let a writer into a rwlock that it did not have (`assembly/lib/rwlock.ts`). To be set
 * before the first image is compiled; threads that are started afterwards have the flags as well.
 */
import { setFlagsFromString } from "node:v8";

export const V8_FLAGS = ["--no-liftoff", "--no-wasm-tier-up"] as const;

/** Sets the flags for this process. */
export function setV8Flags(): void {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
}
