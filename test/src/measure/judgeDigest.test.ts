/** The judge's short form: equal for images that do the same, different for one that does not. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { digestWorkload } from "../../../src/measure/judgeDigest.js";
import { withRandomOrder } from "../../../src/measure/processImages.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { machineOf, type Small, setWorkload, smallExperiment } from "../machine/smallExperiment.js";

/** The image with two of its loops exported under each other's name. */
function exportsSwapped(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const [a, b] = ["sendPackets", "nullPackets"] as const;
  const swapped = text.replace(new RegExp(`${a}|${b}`, "g"), (name) => (name === a ? b : a));
  return Uint8Array.from(Buffer.from(swapped, "latin1"));
}

describe("digestWorkload", () => {
  let small: Small;

  beforeAll(async () => {
    small = await smallExperiment(["linux-3.10.release", "no-cache.release", "linux-3.10.debug"]);
  });

  it.each([
    ["internet-mix", "forward"],
    ["local-send", "local-send"],
  ] as const)("is the same for every image on %s, and for every time", (workload, path) => {
    const digests = [0, 1, 2, 0].map((number) => {
      setWorkload(small, workload);
      return digestWorkload(machineOf(small, number), path, 1_024);
    });
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(1);
  });

  it("asks every layout of the machine: one that does otherwise is found", async () => {
    const digestOf = async (change: (image: Image) => Image): Promise<string> => {
      const changed = await smallExperiment(["no-cache.release"], 1, change);
      setWorkload(changed, "local-send");
      return digestWorkload(machineOf(changed, 0), "local-send", 1_024);
    };
    const laidOut = (image: Image): Image => withRandomOrder(image, createRandom(1), 3);
    const right = await digestOf((image) => image);
    expect(await digestOf(laidOut)).toBe(right);
    // The last layout alone answers to the name of the loop with another one.
    const spoilt = await digestOf((image) => {
      const { otherOrders = [], ...rest } = laidOut(image);
      return { ...rest, otherOrders: [...otherOrders.slice(1), exportsSwapped(image.bytes)] };
    });
    expect(spoilt).not.toBe(right);
  });

  it("is another one for a frame that differs in a byte, or goes elsewhere", () => {
    const machine = machineOf(small, 0);
    const digest = (spoil: () => void): string => {
      setWorkload(small, "internet-mix");
      spoil();
      return digestWorkload(machine, "forward", 1_024);
    };
    const right = digest(() => {});
    const device = machine.deviceAt(5) / 4;
    const mac = device + machine.layout.at("DEV_MAC_LOW") / 4;
    const kept = machine.u32[mac] ?? 0;
    // Wherever the fifth device is a transmit device, its address is in the frames it sends.
    expect(digest(() => machine.u32.set([kept ^ 1], mac)) === right).toBe(false);
    machine.u32[mac] = kept;
    expect(digest(() => machine.setRingsWord(0, "RINGS_FLOW_NEXT", 1))).not.toBe(right);
    expect(digest(() => {})).toBe(right);
  });
});
