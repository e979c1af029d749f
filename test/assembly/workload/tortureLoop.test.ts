/** The loop of stress forwards what forwardPackets does, and watches each burst. */
import { beforeAll, describe, expect, it } from "vitest";
import { readMib } from "../../../src/machine/counters.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf } from "../machine/router.js";

describe("torturePackets", () => {
  let router: Router;
  beforeAll(async () => {
    router = await routerOf("linux-3.10", { cpus: 1 });
  }, COMPILE_MS);

  it("forwards every packet, and looks at a probe in every burst but the first two", () => {
    const { machine } = router;
    router.setFlows(flowsToRows([0, 5, 10], 640), 0);
    machine.cpu(0).call("rcuCpuOnline");
    machine.cpu(0).call("torturePackets", 640);
    machine.cpu(0).call("rcuCpuOffline");
    expect(readMib(machine).outTransmits).toBe(640);
    const word = (name: string): number =>
      machine.u32[(machine.areaOf(0) + machine.layout.at(name)) / 4] ?? -1;
    expect(word("TORTURE_PUBLISHED")).toBe(5);
    expect(word("TORTURE_READS")).toBe(8);
    expect(word("TORTURE_STALE")).toBe(0);
    expect(word("TORTURE_ADDED")).toBe(10);
  });
});
