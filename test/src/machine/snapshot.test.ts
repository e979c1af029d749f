/** Snapshots: the same bytes and the same packets give the same bytes and the same frames again. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Machine } from "../../../src/machine/machine.js";
import type { Region } from "../../../src/machine/plan.js";
import { designPart, Snapshot } from "../../../src/machine/snapshot.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import { machineOf, runPackets, setWorkload, smallExperiment } from "./smallExperiment.js";

const BURSTS = 20;

function digest(machine: Machine, regions: readonly Region[]): string {
  const hash = createHash("sha256");
  for (const { base, bytes } of regions) {
    hash.update(new Uint8Array(machine.memory.buffer, base, bytes).slice());
  }
  return hash.digest("hex");
}

/** Runs bursts and returns every frame that was sent, as text. */
function framesOf(machine: Machine, loop: string): string[] {
  return Array.from({ length: BURSTS }, () => {
    const since = machine.ringsWord(0, "RINGS_TX_SENT");
    runPackets(machine, loop, 64);
    return sentFrames(machine, 0, since).map(({ ifindex, frame }) => {
      return `${ifindex} ${Buffer.from(frame).toString("hex")}`;
    });
  }).flat();
}

describe.each([
  "linux-3.10.debug",
  "linux-3.10+fib=hash.release",
  "no-cache.release",
  "nexthop-direct.release",
])("a snapshot of %s", (image) => {
  it("puts a machine back: the same packets give the same bytes and frames", async () => {
    const small = await smallExperiment([image, "no-cache.release"]);
    setWorkload(small, "internet-mix");
    const [machine, other] = [machineOf(small, 0), machineOf(small, 1)];
    const { table } = machine;
    const { templates, flows } = machine.memoryPlan;
    const inputs = digest(machine, [templates, flows]);
    const before = digest(machine, designPart(machine));
    const elsewhere = digest(other, designPart(other));
    const snapshot = new Snapshot(machine.memory, designPart(machine));

    const frames = [framesOf(machine, "forwardPackets"), framesOf(machine, "sendPackets")];
    const after = digest(machine, designPart(machine));
    expect(frames.map((f) => f.length)).toEqual([64 * BURSTS, 64 * BURSTS]);
    expect(after).not.toBe(before);
    const marked = digest(machine, [table]);

    snapshot.restore();
    expect(digest(machine, designPart(machine))).toBe(before);
    const again = [framesOf(machine, "forwardPackets"), framesOf(machine, "sendPackets")];
    expect(again).toEqual(frames);
    expect(digest(machine, designPart(machine))).toBe(after);
    // Beside the design part packets only mark aliases as used, once; the neighbour is untouched.
    expect(digest(machine, [table])).toBe(marked);
    expect(digest(machine, [templates, flows])).toBe(inputs);
    expect(digest(other, designPart(other))).toBe(elsewhere);
  });
});

describe("Snapshot", () => {
  it("saves the regions that it was given and no others", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = new Uint8Array(memory.buffer).fill(1);
    const snapshot = new Snapshot(memory, [
      { base: 100, bytes: 10 },
      { base: 200, bytes: 1 },
    ]);
    bytes.fill(2);
    snapshot.restore();
    const ones = [...bytes.keys()].filter((at) => bytes[at] === 1);
    expect(ones).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 200]);
  });
});
