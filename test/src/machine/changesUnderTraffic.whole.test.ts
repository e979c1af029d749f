/**
 * Changes under traffic: routes come, change and go, a device goes down and up, and a switch is
 * turned while CPUs forward. Every frame must be right, to the byte, for a state between the two
 * versions that were read around its burst; every packet that was not sent must be explained by
 * one; and at the end the accounts balance.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Image } from "../../../src/image/imageStore.js";
import { auditMachine } from "../../../src/machine/audit.js";
import { type CaptureVerdict, captureCheck } from "../../helpers/captureCheck.js";
import { captureRun, RECORD, RECORD_WORDS } from "../../helpers/captureRun.js";
import { applyChange, changePlan } from "../../helpers/changePlan.js";
import { FateTimeline } from "../../helpers/fateTimeline.js";
import { type BustedName, builtImage, bust, bustedImage } from "../../helpers/testImages.js";
import {
  drainHere,
  routesByNexthop,
  trafficMachine,
  trafficRouter,
  trafficSetup,
} from "../../helpers/trafficSetup.js";

const CPUS = 2;
const SEED = 20_221_029;
const CHANGES = 1_000;
const FRAMES = 1_000_000;
/** Packets to capture for that many frames: some are delivered or dropped. */
const PACKETS = 1_250_000;
const DEBUG_PACKETS = 60_000;

const setup = trafficSetup(SEED, CPUS, 2048);
const steps = changePlan(setup, SEED, CHANGES);
const timeline = new FateTimeline(setup, steps);
const router = trafficRouter(setup);
for (const { change } of steps) applyChange(router, setup.world, change);

interface Run {
  readonly verdict: CaptureVerdict;
  readonly overlapped: number;
  readonly audit: readonly string[];
}

async function run(image: Image, packets: number, broken: BustedName = "none"): Promise<Run> {
  const { world } = setup;
  const machine = await trafficMachine(setup, image);
  bust(machine, broken);
  const captures = await captureRun({ machine, world, steps, packets });
  const verdict = captureCheck(machine, timeline, captures);
  const overlapped = captures.reduce((sum, capture) => sum + capture.overlapped, 0);
  const audit = await auditMachine({
    machine,
    world,
    routesByNexthop: routesByNexthop(setup, router),
    drain: () => drainHere(machine),
  });
  return { verdict, overlapped, audit: audit.failures };
}

describe("changes under traffic", () => {
  const said: string[] = [];
  afterAll(() => process.stdout.write(said.map((line) => `${line}\n`).join("")));

  const say = (name: string, { verdict, overlapped }: Run): void => {
    const { frames, others, ambiguous, momentary } = verdict;
    said.push(
      `${name}: ${steps.length} changes, ${frames} frames, ${others} other packets, ` +
        `${overlapped} bursts met a change, ${ambiguous} frames with a choice, ` +
        `${momentary} momentary drops`,
    );
  };

  it("makes enough changes of every kind", () => {
    const count = (kind: string): number =>
      steps.filter(({ change }) => change.kind === kind).length;
    expect(count("add") + count("replace") + count("delete")).toBeGreaterThanOrEqual(1_000);
    for (const kind of ["add", "replace", "delete"]) expect(count(kind)).toBeGreaterThan(100);
    for (const kind of ["down", "up", "neighbours"]) expect(count(kind)).toBeGreaterThan(5);
    expect(count("forwarding")).toBeGreaterThan(20);
  });

  const designs = ["linux-3.10", "no-cache", "nexthop-direct"];
  const withHash = ["linux-3.10+fib=hash", "nexthop-direct+fib=hash"];
  it.each([...designs, ...withHash])("%s", async (design) => {
    const result = await run(await builtImage(design), PACKETS);
    say(design, result);
    expect(result.verdict.faults).toEqual([]);
    expect(result.verdict.wrong).toBe(0);
    expect(result.verdict.frames).toBeGreaterThanOrEqual(FRAMES);
    expect(result.overlapped).toBeGreaterThan(CHANGES / 4);
    // A device that goes down drops what is on its way: few, however slowly it goes.
    expect(result.verdict.momentary).toBeLessThan(FRAMES / 50);
    expect(result.audit).toEqual([]);
  });

  it.each(["linux-3.10", "linux-3.10+fib=hash"])("%s, debug image", async (design) => {
    const result = await run(await builtImage(design, "debug"), DEBUG_PACKETS);
    say(`${design} debug`, result);
    expect(result.verdict.faults).toEqual([]);
    expect(result.audit).toEqual([]);
  });

  it("sees frames of another moment, and a single wrong bit", async () => {
    const machine = await trafficMachine(setup, await builtImage("nexthop-direct"));
    const { world } = setup;
    const captures = await captureRun({ machine, world, steps, packets: DEBUG_PACKETS });
    expect(captureCheck(machine, timeline, captures).wrong).toBe(0);
    const [capture] = captures;
    if (capture === undefined || capture.captured < 100)
      throw new RangeError("too little captured");
    const sentAt = capture.records.findIndex(
      (word, i) => i % RECORD_WORDS >= RECORD.packets && word !== 0,
    );
    capture.records[sentAt + 9] = (capture.records[sentAt + 9] ?? 0) ^ 0x100;
    expect(captureCheck(machine, timeline, captures).wrong).toBe(1);
    for (let n = 0; n < capture.captured; n++) {
      for (const at of [RECORD.from, RECORD.to]) {
        capture.records[n * RECORD_WORDS + at] = 2 * Math.floor(steps.length / 2);
      }
    }
    expect(captureCheck(machine, timeline, captures).wrong).toBeGreaterThan(1000);
  });

  it("sees an image that uses stale slots", async () => {
    const result = await run(await bustedImage("linux-3.10"), DEBUG_PACKETS, "genid");
    expect(result.verdict.wrong).toBeGreaterThan(0);
    expect(result.verdict.unexplained["forwarding-off"]).toBeGreaterThan(100);
  });
});
