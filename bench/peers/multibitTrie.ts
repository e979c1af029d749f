/**
 * Longest-prefix match as a TypeScript programmer might write it for speed: strides of 16, 8 and 8
 * bits in typed arrays, prefixes expanded to all slots that they cover.
 *
 *   root[key >> 16], then chunk[key >> 8 & 255], then chunk[key & 255]
 *   a slot: the answer (0: none), or, below 0, ~(number of the chunk of the next 8 bits)
 *
 * Built once from rows in the order of a routing table, in which a prefix comes after all that
 * cover it: so a later one overwrites what it covers. Nothing can be deleted.
 */
const CHUNK_SLOTS = 256;

export class MultibitTrie {
  private readonly root = new Int32Array(65_536);
  private chunks = new Int32Array(CHUNK_SLOTS * 1024);
  private used = 0;

  /** Bytes of both arrays in use. */
  get bytes(): number {
    return this.root.byteLength + this.used * CHUNK_SLOTS * 4;
  }

  /** The chunk below a slot with this content; a new one has the content in all its slots. */
  private chunkBelow(content: number): number {
    if (content < 0) return ~content;
    const chunk = this.used++;
    if (this.used * CHUNK_SLOTS > this.chunks.length) {
      const larger = new Int32Array(this.chunks.length * 2);
      larger.set(this.chunks);
      this.chunks = larger;
    }
    this.chunks.fill(content, chunk * CHUNK_SLOTS, (chunk + 1) * CHUNK_SLOTS);
    return chunk;
  }

  /** Adds the next row. `answer`: 1 to 2^31 - 1. */
  add(prefix: number, length: number, answer: number): void {
    const high = prefix >>> 16;
    if (length <= 16) {
      this.root.fill(answer, high, high + 2 ** (16 - length));
      return;
    }
    const second = this.chunkBelow(this.root[high] ?? 0);
    this.root[high] = ~second;
    const middle = second * CHUNK_SLOTS + ((prefix >>> 8) & 255);
    if (length <= 24) {
      this.chunks.fill(answer, middle, middle + 2 ** (24 - length));
      return;
    }
    const third = this.chunkBelow(this.chunks[middle] ?? 0);
    this.chunks[middle] = ~third;
    const low = third * CHUNK_SLOTS + (prefix & 255);
    this.chunks.fill(answer, low, low + 2 ** (32 - length));
  }

  /** The answer of the longest match, 0: none. */
  lookup(key: number): number {
    let content = this.root[key >>> 16] as number;
    if (content >= 0) return content;
    content = this.chunks[(~content << 8) | ((key >>> 8) & 255)] as number;
    if (content >= 0) return content;
    return this.chunks[(~content << 8) | (key & 255)] as number;
  }
}
