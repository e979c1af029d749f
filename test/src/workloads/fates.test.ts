/**
 * Frames of every fate: that they are there, and have the fate that the reference gives them.
 */
import { describe, expect, it } from "vitest";
import { DROP_REASONS, isSameFate } from "../../../src/reference/fate.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { FATE_NAMES, UNREACHABLE_REASONS } from "../../../src/workloads/fateNames.js";
import { buildFateFrames } from "../../../src/workloads/fates.js";
import { MAX_FRAME_BYTES } from "../../../src/workloads/frameDice.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { bigTable, tableOf } from "./tables.js";

const world = standardWorld();
const table = bigTable(2000);
const PER_FATE = 40;

function made(seed: number) {
  return buildFateFrames(world, table, (row) => row % 64, { perFate: PER_FATE, seed });
}

describe("buildFateFrames", () => {
  const { frames, absent } = made(1);

  it("makes as many frames as asked for of every fate a frame can have", () => {
    expect(absent).toEqual([]);
    const counts = FATE_NAMES.map((name) => frames.filter((one) => one.name === name).length);
    expect(counts).toEqual(FATE_NAMES.map(() => PER_FATE));
    const reasons = new Set(
      frames.flatMap(({ expected }) => (expected.kind === "dropped" ? [expected.reason] : [])),
    );
    const unreachable = new Set<string>(UNREACHABLE_REASONS);
    expect(reasons).toEqual(new Set(DROP_REASONS.filter((reason) => !unreachable.has(reason))));
  });

  it("expects of each frame what the reference says", () => {
    const router = new ReferenceRouter(world);
    router.loadTable(table, (row) => row % 64);
    const wrong = frames.filter(
      ({ rxIfindex, frame, expected }) => !isSameFate(router.forward(rxIfindex, frame), expected),
    );
    expect(wrong).toEqual([]);
    const again = buildFateFrames(world, table, () => 0, { perFate: PER_FATE, seed: 1, router });
    expect(again.frames).toEqual(frames);
  });

  it("uses different lengths up to 200 bytes, and every receive device", () => {
    const lengths = frames.map(({ frame }) => frame.length);
    expect(Math.max(...lengths)).toBe(MAX_FRAME_BYTES);
    expect(new Set(lengths).size).toBeGreaterThan(100);
    expect([...new Set(frames.map(({ rxIfindex }) => rxIfindex))].sort((a, b) => a - b)).toEqual([
      2, 3, 4, 5, 10,
    ]);
  });

  it("lets no other frame use the next hop that a device without forwarding would poison", () => {
    const off = frames.filter(
      ({ expected }) => expected.kind === "dropped" && expected.reason === "forwarding-off",
    );
    expect(new Set(off.map(({ rxIfindex }) => rxIfindex))).toEqual(new Set([10]));
    const forwarded = frames.flatMap(({ expected }) =>
      expected.kind === "forwarded" ? [expected.ifindex] : [],
    );
    expect(forwarded).not.toContain(10);
  });

  it("is the same for the same seed and mixed", () => {
    expect(made(1).frames).toEqual(frames);
    expect(made(2).frames).not.toEqual(frames);
    const first = new Set(frames.slice(0, PER_FATE).map(({ name }) => name));
    expect(first.size).toBeGreaterThan(5);
  });

  it("names the fates that a table does not have", () => {
    const routed = buildFateFrames(world, tableOf("0.0.0.0/0"), () => 0, { perFate: 2, seed: 1 });
    expect(routed.absent).toEqual(["no-route", "frag-needed", "needs-fragment"]);
  });
});
