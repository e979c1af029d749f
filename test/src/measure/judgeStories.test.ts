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
    small = await smallExperiment(["linux-3.10.release", "no-cache.release"]);
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
    expect(() => judgeStory(posingAs(uncached, "nexthop"), "forward", NEXTHOPS)).toThrow(
      "no-cache: 2 × 2,048 packets: 4096 rtables made, expected 0 to 8",
    );
    expect(() => judgeStory(posingAs(uncached, "direct"), "local-send", NEXTHOPS)).toThrow(
      "4096 rtables made, expected 0 to 0",
    );
    expect(() => judgeStory(posingAs(cached, "none"), "forward", NEXTHOPS)).toThrow(
      "linux-3.10: 2,048 packets: 0 rtables made, expected 2048 to 2048",
    );
  });
});
