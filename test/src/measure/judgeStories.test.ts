/** Stories: the counters must tell what the knobs say, or the image is refused. */
import { beforeAll, describe, expect, it } from "vitest";
import { Machine } from "../../../src/machine/machine.js";
import { judgeStory } from "../../../src/measure/judgeStories.js";
import {
  machineOf,
  NEXTHOPS,
  type Small,
  setWorkload,
  smallExperiment,
} from "../machine/smallExperiment.js";

/** The machine under the name of another design: what an image with a broken cache is like. */
function posingAs(machine: Machine, cache: string): Machine {
  const image = { ...machine.image, row: { ...machine.image.row, "route-cache": cache } };
  return Object.create(machine, { image: { value: image } }) as Machine;
}

describe("judgeStory", () => {
  let small: Small;

  beforeAll(async () => {
    small = await smallExperiment([
      "linux-3.10.release",
      "no-cache.release",
      "linux-2.6.18.release",
      "linux-2.6.39.release",
    ]);
    setWorkload(small, "internet-mix");
  });

  it("believes images that do what their knobs say", () => {
    for (const machine of small.machines) {
      expect(machine).toBeInstanceOf(Machine);
      for (const path of ["forward", "local-send"] as const) judgeStory(machine, path, NEXTHOPS);
    }
  });

  it("refuses a cache that never hits, a dst where there is none, and one that is not made", () => {
    const [cached, uncached] = [machineOf(small, 0), machineOf(small, 1)];
    setWorkload(small, "internet-mix");
    expect(() => judgeStory(posingAs(uncached, "nexthop"), "forward", NEXTHOPS)).toThrow(
      "no-cache: 2 × 2,048 packets: rtables made: 4096, expected 0 to 8",
    );
    expect(() => judgeStory(posingAs(uncached, "direct"), "local-send", NEXTHOPS)).toThrow(
      "rtables made: 4096, expected 0 to 0",
    );
    expect(() => judgeStory(posingAs(cached, "none"), "forward", NEXTHOPS)).toThrow(
      "linux-3.10: 2,048 packets: rtables made: 0, expected 2048 to 2048",
    );
  });

  it.each(["single-flow", "internet-mix", "scan"])("counts the flows of %s exactly", (workload) => {
    setWorkload(small, workload);
    for (const number of [2, 3]) {
      for (const path of ["forward", "local-send"] as const) {
        judgeStory(machineOf(small, number), path, NEXTHOPS);
      }
    }
  });

  it("refuses a hash that does not find what it made, and one that outlives a flush", () => {
    const [flows, disabled] = [machineOf(small, 2), machineOf(small, 3)];
    setWorkload(small, "single-flow");
    // After so many emergencies nothing is cached any more.
    disabled.setWord("RT_HASH_REBUILDS", 5);
    expect(() => judgeStory(disabled, "forward", NEXTHOPS)).toThrow(
      "linux-2.6.39: 2,048 packets after a flush: rtables made: 2048, expected 1 to 1",
    );
    disabled.setWord("RT_HASH_REBUILDS", 0);
    const cpu = flows.cpu(0);
    const unflushed = Object.create(cpu, {
      call: {
        value: (name: string, ...args: number[]): number =>
          name === "rtCacheFlush" ? 0 : cpu.call(name, ...args),
      },
    }) as typeof cpu;
    judgeStory(flows, "forward", NEXTHOPS);
    const broken = Object.create(flows, { cpu: { value: () => unflushed } }) as Machine;
    expect(() => judgeStory(broken, "forward", NEXTHOPS)).toThrow(
      "linux-2.6.18: 2,048 packets after a flush: rtables made: 0, expected 1 to 1",
    );
  });
});
