/**
 * The images that `npm run build` left in `build/`, named `DESIGN.FLAVOUR.wasm`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../build/", import.meta.url));

/** A built image. */
export interface BuiltImage {
  readonly file: string;
  readonly design: string;
  readonly flavour: string;
  readonly bytes: Uint8Array;
}

/**
 * The images of presets, by name; tests leave those of other designs there.
 * @throws {Error} when there are none
 */
export function builtImages(): BuiltImage[] {
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const images: BuiltImage[] = [];
  for (const file of files) {
    const [, design, flavour] = /^([^+]+)\.(release|timed|debug)\.wasm$/.exec(file) ?? [];
    if (design === undefined || flavour === undefined) continue;
    images.push({ file, design, flavour, bytes: readFileSync(folder + file) });
  }
  if (images.length === 0) throw new Error("build/ has no images: run npm run build first");
  return images;
}
