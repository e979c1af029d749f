/**
 * Exit codes, by the table in `docs/exit-codes.md`, and which failure is which.
 */
import { CompileError } from "../image/compile.js";
import { ImageMissingError } from "../image/imageStore.js";
import { InputError } from "../inputs/inputError.js";
import { UsageError } from "../reference/usageError.js";

/** Done; every gate that was asked for passed. */
export const EXIT_OK = 0;
/** The subject failed: an invariant is broken, a defect of the lab itself. */
export const EXIT_BROKEN = 1;
/** Usage or bad input; nothing was run. */
export const EXIT_USAGE = 2;
/** The run is invalid: judge, audit, a worker that died or stalled, no result. */
export const EXIT_INVALID = 3;
/** A self-test missed its bound. */
export const EXIT_SELFTEST = 5;
export const EXIT_SIGINT = 130;
export const EXIT_SIGTERM = 143;

/** The code for a failure that ended the command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof InputError) return EXIT_USAGE;
  if (error instanceof ImageMissingError) return EXIT_USAGE;
  return EXIT_INVALID;
}

/** The line for a failure; a compiler's diagnostics keep their lines. */
export function failureLine(error: unknown): string {
  if (error instanceof CompileError) return `the image does not compile:\n${error.message}`;
  if (error instanceof Error) return error.message.split("\n")[0] ?? error.name;
  return String(error);
}
