/** The words of the trace stand at the numbers of the image. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";
import { TRACE_BRANCHES, TRACE_FUNCTIONS } from "../../../src/machine/tracePoints.js";

const SOURCE = "assembly/arch/tracePoints.ts";
const text = readFileSync(path.join(packageRoot, SOURCE), "utf8");

/** Constants PREFIX_NAME of the image by number, NAME in small letters. */
function namesOf(prefix: string): string[] {
  const names: string[] = [];
  const pattern = new RegExp(`^export const ${prefix}_(\\w+): u32 = (\\d+);$`, "gm");
  for (const [, name = "", number] of text.matchAll(pattern)) {
    expect(names[Number(number)], `${prefix} number ${number}`).toBeUndefined();
    names[Number(number)] = name.toLowerCase();
  }
  return names;
}

describe("the table of trace points", () => {
  it("has every function at its number, and no other", () => {
    expect(TRACE_FUNCTIONS.map(({ name }) => name)).toEqual(namesOf("TRACE"));
  });

  it("has every branch at its number, and no other", () => {
    expect(TRACE_BRANCHES.map(({ name }) => name)).toEqual(["none", ...namesOf("BRANCH").slice(1)]);
  });

  it("has a text for every branch, and each names words that an event has", () => {
    for (const { name, text: words } of [...TRACE_BRANCHES.slice(1), ...TRACE_FUNCTIONS]) {
      for (const [, place = ""] of words.matchAll(/\{([^}]*)\}/g)) {
        expect(place, name).toMatch(/^[a-z]+\.[abc]$/);
      }
    }
    expect(TRACE_BRANCHES.slice(1).every((point) => point.text !== "")).toBe(true);
  });
});
