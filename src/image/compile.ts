/**
 * Compiles an image with the AssemblyScript compiler's own API, by the targets of `asconfig.json`.
 *
 * asc merges the `asconfig.json` of the folder it runs in with its arguments, entries included, so
 * the configuration it sees here is composed in memory: the file's options, the flavour's target
 * and the knobs' `--use` constants. What is built by hand (`npx asc --target release`) is the same
 * bytes as what is built here for `linux-3.10`.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Flavour } from "./flavour.js";
import { packageRoot } from "./packageRoot.js";

/**
 * What to compile. `defines` become `--use NAME=value` constants that `assembly/config.ts` reads.
 */
export interface CompileRequest {
  /** Entry file, relative to the package's folder. @default "assembly/index.ts" */
  entry?: string;
  flavour: Flavour;
  defines: Readonly<Record<string, number>>;
  /** Keep function names in the binary, for golden listings. @default false */
  names?: boolean;
  /** Changes the text of a source, by its path in the package: for tests that break an image. */
  change?: (file: string, text: string) => string;
}

/** asc refused the sources: its diagnostics are the message. */
export class CompileError extends Error {}

/** `assemblyscript` is not installed, so only prebuilt images can be used. */
export class CompilerMissingError extends Error {}

interface AscConfig {
  options: Record<string, unknown>;
  targets: Record<string, Record<string, unknown>>;
}

const CONFIG_NAME = "composed.asconfig.json";

async function composeConfig(request: CompileRequest): Promise<string> {
  const file = path.join(packageRoot, "asconfig.json");
  const config = JSON.parse(await readFile(file, "utf8")) as AscConfig;
  const target = config.targets[request.flavour] ?? {};
  const ofTarget = Array.isArray(target.use) ? target.use : [];
  const use = [...ofTarget, ...Object.entries(request.defines).map(([k, v]) => `${k}=${v}`)];
  const options = { ...config.options, ...target, use, debug: request.names === true };
  return JSON.stringify({ entries: [request.entry ?? "assembly/index.ts"], options });
}

/**
 * Compiles and returns the bytes of the image.
 * @throws {CompilerMissingError} where `assemblyscript` is not installed
 * @throws {CompileError} with asc's diagnostics, warnings included: a warning fails the build
 */
export async function compileImage(request: CompileRequest): Promise<Uint8Array> {
  const asc = await import("assemblyscript/asc").catch(() => {
    throw new CompilerMissingError("assemblyscript is not installed");
  });
  const config = await composeConfig(request);
  let binary: Uint8Array | undefined;
  let log = "";
  const sink = {
    write(chunk: string | Uint8Array): boolean {
      log += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      return true;
    },
  };
  const { error } = await asc.main(
    ["--config", CONFIG_NAME, "--baseDir", packageRoot, "--outFile", "image.wasm", "--noColors"],
    {
      stdout: sink,
      stderr: sink,
      readFile: async (name: string, baseDir: string) => {
        if (path.basename(name) === CONFIG_NAME) return config;
        const file = path.resolve(baseDir, name);
        const text = await readFile(file, "utf8").catch(() => null);
        if (text === null || request.change === undefined) return text;
        return request.change(path.relative(packageRoot, file), text);
      },
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name.endsWith(".wasm") && typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined || /^(ERROR|WARNING)/m.test(log)) {
    throw new CompileError(log.trim() === "" ? String(error) : log.trim());
  }
  return binary;
}
