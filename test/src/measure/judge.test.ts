/**
 * The judge: sound images pass, and a frame, a fate or a counter that is wrong is told in one line.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../../src/machine/machine.js";
import {
  JudgeError,
  type JudgeRequest,
  judgeFrames,
  judgeWorkload,
} from "../../../src/measure/judge.js";
import { judgeStory } from "../../../src/measure/judgeStories.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import { buildFateFrames, type FateFrame } from "../../../src/workloads/fates.js";
import { receiveDevices } from "../../../src/workloads/standardWorld.js";
import {
  machineOf,
  NEXTHOPS,
  type Small,
  setWorkload,
  smallExperiment,
} from "../machine/smallExperiment.js";

describe("the judge", () => {
  let small: Small;
  let frames: readonly FateFrame[];
  let router: ReferenceRouter;

  beforeAll(async () => {
    const designs = ["linux-3.10", "no-cache", "nexthop-direct"];
    small = await smallExperiment(designs.map((design) => `${design}.debug`));
    router = new ReferenceRouter(small.world);
    router.loadTable(small.table, small.nexthopOf);
    const options = { perFate: 20, seed: 1, router };
    frames = buildFateFrames(small.world, small.table, small.nexthopOf, options).frames;
  });

  function requestOf(machine: Machine): JudgeRequest {
    const rxIfindexes = receiveDevices(small.world).map((device) => device.ifindex);
    return { machine, router, templates: small.templates, rxIfindexes };
  }

  /** Line of the JudgeError that `run` throws. */
  function errorOf(run: () => unknown): string {
    try {
      run();
    } catch (error) {
      if (!(error instanceof JudgeError)) throw error;
      expect(error.message).not.toContain("\n");
      return error.message;
    }
    return "nothing was thrown";
  }

  it.each([0, 1, 2])("passes sound image %i: fates, both paths, story", (i) => {
    const machine = machineOf(small, i);
    const request = requestOf(machine);
    const judged = judgeFrames(request, frames);
    expect(judged.packets).toBe(frames.length);
    expect(Object.keys(judged.perFate).length).toBeGreaterThan(15);
    for (const n of Object.values(judged.perFate)) expect(n).toBe(20);
    for (const path of ["forward", "local-send"] as const) {
      const lists = setWorkload(small, path === "forward" ? "internet-mix" : "local-send");
      const flows = lists.perCpu[0] ?? new Uint32Array(0);
      expect(judgeWorkload(request, path, flows, 10_048)).toEqual({
        packets: 10_048,
        perFate: { forwarded: 10_048 },
      });
      judgeStory(machine, path, NEXTHOPS);
    }
  });

  it("names frame, device, expectation and what was found instead", () => {
    const forwarded = frames.find(({ name }) => name === "forwarded-gateway");
    const dropped = frames.find(({ name }) => name === "ttl-exceeded");
    if (forwarded?.expected.kind !== "forwarded" || dropped === undefined) throw new RangeError();
    const request = requestOf(machineOf(small, 0));
    const judge = (frame: FateFrame) => errorOf(() => judgeFrames(request, [frame]));
    const { expected } = forwarded;
    const wrongByte = expected.frame.slice();
    wrongByte[22] = (wrongByte[22] ?? 0) ^ 1;
    expect(judge({ ...forwarded, expected: { ...expected, frame: wrongByte } })).toMatch(
      /^linux-3.10: frame 0 \(forwarded-gateway\) received on ifindex \d: expected a frame of \d+ bytes out of \d+, found byte 22: /,
    );
    expect(judge({ ...forwarded, expected: { ...expected, ifindex: 99 } })).toMatch(/sent out of/);
    expect(judge({ ...forwarded, expected: { kind: "delivered" } })).toMatch(
      /expected delivered, found 1 sent, 0 delivered, drops: none$/,
    );
    expect(judge({ ...dropped, expected })).toMatch(
      /found 0 sent, 0 delivered, drops: ttl-exceede/,
    );
    const otherReason = { kind: "dropped", reason: "no-route" } as const;
    expect(judge({ ...dropped, expected: otherReason })).toMatch(/expected dropped: no-route, /);
  });

  it("finds a packet of the workload that goes another way than the reference says", () => {
    const machine = machineOf(small, 1);
    const request = requestOf(machine);
    const lists = setWorkload(small, "internet-mix");
    const shifted = lists.perCpu[0]?.slice() ?? new Uint32Array(0);
    shifted[2 * 70 + 1] = (shifted[2 * 70 + 1] ?? 0) ^ 0x01000000;
    const message = errorOf(() => judgeWorkload(request, "forward", shifted, 128));
    expect(message).toMatch(/^no-cache: packets from 64: /);
  });

  it("finds a device that the image must not use", () => {
    const machine = machineOf(small, 2);
    const lists = setWorkload(small, "internet-mix");
    const at = (machine.deviceAt(2) + machine.layout.at("DEV_FORWARDING")) / 4;
    machine.u32[at] = 0;
    const flows = lists.perCpu[0] ?? new Uint32Array(0);
    const message = errorOf(() => judgeWorkload(requestOf(machine), "forward", flows, 128));
    machine.u32[at] = 1;
    expect(message).toMatch(
      /^nexthop-direct: packets from 0: \d+ frames sent instead of 64; drops/,
    );
  });
});
