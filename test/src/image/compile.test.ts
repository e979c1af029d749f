/**
 * The compiler as the project uses it: asc's own words when it refuses, warnings included, and the
 * flavour and the constants of a request in what it makes. On small entries.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompileError, compileImage } from "../../../src/image/compile.js";
import type { Flavour } from "../../../src/image/flavour.js";
import { packageRoot } from "../../../src/image/packageRoot.js";

let folder = "";

// asc reads below the package's folder only; build/ is not in the repository.
beforeAll(async () => {
  await mkdir(path.join(packageRoot, "build"), { recursive: true });
  folder = await mkdtemp(path.join(packageRoot, "build/entry-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function compile(
  source: string,
  flavour: Flavour = "release",
  defines: Record<string, number> = {},
): Promise<WebAssembly.Module> {
  const file = path.join(folder, "entry.as.ts");
  await writeFile(file, source);
  const entry = path.relative(packageRoot, file);
  const bytes = await compileImage({ entry, flavour, defines });
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

function answerOf(module: WebAssembly.Module): unknown {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
  const { answer } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return typeof answer === "function" ? answer() : undefined;
}

async function refusal(source: string): Promise<string> {
  try {
    await compile(source);
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
  return "accepted";
}

const ANSWER = "export function answer(): i32 { return isDefined(DST_X) ? DST_X : 1; }";
const FLAVOUR = "export function answer(): i32 { return isDefined(DST_DEBUG) ? DST_DEBUG : 0; }";

describe("compileImage", () => {
  it("hands the constants of a request to the source", async () => {
    expect(answerOf(await compile(ANSWER))).toBe(1);
    expect(answerOf(await compile(ANSWER, "release", { DST_X: 42 }))).toBe(42);
  });

  it("takes the target of the flavour", async () => {
    expect(answerOf(await compile(FLAVOUR, "release"))).toBe(0);
    expect(answerOf(await compile(FLAVOUR, "debug"))).toBe(1);
  });

  it("imports the memory and exports none", async () => {
    const module = await compile("export function answer(): i32 { return load<i32>(8); }");
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: "env", name: "memory", kind: "memory" },
    ]);
    expect(WebAssembly.Module.exports(module)).toEqual([{ name: "answer", kind: "function" }]);
  });

  it("keeps function names only when asked", async () => {
    const request = { entry: "assembly/lib/prng.ts", flavour: "release", defines: {} } as const;
    const plain = await compileImage(request);
    const named = await compileImage({ ...request, names: true });
    expect(Buffer.from(plain).includes("assembly/lib/prng/")).toBe(false);
    expect(Buffer.from(named).includes("assembly/lib/prng/")).toBe(true);
  });

  it("fails with asc's text at an error, and says where", async () => {
    const said = await refusal("export function answer(): i32 {\n  return missing;\n}\n");
    expect(said).toMatch(/^ERROR TS2304: Cannot find name 'missing'\.$/m);
    expect(said).toMatch(/entry\.as\.ts\(2,10\)$/m);
  });

  it("fails at a warning too", async () => {
    const said = await refusal('WARNING("odd");\nexport function answer(): i32 { return 1; }\n');
    expect(said).toMatch(/^WARNING AS102: .*odd/m);
    expect(said).toMatch(/entry\.as\.ts\(1,1\)$/m);
  });

  it("fails at a source that is not there", async () => {
    const request = { entry: "assembly/gone.ts", flavour: "release", defines: {} } as const;
    await expect(compileImage(request)).rejects.toThrow(/assembly\/gone\.ts' not found/);
  });
});
