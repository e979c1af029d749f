/**
 * `npm run build`, second half: compiles every preset in every flavour into `build/`. Images whose
 * sources did not change are left as they are.
 */
import { DEFAULT_DESIGNS, parseDesign } from "./designs.js";
import { FLAVOURS } from "./flavour.js";
import { BUILD_STORE, findImage, type ImageStore } from "./imageStore.js";

/** Builds what is missing and says so, one line an image. */
export async function buildImages(
  say: (line: string) => void,
  store: ImageStore = BUILD_STORE,
): Promise<void> {
  for (const name of DEFAULT_DESIGNS) {
    for (const flavour of FLAVOURS) {
      const image = await findImage(parseDesign(name), flavour, store);
      const how = image.compiledNow ? "compiled" : "unchanged";
      say(`${name}.${flavour}.wasm  ${image.bytes.length} bytes  ${how}`);
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url.endsWith("/buildImages.js")) {
  if (process.argv[1].endsWith("buildImages.js")) {
    buildImages((line) => process.stderr.write(`${line}\n`)).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
  }
}
