/**
 * Where the package lies: the folder with `package.json`, `assembly/` and `build/`.
 * This file is two folders below it both as `src/image/*.ts` (under vitest) and as
 * `dist/image/*.js`.
 */
import { fileURLToPath } from "node:url";

/** Absolute path of the package's folder, with a trailing separator. */
export const packageRoot: string = fileURLToPath(new URL("../../", import.meta.url));
