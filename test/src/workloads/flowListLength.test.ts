/** How long a flow list must be, by the largest cache of the designs. */
import { describe, expect, it } from "vitest";
import { type Design, parseDesign } from "../../../src/image/designs.js";
import { UsageError } from "../../../src/reference/usageError.js";
import {
  bucketsOf,
  cacheCapacity,
  checkFlowList,
  DEFAULT_RHASH_ENTRIES,
} from "../../../src/workloads/flowListLength.js";
import { DEFAULT_PACKETS } from "../../../src/workloads/flows.js";

const SLOTS = parseDesign("linux-3.10");
const NONE = parseDesign("no-cache");
const HASH: Design = { ...SLOTS, name: "hashed", row: { ...SLOTS.row, "route-cache": "hash" } };
const SIZES = { nexthops: 64, cpus: 2 };

describe("cacheCapacity", () => {
  it("is max_size for a hash, a slot each for nexthops, and nothing to speak of for none", () => {
    expect(cacheCapacity(HASH, SIZES)).toBe(524_288);
    expect(cacheCapacity(HASH, { ...SIZES, rhashEntries: 1_000 })).toBe(16 * 1_024);
    expect(cacheCapacity(SLOTS, SIZES)).toBe(64 * 3);
    expect(cacheCapacity(NONE, SIZES)).toBe(1);
  });

  it("rounds the buckets up to a power of two", () => {
    expect([1, 2, 3, 1_024, 1_025].map(bucketsOf)).toEqual([1, 2, 4, 1_024, 2_048]);
    expect(bucketsOf(DEFAULT_RHASH_ENTRIES)).toBe(DEFAULT_RHASH_ENTRIES);
  });
});

describe("checkFlowList", () => {
  it("takes four times the largest cache, and the default is that of the default hash", () => {
    expect(DEFAULT_PACKETS).toBe(4 * cacheCapacity(HASH, SIZES));
    expect(() => checkFlowList(DEFAULT_PACKETS, [SLOTS, HASH], SIZES)).not.toThrow();
    expect(() => checkFlowList(768, [SLOTS, NONE], SIZES)).not.toThrow();
    expect(() => checkFlowList(4, [NONE], SIZES)).not.toThrow();
  });

  it("refuses less in one line that names the design and what is allowed", () => {
    const short = () => checkFlowList(DEFAULT_PACKETS - 1, [SLOTS, HASH], SIZES);
    expect(short).toThrow(UsageError);
    expect(short).toThrow(
      "--flow-packets 2097151: the cache of hashed can hold 524288 entries; " +
        "allowed: 2097152 or more",
    );
    expect(() => checkFlowList(767, [SLOTS], SIZES)).toThrow(/of linux-3.10 can hold 192 entries/);
  });
});
