/** Periodic work by knob: none for designs that keep no hash of routes. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { periodsOf } from "../../../src/measure/periods.js";

describe("periodsOf", () => {
  it.each(["linux-3.10", "no-cache", "nexthop-direct"])("%s has none", (design) => {
    expect(periodsOf(parseDesign(design).row)).toEqual([]);
  });

  it("follows the knobs, each by itself", () => {
    const timer = { name: "rt_check_expire", seconds: 60 };
    const flush = { name: "rt_secret_rebuild", seconds: 600 };
    expect(periodsOf({ "expire-scan": "timer", invalidate: "flush" })).toEqual([timer, flush]);
    expect(periodsOf({ "expire-scan": "timer", invalidate: "genid" })).toEqual([timer]);
    expect(periodsOf({ "expire-scan": "none", invalidate: "flush" })).toEqual([flush]);
  });
});
