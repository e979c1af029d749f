/**
 * Finds the image of a design: prebuilt in `build/`, or compiled on first use.
 *
 *   build/NAME.FLAVOUR.wasm      e.g. linux-3.10.release.wasm, linux-3.10+noref=off.debug.wasm
 *   build/images.json            SHA-256 of each file, and the hash of the sources they come from
 *
 * A file whose source hash is not that of the sources that lie here is never used: what is measured
 * is what is in the tree. The hash covers assembly/ and asconfig.json; the compiler's version counts where
 * one is installed.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { CompilerMissingError, compileImage } from "./compile.js";
import type { Design } from "./designs.js";
import type { Flavour } from "./flavour.js";
import type { KnobRow } from "./knobs.js";
import { packageRoot } from "./packageRoot.js";

/** An image: its bytes, their hash, and whether it had to be compiled now. */
export interface Image {
  readonly name: string;
  readonly row: KnobRow;
  readonly flavour: Flavour;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly compiledNow: boolean;
}

interface Manifest {
  sourceHash: string;
  /** Version of the compiler that made the images. */
  compiler: string;
  images: Record<string, string>;
}

/** Where images are kept and what makes them. */
export interface ImageStore {
  readonly folder: string;
  readonly compile: typeof compileImage;
}

/** The package's own store. */
export const BUILD_STORE: ImageStore = {
  folder: path.join(packageRoot, "build"),
  compile: compileImage,
};

const manifestOf = (store: ImageStore): string => path.join(store.folder, "images.json");

/** No image of this design is here, and none can be made. */
export class ImageMissingError extends Error {}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Hash of everything an image is made from. */
export async function sourceHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await filesBelow(path.join(packageRoot, "assembly"))) {
    hash.update(path.relative(packageRoot, file)).update(await readFile(file));
  }
  hash.update(await readFile(path.join(packageRoot, "asconfig.json")));
  return hash.digest("hex");
}

/** Version of the compiler that is installed, or null: then prebuilt images are taken as they are. */
async function compilerVersion(): Promise<string | null> {
  return import("assemblyscript/asc").then(
    (asc) => String(asc.version),
    () => null,
  );
}

/** Whether the manifest's images come from the sources and the compiler that lie here. */
async function isCurrent(manifest: Manifest): Promise<boolean> {
  if (manifest.sourceHash !== (await sourceHash())) return false;
  const installed = await compilerVersion();
  return installed === null || installed === manifest.compiler;
}

/** Adds files to the manifest; those of other sources are forgotten. */
async function record(store: ImageStore, files: Record<string, string>): Promise<void> {
  const before = await readManifest(store);
  const images = (await isCurrent(before)) ? before.images : {};
  const manifest: Manifest = {
    sourceHash: await sourceHash(),
    compiler: (await compilerVersion()) ?? "none",
    images: { ...images, ...files },
  };
  await writeWhole(manifestOf(store), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Writes down files that were built side by side: their builders may have overwritten each other's
 * entries. */
export async function recordImages(
  built: readonly { readonly file: string; readonly sha256: string }[],
  store: ImageStore = BUILD_STORE,
): Promise<void> {
  await record(store, Object.fromEntries(built.map((b) => [b.file, b.sha256])));
}

async function readManifest(store: ImageStore): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(manifestOf(store), "utf8")) as Manifest;
  } catch {
    return { sourceHash: "", compiler: "", images: {} };
  }
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A file that appears whole or not at all, however many processes write it. */
async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  await writeFile(part, bytes);
  await rename(part, file);
}

/**
 * Compiles a design and puts the image into the store.
 * @throws {CompilerMissingError | CompileError} as compileImage does
 */
export async function buildImage(
  design: Design,
  flavour: Flavour,
  store: ImageStore = BUILD_STORE,
): Promise<Image> {
  const bytes = await store.compile({ flavour, defines: design.defines });
  const file = `${design.name}.${flavour}.wasm`;
  await mkdir(store.folder, { recursive: true });
  await writeWhole(path.join(store.folder, file), bytes);
  await record(store, { [file]: sha256(bytes) });
  const { name, row } = design;
  return { name, row, flavour, bytes, sha256: sha256(bytes), compiledNow: true };
}

async function prebuilt(
  design: Design,
  flavour: Flavour,
  store: ImageStore,
): Promise<Image | undefined> {
  const manifest = await readManifest(store);
  const file = `${design.name}.${flavour}.wasm`;
  const expected = manifest.images[file];
  if (expected === undefined || !(await isCurrent(manifest))) return undefined;
  const bytes = await readFile(path.join(store.folder, file)).catch(() => undefined);
  if (bytes === undefined || sha256(bytes) !== expected) return undefined;
  const { name, row } = design;
  return { name, row, flavour, bytes, sha256: expected, compiledNow: false };
}

/**
 * The image of a design in a flavour.
 * @throws {ImageMissingError} one line, where it is not prebuilt and cannot be compiled
 */
export async function findImage(
  design: Design,
  flavour: Flavour,
  store: ImageStore = BUILD_STORE,
): Promise<Image> {
  const found = await prebuilt(design, flavour, store);
  if (found !== undefined) return found;
  try {
    return await buildImage(design, flavour, store);
  } catch (error) {
    if (!(error instanceof CompilerMissingError)) throw error;
    throw new ImageMissingError(
      `no prebuilt image of ${design.name} (${flavour}), ` +
        "and assemblyscript is not installed to make it",
    );
  }
}
