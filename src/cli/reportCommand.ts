/**
 * `dstbench report FILE`: prints a saved result again, every number to the last digit, from the
 * file alone.
 */
import { readFileSync } from "node:fs";
import { InputError } from "../inputs/inputError.js";
import { UsageError } from "../reference/usageError.js";
import { jsonReport } from "../report/jsonReport.js";
import { isColourWanted } from "../report/paint.js";
import { terminalReport } from "../report/terminalReport.js";
import { isLatencyText, parseLatency } from "../result/latencyDocument.js";
import { parseResult } from "../result/parseResult.js";
import { ResultError } from "../result/resultError.js";
import { REPORT_WIDTH } from "./compareCommand.js";
import { EXIT_INVALID, EXIT_OK } from "./exitCodes.js";
import { reportLatency } from "./latencyCommand.js";

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/,.*/, "") : String(error);
    throw new InputError({ file }, why, "a file that --save has written");
  }
}

/** Runs the command and returns its exit code: that of the run, as far as the file tells. */
export function runReport(file: string, options: { json?: boolean }): number {
  try {
    const text = readText(file);
    if (isLatencyText(text)) return reportLatency(parseLatency(text, file), options);
    const document = parseResult(text, file);
    const width = process.stdout.columns ?? REPORT_WIDTH;
    process.stdout.write(
      options.json === true
        ? jsonReport(document)
        : terminalReport(document, { colour: isColourWanted(), width }),
    );
    return document.errors.length > 0 || document.cells.length === 0 ? EXIT_INVALID : EXIT_OK;
  } catch (error) {
    // A file that is not a result is bad input, and nothing was run.
    if (error instanceof ResultError) throw new UsageError(error.message);
    throw error;
  }
}
