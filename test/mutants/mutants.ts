/**
 * The mutants: one-line changes of the image that the tests of a row must notice. The first five
 * are run by every `npm test`, all of them by `npm run mutants`.
 */
import type { Mutant } from "./mutant.js";

export const MUTANTS: readonly Mutant[] = [
  {
    row: 21,
    file: "assembly/net/core/skbuff.ts",
    from: "if (!NOREF || changetype<DstEntry>(dst).flags & DST_NOCACHE) {",
    to: "if (!NOREF) {",
    test: "test/assembly/net/core/skbuff.test.ts",
  },
  {
    row: 20,
    file: "assembly/net/core/skbuff.ts",
    from: "if (word != 0 && !(word & SKB_DST_NOREF)) dstHold(word);",
    to: "if (word != 0) dstHold(word & ~SKB_DST_NOREF);",
    test: "test/assembly/net/core/skbuff.test.ts",
  },
  {
    row: 49,
    file: "assembly/net/fib/trieResize.ts",
    from: "const HALVE_PERCENT_ROOT: u32 = 15;",
    to: "const HALVE_PERCENT_ROOT: u32 = 25;",
    test: "test/assembly/net/fib/trieResize.test.ts",
  },
  {
    row: 49,
    file: "assembly/net/fib/trieResize.ts",
    from: "if (work != MAX_WORK) return node;",
    to: "if (node != n) return node;",
    test: "test/assembly/net/fib/trieResize.test.ts",
  },
];

/** How many of them every run of the tests takes. */
export const MUTANTS_IN_TESTS = 5;
