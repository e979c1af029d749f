/** Periodic work by knob: none for designs that keep no hash of routes. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { periodsOf } from "../../../src/measure/periods.js";

describe("periodsOf", () => {
  it.each(["linux-3.10", "no-cache", "nexthop-direct"])("%s has none", (design) => {
    expect(periodsOf(parseDesign(design).row)).toEqual([]);
  });
});
