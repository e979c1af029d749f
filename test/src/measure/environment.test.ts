/** The environment: figures of this machine, and what happens where the system tells nothing. */
import os from "node:os";
import { describe, expect, it } from "vitest";
import {
  availableMemoryBytes,
  loadAverages,
  readEnvironment,
} from "../../../src/measure/environment.js";

describe("availableMemoryBytes", () => {
  it("reads MemAvailable", () => {
    const files: string[] = [];
    const bytes = availableMemoryBytes((file) => {
      files.push(file);
      return "MemTotal:  100 kB\nMemFree:  7 kB\nMemAvailable:     4096 kB\n";
    });
    expect(bytes).toBe(4096 * 1024);
    expect(files).toEqual(["/proc/meminfo"]);
  });

  it.each([
    [
      "no such file",
      () => {
        throw new Error("ENOENT");
      },
    ],
    ["a file that says nothing", () => "MemTotal: 100 kB\n"],
  ])("takes free memory with %s", (_, read) => {
    const bytes = availableMemoryBytes(read);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(os.totalmem());
  });
});

describe("readEnvironment", () => {
  it("tells what this process runs on", () => {
    const environment = readEnvironment(["--no-liftoff"], [1, 2, 3]);
    expect(environment.node).toBe(process.version);
    expect(environment.cores).toBe(os.availableParallelism());
    expect(environment.memoryBytes).toBe(os.totalmem());
    expect(environment.v8Flags).toEqual(["--no-liftoff"]);
    expect(environment.platform).toBe(`${os.platform()}-${os.arch()}`);
  });

  it("has no load where there was none before", () => {
    expect(readEnvironment([], null).loadAverage).toBeNull();
    const before = loadAverages();
    expect(before === null || before.every((load) => load >= 0)).toBe(true);
  });
});
