/**
 * The judge can fail: each planted defect that changes what a packet becomes is found, by the check
 * that is meant to find it; the others pass it, and are the audit's (`auditCanFail`). The same
 * image with no defect breaking passes the same procedure.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import type { Machine } from "../../../src/machine/machine.js";
import { RT_TABLE_MAIN } from "../../../src/machine/machine.js";
import { judgeFrames, judgeWorkload } from "../../../src/measure/judge.js";
import { judgeStory } from "../../../src/measure/judgeStories.js";
import { swapBytes } from "../../../src/reference/ipv4Address.js";
import { buildFateFrames } from "../../../src/workloads/fates.js";
import { receiveDevices } from "../../../src/workloads/standardWorld.js";
import { type BustedName, builtImage, bust, bustedImage } from "../../helpers/testImages.js";
import {
  hotPrefix,
  trafficMachine,
  trafficRouter,
  trafficSetup,
} from "../../helpers/trafficSetup.js";

const SEED = 3;
const PER_FATE = 100;
const PACKETS = 4096;

const setup = trafficSetup(SEED, 1, PACKETS);
const router = trafficRouter(setup);
const { world, table, nexthopOf, templates } = setup;
const { frames } = buildFateFrames(world, table, nexthopOf, {
  perFate: PER_FATE,
  seed: SEED,
  router,
});
const flows = Uint32Array.from(
  (setup.packets[0] ?? []).flatMap((p) => [swapBytes(p.saddr), swapBytes(p.daddr)]),
);
/** Slots that traffic can fill: next hops, and two for each device that it leads to by itself. */
const SLOTS = world.nexthops.length + 2 * world.devices.length;

/**
 * What `compare` does before an image is timed. Returns the judge's line, or "" if all is right.
 */
function judge(machine: Machine): string {
  const rxIfindexes = receiveDevices(world).map((device) => device.ifindex);
  const request = { machine, router, templates, rxIfindexes };
  try {
    judgeFrames(request, frames);
    judgeWorkload(request, "forward", flows, PACKETS);
    judgeStory(machine, "forward", SLOTS);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Defect to the line that names what went wrong. */
const SEEN: Partial<Record<BustedName, RegExp>> = {
  forwardingOff: /frame \d+ \(forwarding-off\).*expected dropped: forwarding-off/,
  checksum: /frame \d+ \(forwarded-\w+(-\w+)?\).*byte 2[45]/,
  genid: /2,048 packets after a flush: rtables made: 0, expected 1 to/,
};
/** Defects of the accounts alone: packets fare as they should. */
const UNSEEN: readonly BustedName[] = ["entries", "devPut", "fibNumber"];

describe("the judge can fail", () => {
  let image: Image;
  beforeAll(async () => {
    image = await bustedImage("linux-3.10");
  });

  it.each(["linux-3.10", "no-cache", "nexthop-direct"])("%s as built passes", async (design) => {
    expect(judge(await trafficMachine(setup, await builtImage(design)))).toBe("");
  });

  it("the image with all defects passes while none breaks", async () => {
    expect(judge(await trafficMachine(setup, image))).toBe("");
  });

  it.each(Object.entries(SEEN))("names %s", async (name, line) => {
    const machine = await trafficMachine(setup, image);
    bust(machine, name as BustedName);
    expect(judge(machine)).toMatch(line);
  });

  it.each(UNSEEN)("has nothing to say of %s, which is the audit's", async (name) => {
    const machine = await trafficMachine(setup, image);
    bust(machine, name);
    expect(judge(machine)).toBe("");
  });

  it("names a packet that a lost route leads elsewhere", async () => {
    const machine = await trafficMachine(setup, image);
    const { prefix, length } = hotPrefix(1, 0);
    const route = router.tables.main.get(prefix, length);
    if (route === undefined) throw new RangeError("the hot place has no route");
    machine.writeRequest(route, 0);
    expect(machine.cpu(machine.controlCpu).callSigned("routeDelete", RT_TABLE_MAIN)).toBe(0);
    expect(judge(machine)).toMatch(/drops: no-route|found 0 sent.*no-route/);
  });
});
