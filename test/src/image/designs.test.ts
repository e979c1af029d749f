/**
 * Designs: what each preset is, what a design's name says, and the one line of every refusal.
 */
import { describe, expect, it } from "vitest";
import { DEFAULT_DESIGNS, KERNELS, parseDesign } from "../../../src/image/designs.js";
import { UsageError } from "../../../src/reference/usageError.js";

const LINUX_3_10 = {
  DST_ROUTE_CACHE: 1,
  DST_OUTPUT_SLOT: 1,
  DST_SLOT_REF: 0,
  DST_NOREF: 1,
  DST_REFCOUNT: 0,
  DST_UNCACHED: 0,
  DST_DEV_COUNT: 1,
  DST_FREE: 1,
  DST_FIB: 0,
};

const ALL_KNOBS =
  "route-cache=none|nexthop|direct, output-slot=shared|percpu, slot-ref=uncounted|counted, " +
  "noref=off|on, refcount=atomic|inc-not-zero|rcuref, uncached=global|percpu, " +
  "dev-count=shared|percpu, free=now|rcu, fib=trie|hash";

function refusal(text: string): string {
  try {
    parseDesign(text);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("presets", () => {
  it.each([
    ["linux-3.10", {}],
    ["no-cache", { DST_ROUTE_CACHE: 0, DST_UNCACHED: 1, DST_FREE: 0 }],
    ["nexthop-direct", { DST_ROUTE_CACHE: 2 }],
  ])("%s is 3.10 with %j", (name, changes) => {
    const design = parseDesign(name);
    expect(design.defines).toEqual({ ...LINUX_3_10, ...changes });
    expect(design).toMatchObject({ name, kernel: name, set: [] });
  });

  it("are all compared by default, and each tested here", () => {
    expect(DEFAULT_DESIGNS).toEqual(["linux-3.10", "no-cache", "nexthop-direct"]);
    expect(KERNELS.map((kernel) => kernel.name)).toEqual(DEFAULT_DESIGNS);
    for (const kernel of KERNELS) expect(kernel.summary).toMatch(/^[^\n]{20,90}$/);
  });
});

describe("a design", () => {
  it("is a kernel with knobs set by hand, in the order given", () => {
    const design = parseDesign("linux-3.10+slot-ref=counted+refcount=rcuref");
    expect(design.name).toBe("linux-3.10+slot-ref=counted+refcount=rcuref");
    expect(design.kernel).toBe("linux-3.10");
    expect(design.set).toEqual(["slot-ref", "refcount"]);
    expect(design.defines).toEqual({ ...LINUX_3_10, DST_SLOT_REF: 1, DST_REFCOUNT: 2 });
  });

  it("may say what its kernel does anyway", () => {
    const design = parseDesign("no-cache+free=now");
    expect(design.set).toEqual(["free"]);
    expect(design.defines).toEqual(parseDesign("no-cache").defines);
  });

  it("may take back what its kernel changed", () => {
    const design = parseDesign("no-cache+uncached=global+free=rcu");
    expect(design.defines).toEqual({ ...LINUX_3_10, DST_ROUTE_CACHE: 0 });
  });
});

describe("a refusal is one line", () => {
  const kernels = "linux-3.10, no-cache, nexthop-direct";
  const direct = "route-cache=direct has no dst";
  it.each([
    [
      "linux-9",
      `unknown design "linux-9"; allowed: ${kernels}, ` +
        "each with +KNOB=VALUE (dstbench list names them)",
    ],
    [
      "",
      `unknown design ""; allowed: ${kernels}, each with +KNOB=VALUE (dstbench list names them)`,
    ],
    [
      "linux-3.10+cache=none",
      `design "linux-3.10+cache=none": unknown knob "cache=none"; allowed: ${ALL_KNOBS}`,
    ],
    ["linux-3.10+noref", `design "linux-3.10+noref": unknown knob "noref"; allowed: ${ALL_KNOBS}`],
    [
      "linux-3.10+noref=on=off",
      `design "linux-3.10+noref=on=off": unknown knob "noref=on=off"; allowed: ${ALL_KNOBS}`,
    ],
    [
      "linux-3.10+noref=1",
      'design "linux-3.10+noref=1": unknown value "1" of noref; allowed: off, on',
    ],
    [
      "linux-3.10+noref=on+noref=off",
      'design "linux-3.10+noref=on+noref=off": noref is given twice; allowed: once',
    ],
    [
      "linux-3.10+refcount=percpu",
      'design "linux-3.10+refcount=percpu": refcount=percpu is unsound: per-CPU counts are for ' +
        "devices only, a dst must know its last release; allowed: atomic, inc-not-zero, rcuref",
    ],
    [
      "linux-3.10+refcount=rcuref",
      'design "linux-3.10+refcount=rcuref": slots that hold no count (slot-ref=uncounted) cannot ' +
        "go with refcount=rcuref: it would free a slotted dst at its first last release; " +
        "allowed: +slot-ref=counted with it",
    ],
    [
      "no-cache+noref=off",
      'design "no-cache+noref=off": noref is never read: route-cache=none has no slots',
    ],
    [
      "linux-3.10+route-cache=none+output-slot=shared",
      'design "linux-3.10+route-cache=none+output-slot=shared": output-slot is never read: ' +
        "route-cache=none has no slots",
    ],
    [
      "nexthop-direct+slot-ref=counted",
      `design "nexthop-direct+slot-ref=counted": slot-ref is never read: ${direct}`,
    ],
    ["nexthop-direct+free=now", `design "nexthop-direct+free=now": free is never read: ${direct}`],
  ])("for %j", (text, message) => {
    expect(refusal(text)).toBe(message);
    expect(message).not.toContain("\n");
  });

  it("is not given for what is sound and read", () => {
    expect(refusal("no-cache+refcount=rcuref")).toBe("accepted");
    expect(refusal("linux-3.10+slot-ref=counted+refcount=inc-not-zero")).toBe("accepted");
  });
});
