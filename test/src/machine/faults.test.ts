/** Words for traps and phases: one for each constant of the image, and none without a constant. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";
import { phaseText, siteText } from "../../../src/machine/faults.js";

const SOURCE = readFileSync(path.join(packageRoot, "assembly/arch/trap.ts"), "utf8");

function constants(prefix: string): [string, number][] {
  const pattern = new RegExp(`export const (${prefix}_\\w+): u32 = (\\d+);`, "g");
  return [...SOURCE.matchAll(pattern)].map(([, name = "", value]) => [name, Number(value)]);
}

describe("faults", () => {
  it("has a text of its own for every trap site", () => {
    const sites = constants("SITE");
    expect(sites.length).toBeGreaterThan(20);
    const texts = sites.map(([, site]) => siteText(site, "unreachable"));
    for (const [i, text] of texts.entries()) expect(text, sites[i]?.[0]).not.toMatch(/^site \d/);
    expect(new Set(texts).size).toBe(sites.length);
  });

  it("has a text of its own for every phase", () => {
    const phases = constants("PHASE");
    expect(phases.length).toBe(6);
    const texts = phases.map(([, phase]) => phaseText(phase));
    for (const text of texts) expect(text).not.toMatch(/^phase \d/);
    expect(new Set(texts).size).toBe(phases.length);
  });

  it("gives the engine's words for a trap that no site recorded, and numbers it does not know", () => {
    expect(siteText(0, "memory access out of bounds")).toMatch(/^memory access out of bounds /);
    expect(siteText(998, "unreachable")).toBe("site 998");
    expect(phaseText(77)).toBe("phase 77");
  });
});
