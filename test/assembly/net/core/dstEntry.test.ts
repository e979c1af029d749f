/** The layout of dst_entry and rtable is that of the 64-bit kernel 3.10 (spec 1.1). */
import { beforeAll, describe, expect, it } from "vitest";
import type { Layout } from "../../../../src/machine/layout.js";
import { COMPILE_MS, routerOf } from "../../machine/router.js";

describe("the layout of a dst", () => {
  let layout: Layout;

  beforeAll(async () => {
    layout = (await routerOf("linux-3.10")).machine.layout;
  }, COMPILE_MS);

  it("F4-19 the count begins a cache line of its own", () => {
    expect(layout.at("DST_REFCNT_OFFSET") % 64).toBe(0);
    expect(layout.at("DST_REFCNT_OFFSET")).toBe(128);
  });

  it("F4-19 what every packet reads is not on the count's line", () => {
    for (const name of ["DST_DEV_OFFSET", "DST_FLAGS_OFFSET", "DST_OBSOLETE_OFFSET"]) {
      expect(Math.floor(layout.at(name) / 64)).not.toBe(2);
    }
  });

  it.each([
    ["DST_DEV_OFFSET", 24],
    ["DST_FLAGS_OFFSET", 96],
    ["DST_OBSOLETE_OFFSET", 102],
    ["DST_NEXT_OFFSET", 144],
    ["RTABLE_GENID_OFFSET", 152],
    ["RTABLE_IS_INPUT_OFFSET", 162],
    ["RTABLE_UNCACHED_OFFSET", 176],
    ["RTABLE_BYTES", 192],
  ])("%s is %i", (name, offset) => {
    expect(layout.at(name)).toBe(offset);
  });
});
