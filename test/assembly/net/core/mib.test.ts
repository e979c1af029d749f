/** Counters: each index is one name of the host's list, and CPUs are added up. */
import { beforeAll, describe, expect, it } from "vitest";
import { IMAGE_DROPS, readMib } from "../../../../src/machine/counters.js";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { coreRouter } from "./core.js";

describe("counters", () => {
  let router: Router;

  beforeAll(async () => {
    router = await coreRouter("nexthop-direct");
  }, COMPILE_MS);

  it("the host's drops fill the image's counters to the last", () => {
    const { layout } = router.machine;
    const first = layout.at("MIB_DROPS");
    // Behind the drops there is one counter that is none.
    expect(first + IMAGE_DROPS.length).toBe(layout.at("MIB_ARP_SENT"));
    expect(layout.at("MIB_ARP_SENT") + 1).toBe(layout.at("MIB_COUNTERS"));
  });

  it("a drop counts under its own name, on whatever CPU", () => {
    const first = router.machine.layout.at("MIB_DROPS");
    IMAGE_DROPS.forEach((_, i) => {
      for (let n = 0; n <= i; n++) router.machine.cpu(n % 3).call("mibInc", first + i);
    });
    const counted = Object.entries(readMib(router.machine).drops);
    expect(counted).toEqual(IMAGE_DROPS.map((name, i) => [name, i + 1]));
  });

  it("counts beyond 32 bits", () => {
    const { machine } = router;
    const at = (machine.areaOf(0) + machine.layout.at("PCPU_MIB")) / 4;
    machine.u32[at] = 0xffffffff;
    router.call("mibInc", 0);
    expect(readMib(machine).inReceives).toBe(2 ** 32);
  });
});
