/**
 * What is said of a result file that cannot be used: one line, and no stack is printed.
 */

/** A result file that cannot be used. The message is one line: where, what, allowed. */
export class ResultError extends Error {
  override readonly name = "ResultError";
}
