/**
 * Counting references as a JavaScript user would: by `Atomics` on shared memory, or, where one
 * thread is all there is, by a property. Each returns the pairs after which one reference was left.
 */

/** A count in shared memory that begins at 1. */
export class SharedCount {
  private readonly words = new Int32Array(new SharedArrayBuffer(64)).fill(1, 0, 1);

  /** `pairs` times hold and release. */
  pairs(pairs: number): number {
    const { words } = this;
    let whole = 0;
    for (let i = 0; i < pairs; i++) {
      Atomics.add(words, 0, 1);
      if (Atomics.sub(words, 0, 1) > 1) whole++;
    }
    return whole;
  }
}

interface Counted {
  refs: number;
}

/** Objects that take turns, or the compiler keeps the one count in a register. */
const OBJECTS: readonly Counted[] = Array.from({ length: 16 }, () => ({ refs: 1 }));

/** `pairs` times hold and release of an object, each time of another. */
export function objectPairs(pairs: number): number {
  let whole = 0;
  for (let i = 0; i < pairs; i++) {
    const object = OBJECTS[i & 15] as Counted;
    object.refs++;
    object.refs--;
    if (object.refs >= 1) whole++;
  }
  return whole;
}
