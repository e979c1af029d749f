/** Small tables for the tests of this folder. */
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import type { PrefixColumns } from "../../../src/reference/world.js";

/** A table of `prefix/length` texts; numbers count rows. */
export function tableOf(...prefixes: string[]): PrefixColumns {
  const parts = prefixes.map((text) => text.split("/"));
  return {
    count: prefixes.length,
    prefixes: Uint32Array.from(parts, ([address]) => parseAddress(address ?? "")),
    lengths: Uint8Array.from(parts, ([, length]) => Number(length)),
    numbers: Uint32Array.from(parts, (_, row) => row),
  };
}

/**
 * `count` /24 prefixes from 20.0.0.0 up, every eighth of them holding a /28 as the row after it.
 */
export function bigTable(count: number): PrefixColumns {
  const prefixes = new Uint32Array(count);
  const lengths = new Uint8Array(count);
  let prefix = 20 * 2 ** 24;
  for (let row = 0; row < count; row++) {
    const isNested = row % 8 === 7;
    if (!isNested) prefix += 256;
    prefixes[row] = isNested ? prefix + 16 : prefix;
    lengths[row] = isNested ? 28 : 24;
  }
  return { count, prefixes, lengths, numbers: Uint32Array.from(prefixes, (_, row) => row) };
}
