/**
 * The pages of docs/ against the sources: on the tree, and on pages that say something else.
 */
import { describe, expect, it } from "vitest";
import { listing, type SourceText } from "./rules/finding.js";
import {
  followedIn,
  kernelMapFindings,
  pathFindings,
  racyFindings,
  sizeFindings,
} from "./rules/pages.js";
import { projectTexts } from "./tree.js";

const tree = projectTexts();

/** Objects whose size the memory map gives, with the constant or assert that it comes from. */
const OBJECTS = [
  "dst_entry",
  "rtable",
  "fib_info",
  "fib_nh",
  "leaf",
  "leaf_info",
  "fib_alias",
  "tnode",
  "neighbour",
  "net_device",
  "sk_buff",
];

function file(path: string, text: string): SourceText {
  return { path, text };
}

describe("sizes in the memory map", () => {
  const source = file(
    "assembly/a.ts",
    "export const BASE: usize = 64;\nconst A_BYTES: usize = BASE + 2 * 128;\n" +
      'if (offsetof<Leaf>() != 40) ERROR("");\nconst RINGS = { tx: 24_576 } as const;',
  );
  function sizes(row: string): string {
    return listing(sizeFindings([source, file("docs/memory-map.md", row)], []));
  }

  it("are those of the sources", () => {
    expect(listing(sizeFindings(tree, OBJECTS))).toBe("");
  });

  it("are read from constants, sums, fields and asserts", () => {
    expect(sizes("| `a` | 320 | `assembly/a.ts` `A_BYTES` |")).toBe("");
    expect(sizes("| `leaf` | 40 | `assembly/a.ts` `Leaf` |")).toBe("");
    expect(sizes("| `tx` | 24,576 | `assembly/a.ts` `RINGS.tx` |")).toBe("");
  });

  it("are refused when they differ or come from nowhere", () => {
    expect(sizes("| `a` | 192 | `assembly/a.ts` `A_BYTES` |")).toMatch(/is 320, the page says 192/);
    expect(sizes("| `a` | 1 | `assembly/a.ts` `GONE` |")).toMatch(/GONE of assembly\/a.ts is NaN/);
    expect(sizes("| `a` | 1 | `assembly/gone.ts` `A_BYTES` |")).toMatch(/is NaN/);
  });

  it("are required for the objects that people ask about", () => {
    expect(listing(sizeFindings([], ["rtable"]))).toMatch(/no row .* for rtable/);
  });
});

describe("the kernel map", () => {
  const comment = "/** Does.\n * Follows 3.10's `dst_free` and\n * `rt_free`: now. `no` */";
  function map(row: string): string {
    const files = [file("assembly/a.ts", comment), file("docs/kernel-map.md", row)];
    return listing(kernelMapFindings(files));
  }

  it("has a row for every function that the sources follow", () => {
    expect(listing(kernelMapFindings(tree))).toBe("");
  });

  it("takes the names up to the end of the clause", () => {
    expect(followedIn(comment)).toEqual(["dst_free", "rt_free"]);
    expect(followedIn("/** Follows `a` of 3.10 and `b`. See `c`. */")).toEqual(["a", "b"]);
    expect(followedIn("// Follows `a`")).toEqual([]);
  });

  it("refuses a missing name, the wrong file and a function that is not there", () => {
    expect(map("| `dst_free`, `rt_free` | `assembly/a.ts` | - |")).toBe("");
    expect(map("| `dst_free` | `assembly/a.ts` | - |")).toMatch(/rt_free, which assembly\/a.ts/);
    expect(map("| `dst_free`, `rt_free` | `assembly/b.ts` | - |")).toMatch(/no row with that file/);
    expect(map("| `dst_free`, `rt_free` | `gone` `assembly/a.ts` | - |")).toMatch(/gone is not in/);
  });
});

describe("the concurrency page", () => {
  it("names every file with a racy word", () => {
    expect(listing(racyFindings(tree))).toBe("");
    const racy = file("assembly/a.ts", "/** racy-ok */");
    expect(listing(racyFindings([racy, file("docs/concurrency.md", "")]))).toMatch(
      /assembly\/a.ts/,
    );
    expect(racyFindings([racy, file("docs/concurrency.md", "`assembly/a.ts`")])).toEqual([]);
  });
});

describe("paths in pages", () => {
  function paths(text: string): string {
    return listing(pathFindings([file("src/a/b.ts", ""), file("docs/p.md", text)]));
  }

  it("lead somewhere", () => {
    expect(listing(pathFindings(tree))).toBe("");
  });

  it("are files or folders, and links relative to the page", () => {
    expect(paths("`src/a/b.ts` `src/a/` `src/a` [b](../src/a/b.ts#x) [w](https://x.org/)")).toBe(
      "",
    );
    expect(paths("one\n`src/gone.ts`")).toMatch(
      /docs\/p.md:2: \[doc-paths\] src\/gone.ts does not/,
    );
    expect(paths("[b](b.md)")).toMatch(/docs\/b.md does not exist/);
  });
});
