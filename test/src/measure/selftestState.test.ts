/** The state of a self-test: what is read is what was written, and other settings do not mix. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emptyState, readState, writeState } from "../../../src/measure/selftestState.js";
import { SETTINGS, trialOf } from "./selftestBuilder.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-state-"));
const file = path.join(folder, "state.json");

afterAll(() => rmSync(folder, { recursive: true }));

describe("the state of a self-test", () => {
  const fresh = emptyState("0.1.0", SETTINGS);

  it("is empty where there is no file", () => {
    expect(readState(path.join(folder, "none.json"), fresh)).toBe(fresh);
  });

  it("comes back with its trials, and leaves nothing else behind", () => {
    const state = { ...fresh, trials: [trialOf(), trialOf({ share: 1.05, low: null })] };
    writeState(file, state);
    expect(readState(file, fresh)).toEqual(state);
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  it.each([
    ["design", "no-cache"],
    ["routes", 1],
    ["machine", "another"],
  ] as const)("is refused with another %s", (key, value) => {
    writeState(file, { ...fresh, settings: { ...SETTINGS, [key]: value } });
    expect(() => readState(file, fresh)).toThrow(
      `--state ${file}: its ${key} is ${value}, this test's ${SETTINGS[key]}; allowed: a file of`,
    );
  });

  it.each(["", "{", "{}", '{"schema":"dstbench-selftest","version":2}'])(
    "is refused as %j",
    (text) => {
      writeFileSync(file, text);
      expect(() => readState(file, fresh)).toThrow(/not the state of a self-test.*; allowed: such/);
    },
  );
});
