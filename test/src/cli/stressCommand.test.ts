/** What `stress` says, and its exit codes. */
import { describe, expect, it } from "vitest";
import {
  STRESS_DEFAULTS,
  slabDebugOf,
  stressExit,
  stressText,
} from "../../../src/cli/stressCommand.js";
import type { StressReport } from "../../../src/stress/stress.js";

const SOUND: StressReport = {
  ...{ seed: 1, cpus: 2, rounds: 3, packets: 10, updates: 4, checks: 50, probes: 6 },
  ...{ mismatches: [], round: null, design: null, failure: null, kills: null },
};
const BROKEN: StressReport = {
  ...SOUND,
  design: "no-cache",
  mismatches: [
    { check: "object-lost", text: "ip_dst_cache object 0x10 (…): lost", dump: ["0x10 +0  1 2"] },
    { check: "locks", text: "lock of RTNL is held: 1", dump: [] },
  ],
};

describe("stressExit", () => {
  it("is 0 or 1; 5 where what was broken is not found; 3 where a CPU was lost", () => {
    expect(stressExit(SOUND, false)).toBe(0);
    expect(stressExit(BROKEN, false)).toBe(1);
    expect(stressExit(BROKEN, true)).toBe(1);
    expect(stressExit(SOUND, true)).toBe(5);
    expect(stressExit({ ...SOUND, failure: "CPU 1 died" }, true)).toBe(3);
    expect(stressExit({ ...BROKEN, failure: "stalled" }, false)).toBe(1);
  });
});

describe("stressText", () => {
  it("ends with a verdict, and dumps the objects at fault", () => {
    expect(stressText(SOUND)).toMatch(
      /^What this is: .* of Linux\.\n3 rounds .* seed 1\nOK: all accounts balance\n$/,
    );
    const text = stressText(BROKEN);
    expect(text).toMatch(/\nBROKEN: no-cache at the end\n {2}object-lost: ip_dst_cache object/);
    expect(text).toMatch(/\n {2}locks: lock of RTNL is held: 1\n[\s\S]*\n {4}0x10 \+0 {2}1 2\n$/);
    const kills = { kills: 9, inWindow: 8, withLock: 1, inSection: 5, orphans: 3, slowestMs: 12 };
    expect(stressText({ ...SOUND, kills })).toMatch(
      /\n9 CPUs killed, 8 in a window: 1 with a lock, 5 in the packet path; 3 objects orphaned, /,
    );
    expect(stressText({ ...SOUND, failure: "CPU 1 died" })).toMatch(/\nINVALID: CPU 1 died\n$/);
  });
});

describe("slabDebugOf", () => {
  it("takes letters and a number for debug images, and refuses both for others", () => {
    const args = { ...STRESS_DEFAULTS };
    const of = (more: object, flavour: "debug" | "release") =>
      slabDebugOf({ ...args, ...more }, flavour);
    expect(of({}, "debug")).toEqual({ checks: "FZPU", quarantine: 0 });
    expect(of({}, "release")).toEqual({ checks: "FZPU", quarantine: 0 });
    expect(of({ slabDebug: "PU", quarantine: "64" }, "debug")).toEqual({
      checks: "PU",
      quarantine: 64,
    });
    expect(of({ slabDebug: "-" }, "debug").checks).toBe("");
    expect(() => of({ slabDebug: "P" }, "release")).toThrow(
      "--slab-debug P with --flavour release; allowed: --flavour debug",
    );
    expect(() => of({ quarantine: "1" }, "release")).toThrow(/^--quarantine 1 with --flavour/);
    expect(() => of({ quarantine: "2k" }, "debug")).toThrow(/from 0 to 1024$/);
  });
});
