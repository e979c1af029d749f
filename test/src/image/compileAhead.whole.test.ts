/** Images compiled ahead, side by side: they are there afterwards, and only what was missing is. */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compileAhead } from "../../../src/image/compileAhead.js";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage, isBuilt } from "../../../src/image/imageStore.js";
import { packageRoot } from "../../../src/image/packageRoot.js";

// Nobody else's: other tests run meanwhile.
const NAMES = ["linux-2.6.18+expire-scan=none", "linux-2.6.39+expire-scan=none"];

describe("compileAhead", () => {
  const designs = NAMES.map(parseDesign);

  beforeAll(() => {
    const folder = path.join(packageRoot, "build");
    const own = new Set(designs.map(({ name }) => name));
    for (const file of readdirSync(folder)) {
      if (own.has(file.replace(/\.(release|timed|debug)\.wasm.*$/, ""))) {
        rmSync(path.join(folder, file));
      }
    }
  });

  it("leaves one that is missing alone to whoever asks for it", async () => {
    expect(await compileAhead(designs.slice(0, 1), ["debug"])).toEqual([]);
    expect(await isBuilt(designs[0] ?? parseDesign("no-cache"), "debug")).toBe(false);
  });

  it("compiles several and says so, once", async () => {
    const lines = await compileAhead(designs, ["debug"]);
    expect(lines).toEqual(
      designs.map(({ name }) => `compiled ${name} (debug): not among the built images`),
    );
    expect(await compileAhead(designs, ["debug"])).toEqual([]);
    for (const design of designs) {
      expect(await isBuilt(design, "debug")).toBe(true);
      expect((await findImage(design, "debug")).compiledNow).toBe(false);
    }
  });
});
