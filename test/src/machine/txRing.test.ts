/** The transmit ring: what was sent since a count, in order, also where the ring wraps. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../../src/machine/machine.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import { machineOf, runPackets, setWorkload, smallExperiment } from "./smallExperiment.js";

describe("sentFrames", () => {
  let machine: Machine;

  beforeAll(async () => {
    const small = await smallExperiment(["nexthop-direct.release"]);
    setWorkload(small, "single-flow");
    machine = machineOf(small, 0);
  });

  const sent = (): number => machine.ringsWord(0, "RINGS_TX_SENT");

  it("is empty when nothing was sent", () => {
    expect(sentFrames(machine, 0, sent())).toEqual([]);
  });

  it("gives each frame and its device, across the ring's end and the counter's", () => {
    const entries = machine.layout.at("TX_RING_ENTRIES");
    for (const start of [0, entries - 3, 2 ** 32 - 3]) {
      machine.setRingsWord(0, "RINGS_TX_SENT", start);
      runPackets(machine, "forwardPackets", 6);
      const frames = sentFrames(machine, 0, start);
      expect(frames).toHaveLength(6);
      for (const { ifindex, frame } of frames) {
        expect(frame).toHaveLength(60);
        expect([...frame.subarray(12, 15)]).toEqual([8, 0, 0x45]);
        expect(machine.deviceAt(ifindex)).toBeGreaterThan(0);
      }
      expect(new Set(frames.map(({ frame }) => frame.join())).size).toBe(1);
    }
  });

  it("refuses to read more than the ring holds", () => {
    const since = sent();
    runPackets(machine, "forwardPackets", 64 * 5);
    expect(() => sentFrames(machine, 0, since)).toThrow("320 frames in a ring of 256");
  });

  it("copies: a later burst does not change what was read", () => {
    const since = sent();
    runPackets(machine, "forwardPackets", 1);
    const [first] = sentFrames(machine, 0, since);
    const bytes = [...(first?.frame ?? [])];
    machine.setRingsWord(0, "RINGS_FLOW_NEXT", 0);
    new Uint8Array(machine.memory.buffer, machine.ringsWord(0, "RINGS_FRAMES_AT"), 128).fill(0xee);
    expect([...(first?.frame ?? [])]).toEqual(bytes);
  });
});
