/**
 * What a user's input did wrong, in one line: `FILE:LINE:COLUMN: found «…», allowed: …`.
 *
 * The command line prints `message` and ends with exit code 2; nobody prints the stack. What was
 * found comes from a file that may hold anything, so it is shortened and made printable here, once,
 * and neither it nor a file's name can break the line or reach the terminal as a control sequence.
 */

/**
 * Longest found text that is shown, in characters: enough for any IPv6 prefix, short on a terminal.
 */
const FOUND_CHARS_MAX = 48;

/** Where it is wrong. Line and column count from 1; both are left out where there is no text. */
export interface InputPlace {
  readonly file: string;
  readonly line?: number;
  /** In bytes from the start of the line: what is right before it is ASCII, or a comment. */
  readonly column?: number;
}

export class InputError extends Error {
  override readonly name = "InputError";
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Printable ASCII, at most 48 characters before the escapes and an ellipsis. */
  readonly found: string;
  readonly allowed: string;

  constructor(place: InputPlace, found: string, allowed: string) {
    const shown = shorten(found);
    super(`${placeText(place)}: found «${shown}», allowed: ${allowed}`);
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.found = shown;
    this.allowed = allowed;
  }
}

function placeText(place: InputPlace): string {
  const file = place.file.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeCharacter);
  return place.line === undefined ? file : `${file}:${place.line}:${place.column ?? 1}`;
}

function shorten(found: string): string {
  const characters = [...found.slice(0, 2 * FOUND_CHARS_MAX + 2)];
  const kept = characters
    .slice(0, FOUND_CHARS_MAX)
    .join("")
    .replace(/[^ -~]/gu, escapeCharacter);
  return characters.length > FOUND_CHARS_MAX ? `${kept}…` : kept;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}
