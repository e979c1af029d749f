/**
 * `npm run build`, second half: compiles every preset in every flavour into `build/`. Images whose
 * sources did not change are left as they are. Compilers run side by side, one for each core.
 */
import { availableParallelism } from "node:os";
import { isMainThread } from "node:worker_threads";
import { Piscina } from "piscina";
import { PREBUILT_DESIGNS, parseDesign } from "./designs.js";
import { FLAVOURS, type Flavour } from "./flavour.js";
import { BUILD_STORE, dropStaleImages, findImage, type ImageStore } from "./imageStore.js";

/** What one compiler is asked for, and answers. */
export interface BuildTask {
  readonly design: string;
  readonly flavour: Flavour;
}

/** A built file, for the manifest and the line that is printed. */
export interface BuiltFile {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly compiledNow: boolean;
}

/** Builds one image where it is missing; in a worker the package's own store is meant. */
export async function buildOne(task: BuildTask, store?: ImageStore): Promise<BuiltFile> {
  const image = await findImage(parseDesign(task.design), task.flavour, store ?? BUILD_STORE);
  const file = `${task.design}.${task.flavour}.wasm`;
  const { sha256, compiledNow, bytes } = image;
  return { file, sha256, bytes: bytes.length, compiledNow };
}

/** Runs `buildOne` for every task, as many at a time as there are cores. */
export async function buildInPool(tasks: readonly BuildTask[]): Promise<BuiltFile[]> {
  const filename = import.meta.url.replace("/src/image/", "/dist/image/").replace(/ts$/, "js");
  const pool = new Piscina({ filename, maxThreads: availableParallelism() });
  try {
    return await Promise.all(tasks.map((task) => pool.run(task, { name: "buildOne" })));
  } finally {
    await pool.destroy();
  }
}

/** Builds one after the other, here: for a store that a worker cannot be handed. */
async function buildHere(tasks: readonly BuildTask[], store: ImageStore): Promise<BuiltFile[]> {
  const built: BuiltFile[] = [];
  for (const task of tasks) built.push(await buildOne(task, store));
  return built;
}

/** Builds what is missing and says so, one line an image. */
export async function buildImages(
  say: (line: string) => void,
  store: ImageStore = BUILD_STORE,
): Promise<void> {
  const tasks = PREBUILT_DESIGNS.flatMap((design) =>
    FLAVOURS.map((flavour) => ({ design, flavour })),
  );
  await dropStaleImages(store);
  const here = store !== BUILD_STORE;
  const built = here ? await buildHere(tasks, store) : await buildInPool(tasks);
  for (const { file, bytes, compiledNow } of built) {
    say(`${file}  ${bytes} bytes  ${compiledNow ? "compiled" : "unchanged"}`);
  }
}

if (isMainThread && process.argv[1]?.endsWith("buildImages.js") === true) {
  buildImages((line) => process.stderr.write(`${line}\n`)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
