/** The thread's clock: the kernel's file where there is one, null and no failure where not. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openThreadClock, parseRunDelay } from "../../../src/machine/threadClock.js";

describe("openThreadClock", () => {
  it.skipIf(!existsSync("/proc/thread-self/schedstat"))("never runs backwards", () => {
    const clock = openThreadClock();
    const first = clock();
    expect(first).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < 100; i++) expect(clock()).toBeGreaterThanOrEqual(first ?? 0);
  });

  it.each(["/none/schedstat", "/"])("knows nothing where %s is all there is", (file) => {
    expect(openThreadClock(file)()).toBeNull();
  });
});

describe("parseRunDelay", () => {
  it("takes the second number, and nothing else for one", () => {
    expect(parseRunDelay("18109000 2105000 7\n")).toBe(2_105_000);
    for (const text of ["", "0\n", "1 2", "a b c"]) expect(parseRunDelay(text)).toBeNull();
  });
});
