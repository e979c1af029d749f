/**
 * The lookup of the LC-trie as plain TypeScript: the walk of `assembly/net/fib/fibTrie.ts` over the
 * very bytes that the image reads, through a `Uint32Array`. So what differs is the language: same
 * nodes, same loads, same checks of a route, but for TOS, scope and device, which the bench leaves
 * open.
 *
 * Word numbers below are those of the drawings in `trieNode.ts`, `leafInfo.ts`, `fibAlias.ts` and
 * `fibInfo.ts`; a wrong one finds other answers than the reference, and the bench fails.
 */
const TABLE_ROOT = 2;
const NODE_KEY = 2;
const NODE_POS_BITS = 3;
const LEAF_LIST = 4;
const TNODE_CHILDREN = 64;
const LEAF_INFO_PLEN = 4;
const LEAF_INFO_MASK = 5;
const LEAF_INFO_ALIASES = 24;
const ALIAS_INFO = 4;
const INFO_STATE = 1;
const NEXTHOP_FLAGS = (192 + 16) / 4;
const RTNH_F_DEAD = 1;

/** Where the bytes are. */
export interface TriePlace {
  readonly mainTable: number;
  readonly infosAt: number;
  readonly infoStride: number;
}

export class MemoryTrie {
  constructor(
    private readonly u32: Uint32Array,
    private readonly place: TriePlace,
  ) {}

  /** The first usable alias of a leaf_info: the number of its fib_info, or 0. */
  private match(leafInfo: number): number {
    const { u32, place } = this;
    const head = leafInfo + LEAF_INFO_ALIASES;
    for (let at = u32[head >> 2] as number; at !== head; at = u32[at >> 2] as number) {
      const number = u32[(at >> 2) + ALIAS_INFO] as number;
      const info = (place.infosAt + number * place.infoStride) >> 2;
      if (((u32[info + INFO_STATE] as number) & 0xff) !== 0) continue;
      if (((u32[info] as number) & RTNH_F_DEAD) !== 0) continue;
      if (((u32[info + NEXTHOP_FLAGS] as number) & RTNH_F_DEAD) !== 0) continue;
      return number;
    }
    return 0;
  }

  private leafAnswer(leaf: number, key: number): number {
    const { u32 } = this;
    const leafKey = u32[(leaf >> 2) + NODE_KEY] as number;
    let info = u32[(leaf >> 2) + LEAF_LIST] as number;
    for (; info !== 0; info = u32[info >> 2] as number) {
      const mask = u32[(info >> 2) + LEAF_INFO_MASK] as number;
      if (leafKey !== (key & mask) >>> 0) continue;
      const number = this.match(info);
      if (number !== 0) return number + ((u32[(info >> 2) + LEAF_INFO_PLEN] as number) << 16);
    }
    return 0;
  }

  /** Number of the fib_info and the prefix length << 16 of the longest match; 0: none. */
  lookup(key: number): number {
    const { u32, place } = this;
    let k = key;
    let node = u32[(place.mainTable >> 2) + TABLE_ROOT] as number;
    let under = 0;
    for (;;) {
      while (node !== 0) {
        const posBits = u32[(node >> 2) + NODE_POS_BITS] as number;
        const bits = (posBits >>> 8) & 0xff;
        if (bits === 0) {
          const answer = this.leafAnswer(node, key);
          if (answer !== 0) return answer;
          break;
        }
        const pos = posBits & 0xff;
        const nodeKey = u32[(node >> 2) + NODE_KEY] as number;
        const differAt = Math.clz32(nodeKey ^ k);
        if (differAt < pos) {
          if (nodeKey << differAt !== 0) break;
          k &= ~(0xffffffff >>> differAt);
        }
        under = node;
        node = u32[(node + TNODE_CHILDREN + (((k << pos) >>> (32 - bits)) << 3)) >> 2] as number;
      }
      // Back to the next shorter prefix: clear the lowest bit of the index that is set.
      let index = 0;
      while (under !== 0) {
        const posBits = u32[(under >> 2) + NODE_POS_BITS] as number;
        const pos = posBits & 0xff;
        const bits = (posBits >>> 8) & 0xff;
        k &= 0xffffffff << (32 - pos - bits);
        index = (k << pos) >>> (32 - bits);
        if (index !== 0) break;
        under = u32[under >> 2] as number;
      }
      if (under === 0) return 0;
      k &= k - 1;
      node = u32[(under + TNODE_CHILDREN + ((index & (index - 1)) << 3)) >> 2] as number;
    }
  }
}
