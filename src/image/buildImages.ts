/**
 * `npm run build`, second half: compiles every preset in every flavour into `build/`. Images whose
 * sources did not change are left as they are. Compilers run side by side, one for each core.
 */
import { availableParallelism } from "node:os";
import { isMainThread } from "node:worker_threads";
import { Piscina } from "piscina";
import { DEFAULT_DESIGNS, parseDesign } from "./designs.js";
import { FLAVOURS, type Flavour } from "./flavour.js";
import { findImage, recordImages } from "./imageStore.js";

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

/** Builds one image where it is missing; runs in a worker. */
export async function buildOne(task: BuildTask): Promise<BuiltFile> {
  const image = await findImage(parseDesign(task.design), task.flavour);
  const file = `${task.design}.${task.flavour}.wasm`;
  const { sha256, compiledNow, bytes } = image;
  return { file, sha256, bytes: bytes.length, compiledNow };
}

/** Runs `buildOne` for every task, as many at a time as there are cores. */
async function buildInPool(tasks: readonly BuildTask[]): Promise<BuiltFile[]> {
  const filename = import.meta.url.replace("/src/image/", "/dist/image/").replace(/ts$/, "js");
  const pool = new Piscina({ filename, maxThreads: availableParallelism() });
  try {
    return await Promise.all(tasks.map((task) => pool.run(task, { name: "buildOne" })));
  } finally {
    await pool.destroy();
  }
}

/** Builds what is missing and says so, one line an image. `build` is for tests. */
export async function buildImages(
  say: (line: string) => void,
  build: (tasks: readonly BuildTask[]) => Promise<BuiltFile[]> = buildInPool,
): Promise<void> {
  const tasks = DEFAULT_DESIGNS.flatMap((design) =>
    FLAVOURS.map((flavour) => ({ design, flavour })),
  );
  const built = await build(tasks);
  await recordImages(built);
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
