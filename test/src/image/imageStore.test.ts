/**
 * The store of images: what it takes from the folder, what it compiles again, and what it says when
 * it can do neither. In a folder of its own, with a compiler that counts.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildImages } from "../../../src/image/buildImages.js";
import { CompileError, CompilerMissingError } from "../../../src/image/compile.js";
import { PREBUILT_DESIGNS, parseDesign } from "../../../src/image/designs.js";
import { FLAVOURS } from "../../../src/image/flavour.js";
import {
  BUILD_STORE,
  dropStaleImages,
  findImage,
  ImageMissingError,
  type ImageStore,
  sha256,
  sourceHash,
} from "../../../src/image/imageStore.js";
import { packageRoot } from "../../../src/image/packageRoot.js";

const DESIGN = parseDesign("linux-3.10");
const FILE = "linux-3.10.release.wasm";

let folder = "";
let compiled = 0;
let store: ImageStore = BUILD_STORE;

function failing(error: Error): ImageStore {
  return { folder, compile: () => Promise.reject(error) };
}

const LABEL = `${FILE}.json`;

interface Label {
  sourceHash: string;
  compiler: string;
  sha256: string;
}

async function label(): Promise<Label> {
  return JSON.parse(await readFile(path.join(folder, LABEL), "utf8")) as Label;
}

beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), "dstbench-store-")), "build");
  compiled = 0;
  store = {
    folder,
    compile: async ({ flavour, defines }) => {
      compiled += 1;
      return Buffer.from(JSON.stringify([compiled, flavour, defines]));
    },
  };
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

describe("findImage", () => {
  it("compiles what is not there, once, and says which it did", async () => {
    const first = await findImage(DESIGN, "release", store);
    expect(first).toMatchObject({ name: "linux-3.10", flavour: "release", compiledNow: true });
    expect(first.sha256).toBe(sha256(first.bytes));
    const second = await findImage(DESIGN, "release", store);
    expect(second).toEqual({ ...first, compiledNow: false });
    expect(compiled).toBe(1);
    expect((await readdir(folder)).sort()).toEqual([FILE, LABEL]);
  });

  it("keeps designs and flavours apart, and hands over the design's constants", async () => {
    const timed = await findImage(DESIGN, "timed", store);
    const other = await findImage(parseDesign("linux-3.10+noref=off"), "timed", store);
    expect(JSON.parse(Buffer.from(timed.bytes).toString())).toEqual([1, "timed", DESIGN.defines]);
    expect(JSON.parse(Buffer.from(other.bytes).toString())[2].DST_NOREF).toBe(0);
    expect((await findImage(DESIGN, "timed", store)).compiledNow).toBe(false);
    expect((await readdir(folder)).length).toBe(4);
  });

  it("compiles again what was made from other sources, or by another compiler", async () => {
    await findImage(DESIGN, "release", store);
    for (const other of [{ sourceHash: "0".repeat(64) }, { compiler: "0.0.0" }]) {
      await writeFile(path.join(folder, LABEL), JSON.stringify({ ...(await label()), ...other }));
      expect((await findImage(DESIGN, "release", store)).compiledNow).toBe(true);
    }
    expect(compiled).toBe(3);
    expect(await label()).toMatchObject({ sourceHash: await sourceHash() });
    expect((await findImage(DESIGN, "release", store)).compiledNow).toBe(false);
  });

  it("compiles again what is damaged, or gone", async () => {
    await findImage(DESIGN, "release", store);
    await writeFile(path.join(folder, FILE), "damaged");
    expect((await findImage(DESIGN, "release", store)).compiledNow).toBe(true);
    await rm(path.join(folder, FILE));
    expect((await findImage(DESIGN, "release", store)).compiledNow).toBe(true);
    await writeFile(path.join(folder, LABEL), "{");
    expect((await findImage(DESIGN, "release", store)).compiledNow).toBe(true);
    expect(compiled).toBe(4);
  });

  it("leaves a whole image behind when several ask at once", async () => {
    await Promise.all([1, 2, 3].map(() => findImage(DESIGN, "release", store)));
    const bytes = await readFile(path.join(folder, FILE));
    expect(JSON.parse(bytes.toString())[1]).toBe("release");
    expect((await readdir(folder)).sort()).toEqual([FILE, LABEL]);
  });

  it("says in one line that there is no image and no compiler", async () => {
    const missing = failing(new CompilerMissingError("assemblyscript is not installed"));
    await expect(findImage(DESIGN, "debug", missing)).rejects.toThrow(
      new ImageMissingError(
        "no prebuilt image of linux-3.10 (debug), and assemblyscript is not installed to make it",
      ),
    );
  });

  it("uses a prebuilt image without a compiler, and hands on the compiler's refusal", async () => {
    await findImage(DESIGN, "release", store);
    const missing = failing(new CompilerMissingError("assemblyscript is not installed"));
    expect((await findImage(DESIGN, "release", missing)).compiledNow).toBe(false);
    const refused = new CompileError("ERROR TS2304: Cannot find name 'missing'.");
    await expect(findImage(DESIGN, "timed", failing(refused))).rejects.toBe(refused);
  });
});

describe("dropStaleImages", () => {
  it("removes images of other sources with their labels, and leaves the others", async () => {
    await findImage(DESIGN, "release", store);
    await findImage(DESIGN, "debug", store);
    const stale = { ...(await label()), sourceHash: "0".repeat(64) };
    await writeFile(path.join(folder, LABEL), JSON.stringify(stale));
    expect(await dropStaleImages(store)).toBe(1);
    const debug = FILE.replace("release", "debug");
    expect((await readdir(folder)).sort()).toEqual([debug, `${debug}.json`]);
    expect(await dropStaleImages(store)).toBe(0);
  });
});

describe("sourceHash", () => {
  it("is the same twice, and 64 hexadecimal digits", async () => {
    expect(await sourceHash()).toMatch(/^[0-9a-f]{64}$/);
    expect(await sourceHash()).toBe(await sourceHash());
  });
});

describe("buildImages", () => {
  it("makes every default design in every flavour, a line each, and nothing twice", async () => {
    const lines: string[] = [];
    await buildImages((line) => lines.push(line), store);
    const files = PREBUILT_DESIGNS.flatMap((name) => FLAVOURS.map((f) => `${name}.${f}.wasm`));
    expect(lines.map((line) => line.split("  ")[0])).toEqual(files);
    expect(lines[0]).toMatch(/^linux-2\.6\.18\.release\.wasm {2}\d+ bytes {2}compiled$/);
    await buildImages((line) => lines.push(line), store);
    expect(lines.slice(files.length).every((line) => line.endsWith("  unchanged"))).toBe(true);
    expect(compiled).toBe(files.length);
  });
});

describe("packageRoot", () => {
  it("is the folder of package.json, and the store is its build/", async () => {
    const text = await readFile(path.join(packageRoot, "package.json"), "utf8");
    expect((JSON.parse(text) as { name: string }).name).toBe("dstbench");
    expect(BUILD_STORE.folder).toBe(path.join(packageRoot, "build"));
  });
});
