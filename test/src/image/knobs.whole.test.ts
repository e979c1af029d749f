/**
 * Every value of every knob makes another image than its siblings, in a design that reads it: a
 * knob that changes nothing would be compared with itself. Compiles whole images, a few seconds
 * each.
 */
import { describe, expect, it } from "vitest";
import { compileImage } from "../../../src/image/compile.js";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage, sha256 } from "../../../src/image/imageStore.js";
import { KNOBS } from "../../../src/image/knobs.js";

const compiled = new Map<string, Promise<string>>();

function imageHash(design: string): Promise<string> {
  const parsed = parseDesign(design);
  const key = JSON.stringify(parsed.defines);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const hash = findImage(parsed, "release").then((image) => image.sha256);
  compiled.set(key, hash);
  return hash;
}

describe("every value of a knob changes the image", () => {
  it.each(KNOBS.map((knob) => [knob.name, knob] as const))("%s", async (name, knob) => {
    const hashes = new Map<string, string>();
    for (const { name: value, shownBy } of knob.values) {
      hashes.set(value, await imageHash(shownBy ?? `${knob.shownBy.design}+${name}=${value}`));
    }
    expect(new Set(hashes.values()).size, JSON.stringify([...hashes])).toBe(knob.values.length);
  });

  it("and the same design is the same image, whatever it is called", async () => {
    const { defines } = parseDesign("linux-3.10+noref=on+free=rcu");
    const again = sha256(await compileImage({ flavour: "release", defines }));
    expect(again).toBe(await imageHash("linux-3.10"));
  });
});
