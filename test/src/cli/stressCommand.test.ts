/** What `stress` says, and its exit codes. */
import { describe, expect, it } from "vitest";
import { stressExit, stressText } from "../../../src/cli/stressCommand.js";
import type { StressReport } from "../../../src/stress/stress.js";

const SOUND: StressReport = {
  ...{ seed: 1, cpus: 2, rounds: 3, packets: 10, updates: 4, checks: 50, probes: 6 },
  ...{ mismatches: [], round: null, design: null, failure: null },
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
    expect(stressText({ ...SOUND, failure: "CPU 1 died" })).toMatch(/\nINVALID: CPU 1 died\n$/);
  });
});
