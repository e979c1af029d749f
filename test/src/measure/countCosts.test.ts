/** Counted costs: from the debug image, over the packets asked for, and different by design. */
import { beforeAll, describe, expect, it } from "vitest";
import { countCosts } from "../../../src/measure/countCosts.js";
import { machineOf, type Small, setWorkload, smallExperiment } from "../machine/smallExperiment.js";

describe("countCosts", () => {
  let small: Small;

  beforeAll(async () => {
    small = await smallExperiment(
      ["linux-3.10.debug", "no-cache.debug", "nexthop-direct.debug"],
      2,
    );
  });

  it("counts 16,384 packets on each CPU, and every cost per packet", () => {
    setWorkload(small, "single-flow", 2);
    const [cached, uncached, direct] = [0, 1, 2].map((i) =>
      countCosts(machineOf(small, i), "forward", 2),
    );
    expect(cached?.packets).toBe(2 * 16_384);
    expect(cached?.perPacket).toMatchObject({ hits: 1, allocations: 0 });
    expect(uncached?.perPacket).toMatchObject({ hits: 0, allocations: 1 });
    expect(direct?.perPacket).toMatchObject({ hits: 0, allocations: 0 });
    for (const counted of [cached, uncached, direct]) expect(counted?.perPacket.lookups).toBe(2);
  });

  it("counts the path that is asked for", () => {
    setWorkload(small, "local-send", 1);
    const { packets, perPacket } = countCosts(machineOf(small, 0), "local-send", 1);
    expect(packets).toBe(16_384);
    // An output route is held for each packet; a noref forward path takes no reference.
    expect(perPacket.atomicRmw + perPacket.atomicCmpxchg).toBeGreaterThanOrEqual(2);
  });
});
