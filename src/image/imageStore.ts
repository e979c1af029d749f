/**
 * Finds the image of a design: prebuilt in `build/`, or compiled on first use.
 *
 *   build/NAME.FLAVOUR.wasm      e.g. linux-3.10.release.wasm, linux-3.10+noref=off.debug.wasm
 *   build/images.json            SHA-256 of each file, and the hash of the sources they come from
 *
 * A file whose source hash is not that of the sources that lie here is never used: what is measured
 * is what is in the tree. The hash covers assembly/, asconfig.json and the compiler's version.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { CompilerMissingError, compileImage } from "./compile.js";
import type { Design } from "./designs.js";
import type { Flavour } from "./flavour.js";
import { packageRoot } from "./packageRoot.js";

/** An image: its bytes, their hash, and whether it had to be compiled now. */
export interface Image {
  readonly name: string;
  readonly flavour: Flavour;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly compiledNow: boolean;
}

interface Manifest {
  sourceHash: string;
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
  const compiler = await import("assemblyscript/asc").then(
    (asc) => String(asc.version),
    () => "none",
  );
  return hash.update(compiler).digest("hex");
}

async function readManifest(store: ImageStore): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(manifestOf(store), "utf8")) as Manifest;
  } catch {
    return { sourceHash: "", images: {} };
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
  const hash = await sourceHash();
  await mkdir(store.folder, { recursive: true });
  await writeWhole(path.join(store.folder, file), bytes);
  const before = await readManifest(store);
  const images = before.sourceHash === hash ? before.images : {};
  const manifest = { sourceHash: hash, images: { ...images, [file]: sha256(bytes) } };
  await writeWhole(manifestOf(store), `${JSON.stringify(manifest, null, 2)}\n`);
  return { name: design.name, flavour, bytes, sha256: sha256(bytes), compiledNow: true };
}

async function prebuilt(
  design: Design,
  flavour: Flavour,
  store: ImageStore,
): Promise<Image | undefined> {
  const manifest = await readManifest(store);
  const file = `${design.name}.${flavour}.wasm`;
  const expected = manifest.images[file];
  if (expected === undefined || manifest.sourceHash !== (await sourceHash())) return undefined;
  const bytes = await readFile(path.join(store.folder, file)).catch(() => undefined);
  if (bytes === undefined || sha256(bytes) !== expected) return undefined;
  return { name: design.name, flavour, bytes, sha256: expected, compiledNow: false };
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
