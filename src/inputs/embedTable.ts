/**
 * Makes the binary form of a table from its text form:
 *
 *   node dist/inputs/embedTable.js IN.txt.gz OUT.bin
 *
 * A script of the project, not a command of the tool. The same text gives the same payload and
 * checksum for ever, and the same bytes with the same version of Node.
 */
import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InputError } from "./inputError.js";
import { fileError } from "./readInputFile.js";
import { readRoutesFile } from "./readRoutesFile.js";
import { encodeTable } from "./tableCodec.js";

/** Reads `input`, writes `output`, says in one line what was done. Throws an InputError. */
export function embedTable(input: string, output: string): string {
  const table = readRoutesFile(input);
  const bytes = encodeTable(table);
  try {
    writeFileSync(output, bytes);
  } catch (error) {
    throw fileError(output, error, "a file that can be written");
  }
  return `${output}: ${table.count} routes in ${bytes.length} bytes`;
}

/**
 * The script: exit code 0, or 2 with one line on stderr when the arguments or the text are wrong.
 */
export function runEmbedTable(args: readonly string[]): number {
  const [input, output, ...rest] = args;
  if (input === undefined || output === undefined || rest.length > 0) {
    console.error("embedTable: found «%d arguments», allowed: IN.txt[.gz] OUT.bin", args.length);
    return 2;
  }
  try {
    console.log(embedTable(input, output));
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    return 2;
  }
}

// Nothing happens when a test imports this file.
const script = process.argv[1] ?? "";
if (existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)) {
  process.exitCode = runEmbedTable(process.argv.slice(2));
}
