/**
 * The report for programs: the document itself, so that nothing is lost on the way to a reader.
 */
import type { ResultDocument } from "../result/resultDocument.js";
import { writeResult } from "../result/writeResult.js";

/**
 * What `--json` prints: the whole result document, every raw window in order.
 * @throws {ResultError} for a document that could not be read back
 */
export function jsonReport(document: ResultDocument): string {
  return writeResult(document);
}
