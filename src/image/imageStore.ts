/**
 * Finds the image of a design: prebuilt in `build/`, or compiled on first use.
 *
 *   build/NAME.FLAVOUR.wasm      e.g. linux-3.10.release.wasm, linux-3.10+noref=off.debug.wasm
 *   build/NAME.FLAVOUR.wasm.json its SHA-256, and hash of sources and compiler it comes from
 *
 * A file whose source hash is not that of the sources that lie here is never used: what is measured
 * is what is in the tree. The hash covers assembly/ and asconfig.json; the compiler's version
 * counts where one is installed.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
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
  /** The same functions in further orders, where a machine is to run in several layouts. */
  readonly otherOrders?: readonly Uint8Array[];
}

/** What lies beside an image and says where it comes from. */
interface Label {
  readonly sourceHash: string;
  /** Version of the compiler that made it. */
  readonly compiler: string;
  readonly sha256: string;
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

/**
 * Version of the compiler that is installed, or null: then prebuilt images are taken as they are.
 */
async function compilerVersion(): Promise<string | null> {
  try {
    const file = createRequire(import.meta.url).resolve("assemblyscript/package.json");
    return String((JSON.parse(await readFile(file, "utf8")) as { version: unknown }).version);
  } catch {
    return null;
  }
}

/** Whether a label's image comes from the sources and the compiler that lie here. */
async function isCurrent(label: Label): Promise<boolean> {
  if (label.sourceHash !== (await sourceHash())) return false;
  const installed = await compilerVersion();
  return installed === null || installed === label.compiler;
}

/** The label of an image file; none where it is missing or damaged. */
async function readLabel(file: string): Promise<Label | undefined> {
  try {
    return JSON.parse(await readFile(`${file}.json`, "utf8")) as Label;
  } catch {
    return undefined;
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

/** Longest part of a file's name that is the design's; file systems allow 255 bytes in all. */
const NAME_MAX = 160;

/** Name of a design's image in a store; that of a long design ends in its hash. */
function fileOf(design: Design, flavour: Flavour): string {
  const { name } = design;
  const short =
    name.length <= NAME_MAX
      ? name
      : `${name.slice(0, NAME_MAX)}~${sha256(Buffer.from(name)).slice(0, 16)}`;
  return `${short}.${flavour}.wasm`;
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
  const file = fileOf(design, flavour);
  const label: Label = {
    sourceHash: await sourceHash(),
    compiler: (await compilerVersion()) ?? "none",
    sha256: sha256(bytes),
  };
  await mkdir(store.folder, { recursive: true });
  await writeWhole(path.join(store.folder, file), bytes);
  await writeWhole(path.join(store.folder, `${file}.json`), `${JSON.stringify(label, null, 2)}\n`);
  const { name, row } = design;
  return { name, row, flavour, bytes, sha256: label.sha256, compiledNow: true };
}

async function prebuilt(
  design: Design,
  flavour: Flavour,
  store: ImageStore,
): Promise<Image | undefined> {
  const file = path.join(store.folder, fileOf(design, flavour));
  const label = await readLabel(file);
  if (label === undefined || !(await isCurrent(label))) return undefined;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || sha256(bytes) !== label.sha256) return undefined;
  const { name, row } = design;
  return { name, row, flavour, bytes, sha256: label.sha256, compiledNow: false };
}

/** Whether the store has a design's image of today's sources. */
export async function isBuilt(
  design: Design,
  flavour: Flavour,
  store: ImageStore = BUILD_STORE,
): Promise<boolean> {
  return (await prebuilt(design, flavour, store)) !== undefined;
}

/** Removes images of other sources: nothing would ever use them. Returns how many. */
export async function dropStaleImages(store: ImageStore = BUILD_STORE): Promise<number> {
  const files = await readdir(store.folder).catch(() => []);
  let dropped = 0;
  for (const file of files.filter((name) => name.endsWith(".wasm"))) {
    const image = path.join(store.folder, file);
    const label = await readLabel(image);
    if (label !== undefined && (await isCurrent(label))) continue;
    await rm(image, { force: true });
    await rm(`${image}.json`, { force: true });
    dropped++;
  }
  return dropped;
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
