/**
 * A seeded source of random numbers for orders and for tests of the analysis. Same seed, same
 * numbers, on every machine. Not for secrets.
 */

/** Draws numbers; each call moves the state on. */
export interface RandomSource {
  /** A whole number of 0 to below `limit` (1 to 2^32), every one equally likely. */
  below(limit: number): number;
  /** A number of 0 to below 1, in steps of 2^-32. */
  unit(): number;
}

const WORD = 2 ** 32;

/** MurmurHash3's finaliser: neighbouring seeds start far apart. */
function scatter(word: number): number {
  let x = word >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * Marsaglia's xorshift128 (Journal of Statistical Software 8(14), 2003), seeded from one number.
 * @param seed a whole number from 0 to 2^53 − 1; all its bits count
 */
export function createRandom(seed: number): RandomSource {
  const low = seed % WORD;
  const high = Math.floor(seed / WORD);
  let x = scatter(low + 0x9e3779b9);
  let y = scatter(high + 0x3c6ef372);
  let z = scatter(x ^ 0xdaa66d2b);
  // A state of four zero words would stay there for ever.
  let w = scatter(y ^ 0x78dde6e4) | 1;
  const next = (): number => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ (t ^ (t >>> 8));
    return w >>> 0;
  };
  return {
    below(limit: number): number {
      // Words past the last full multiple of the limit would favour small results: drawn again.
      const usable = WORD - (WORD % limit);
      let word = next();
      while (word >= usable) word = next();
      return word % limit;
    },
    unit: () => next() / WORD,
  };
}
