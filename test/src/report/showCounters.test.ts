/** `show counters` prints what a kernel prints. */
import { describe, expect, it } from "vitest";
import { RT_STAT_NAMES } from "../../../src/machine/kernelViews.js";
import { counterLines, countersJson } from "../../../src/report/showCounters.js";

const row = (first: number): number[] => RT_STAT_NAMES.map((_, i) => first + i);

describe("counterLines", () => {
  it("has the kernel's header: 17 columns, a second blank before each group", () => {
    expect(counterLines({ entries: 0, rows: [] })).toEqual([
      "entries  in_hit in_slow_tot in_slow_mc in_no_route in_brd in_martian_dst in_martian_src" +
        "  out_hit out_slow_tot out_slow_mc gc_total gc_ignored gc_goal_miss gc_dst_overflow" +
        " in_hlist_search out_hlist_search",
    ]);
  });

  it("has a row of hexadecimal words for each CPU, the entries in each of them", () => {
    const [, first, second] = counterLines({ entries: 0x8000, rows: [row(1), row(0xfffffff0)] });
    expect(first).toBe(
      "00008000  00000001 00000002 00000003 00000004 00000005 00000006 00000007" +
        "  00000008 00000009 0000000a 0000000b 0000000c 0000000d 0000000e 0000000f 00000010 ",
    );
    expect(second?.startsWith("00008000  fffffff0 fffffff1 ")).toBe(true);
    expect(second?.endsWith(" ffffffff ")).toBe(true);
  });
});

describe("countersJson", () => {
  it("has every column by its name", () => {
    const [first] = countersJson({ entries: 9, rows: [row(1)] });
    expect(Object.keys(first ?? {})).toEqual(["entries", ...RT_STAT_NAMES]);
    expect(first).toMatchObject({ entries: 9, in_hit: 1, gc_total: 11, out_hlist_search: 16 });
  });
});
