/**
 * A mistake of the person who called: bad input, an unknown name, a value out of range.
 *
 * The message is one line (what was found, where, what is allowed) and is printed as it is, without
 * a stack; the exit code is 2 and nothing was run.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
