/**
 * The text form of a routing table, read from bytes.
 *
 *   file    = line { LF line }                       CR before LF is dropped
 *   line    = blanks [comment] | entry
 *   entry   = prefix [TAB number] [blanks] [comment]
 *   prefix  = octet "." octet "." octet "." octet "/" length      no host bits, no leading zeros
 *   number  = 0 .. 4294967295                                     no leading zeros
 *   comment = ("#" | ";") anything but control characters
 *   blanks  = { space | TAB }
 *
 * A line without a number gets a hash of its prefix, so it does not depend on the line's place in
 * the file: the same route keeps its next hop when others come and go. A TAB after the prefix
 * announces a number, so a file cut there is noticed; blanks before the end of a line are not.
 *
 * Read by hand: the full table is 21 MB, and splitting it into strings costs more than all the
 * rest. `ipaddr.js` parses one string at a time by regular expression, takes octal, hexadecimal,
 * short forms and host bits unless it is asked twice, and cannot say which column is wrong; the
 * tests use it as the second opinion instead.
 */
import { hashPrefix } from "./hash32.js";
import { InputError } from "./inputError.js";
import { formatPrefix, networkOf } from "./prefixText.js";
import type { RouteColumns } from "./routingTable.js";

export interface RoutesTextLimits {
  /** Longest line in bytes, without its LF. */
  readonly lineBytesMax: number;
  readonly routesMax: number;
}

/** Rows in the order of the file. `lines[i]` is the line that row i came from, from 1. */
export interface RouteLines extends RouteColumns {
  readonly lines: Uint32Array;
}

/** Seed of the number that a line without one gets. Part of the format: never changes. */
export const NUMBER_SEED = 0;

/** `0.0.0.0/0` and its LF: bounds how many routes a text can hold. */
const ENTRY_BYTES_MIN = 10;
const NUMBER_MAX = 0xffffffff;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const SEMICOLON = 0x3b;
const DELETE = 0x7f;
/** Stands for the byte after the last. */
const END = -1;

const PREFIX_ALLOWED = "an IPv4 prefix such as 192.0.2.0/24";
const IPV4_ALLOWED = "IPv4 only for now, a prefix such as 192.0.2.0/24";
const OCTET_ALLOWED = "an octet from 0 to 255 without leading zeros";
const LENGTH_ALLOWED = "a prefix length from 0 to 32 without leading zeros";
const NUMBER_ALLOWED = "a number from 0 to 4294967295 without leading zeros";
const TAB_ALLOWED = "one TAB between prefix and number";
const COLUMNS_ALLOWED = "a prefix and at most one number on a line";
const COMMENT_ALLOWED = "comments without control characters";
const TABLE_ALLOWED = "at least one line with a prefix";

/** Bytes of a field that an error looks at; the error itself shows fewer. */
const FIELD_BYTES_MAX = 80;

/**
 * Reads a whole text. Throws an InputError for the first line that is not in the grammar, or that
 * is past a limit. Whether a prefix comes twice is not looked at here (see orderRoutes.ts).
 */
export function parseRoutesText(
  file: string,
  bytes: Uint8Array,
  limits: RoutesTextLimits,
): RouteLines {
  const text = new RoutesText(file, bytes, limits);
  const capacity = Math.min(limits.routesMax, Math.ceil(bytes.length / ENTRY_BYTES_MIN) + 1);
  const prefixes = new Uint32Array(capacity);
  const lengths = new Uint8Array(capacity);
  const numbers = new Uint32Array(capacity);
  const lines = new Uint32Array(capacity);
  let count = 0;
  while (text.nextEntry()) {
    if (count === limits.routesMax) throw text.tooManyRoutes();
    prefixes[count] = text.prefix;
    lengths[count] = text.length;
    numbers[count] = text.number;
    lines[count] = text.line;
    count++;
    text.endEntry();
  }
  if (count === 0) throw text.empty();
  return {
    prefixes: prefixes.slice(0, count),
    lengths: lengths.slice(0, count),
    numbers: numbers.slice(0, count),
    lines: lines.slice(0, count),
  };
}

/** A place in the text and the entry that was read last. */
class RoutesText {
  line = 1;
  prefix = 0;
  length = 0;
  number = 0;
  private at = 0;
  private lineStart = 0;

  constructor(
    private readonly file: string,
    private readonly bytes: Uint8Array,
    private readonly limits: RoutesTextLimits,
  ) {}

  /** Skips empty lines and comments, then reads prefix and number. False at the end of the text. */
  nextEntry(): boolean {
    while (this.at < this.bytes.length) {
      const first = this.peek();
      if (first !== SPACE && first !== TAB && !this.endsEntry()) {
        this.readPrefix();
        this.readNumber();
        return true;
      }
      this.skipBlanks();
      if (!this.endsEntry()) throw this.fieldFault(this.lineStart, PREFIX_ALLOWED);
      this.endLine();
    }
    return false;
  }

  /** Checks what follows the entry on its line and goes to the next line. */
  endEntry(): void {
    this.skipBlanks();
    if (!this.endsEntry()) throw this.fieldFault(this.at, COLUMNS_ALLOWED);
    this.endLine();
  }

  tooManyRoutes(): InputError {
    const allowed = `at most ${this.limits.routesMax} routes`;
    return this.fault(this.lineStart, formatPrefix(this.prefix, this.length), allowed);
  }

  empty(): InputError {
    return this.fault(this.at, "no prefix before the end of the file", TABLE_ALLOWED);
  }

  private readPrefix(): void {
    const a = this.readDecimal(255, OCTET_ALLOWED);
    this.skipMark(DOT);
    const b = this.readDecimal(255, OCTET_ALLOWED);
    this.skipMark(DOT);
    const c = this.readDecimal(255, OCTET_ALLOWED);
    this.skipMark(DOT);
    const d = this.readDecimal(255, OCTET_ALLOWED);
    this.skipMark(SLASH);
    this.length = this.readDecimal(32, LENGTH_ALLOWED);
    this.prefix = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    const next = this.peek();
    if (next !== TAB && next !== SPACE && !this.endsEntry()) {
      throw this.prefixFault();
    }
    const network = networkOf(this.prefix, this.length);
    if (network !== this.prefix) {
      const allowed = `no bits past the length: ${formatPrefix(network, this.length)}`;
      throw this.fault(this.lineStart, formatPrefix(this.prefix, this.length), allowed);
    }
  }

  private readNumber(): void {
    if (this.peek() === TAB) {
      this.at++;
      const next = this.peek();
      if (next !== HASH && next !== SEMICOLON) {
        this.number = this.readDecimal(NUMBER_MAX, NUMBER_ALLOWED);
        const after = this.peek();
        if (after !== TAB && after !== SPACE && !this.endsEntry()) {
          throw this.fieldFault(this.at, NUMBER_ALLOWED);
        }
        return;
      }
    }
    const gap = this.at;
    this.skipBlanks();
    if (!this.endsEntry()) throw this.fieldFault(gap, TAB_ALLOWED);
    this.number = hashPrefix(this.prefix, this.length, NUMBER_SEED);
  }

  /** One decimal number up to `max`. Too large or with leading zeros: refused as `allowed` says. */
  private readDecimal(max: number, allowed: string): number {
    const start = this.at;
    let value = 0;
    for (;;) {
      const digit = this.peek() - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      this.at++;
    }
    const hasLeadingZero = this.bytes[start] === ZERO && this.at > start + 1;
    if (this.at === start || value > max || hasLeadingZero) {
      throw this.decimalFault(start, allowed);
    }
    return value;
  }

  private skipMark(mark: number): void {
    if (this.peek() !== mark) throw this.prefixFault();
    this.at++;
  }

  private skipBlanks(): void {
    for (let next = this.peek(); next === SPACE || next === TAB; next = this.peek()) this.at++;
  }

  /** True where a comment, the line's end or the text's end begins. */
  private endsEntry(): boolean {
    const next = this.peek();
    return next === HASH || next === SEMICOLON || this.endsLine();
  }

  private endsLine(): boolean {
    const next = this.peek();
    return next === LF || next === END || (next === CR && this.isLineEnd(this.at));
  }

  /** LF, CR before LF, or CR as the last byte; any other CR is junk. */
  private isLineEnd(at: number): boolean {
    const byte = this.bytes[at] ?? LF;
    return byte === LF || (byte === CR && (this.bytes[at + 1] ?? LF) === LF);
  }

  /** Goes past a comment and the LF, and holds the line against its limit. */
  private endLine(): void {
    for (; !this.endsLine(); this.at++) {
      const byte = this.peek();
      if ((byte < SPACE && byte !== TAB) || byte === DELETE) {
        throw this.fault(this.at, this.textOf(this.at, this.at + 1), COMMENT_ALLOWED);
      }
    }
    const lineBytes = this.at - this.lineStart;
    if (lineBytes > this.limits.lineBytesMax) {
      const column = this.lineStart + this.limits.lineBytesMax;
      const allowed = `lines of at most ${this.limits.lineBytesMax} bytes`;
      throw this.fault(column, `a line of ${lineBytes} bytes`, allowed);
    }
    if (this.peek() === CR) this.at++;
    if (this.at >= this.bytes.length) return;
    this.at++;
    this.line++;
    this.lineStart = this.at;
  }

  private peek(): number {
    return this.at < this.bytes.length ? (this.bytes[this.at] ?? END) : END;
  }

  /** No digits at `start`, or digits that are not what is allowed. */
  private decimalFault(start: number, allowed: string): InputError {
    const isInPrefix = allowed !== NUMBER_ALLOWED;
    if (this.at === start) {
      return isInPrefix ? this.prefixFault() : this.fieldFault(start, allowed);
    }
    // "2001:db8::" is an IPv6 address before it is an octet out of range.
    if (isInPrefix && this.firstField().includes(":")) return this.prefixFault();
    return this.fault(start, this.textOf(start, this.at), allowed);
  }

  /** Not a prefix at all, told at the byte where that shows, quoting the whole field. */
  private prefixFault(): InputError {
    const field = this.firstField();
    if (field.includes(":")) return this.fault(this.lineStart, field, IPV4_ALLOWED);
    return this.fault(this.at, field, PREFIX_ALLOWED);
  }

  /** The field at `start`, or the blanks there, are not what is allowed. */
  private fieldFault(start: number, allowed: string): InputError {
    const end = this.fieldEnd(start);
    if (end > start) return this.fault(start, this.textOf(start, end), allowed);
    const found = this.isLineEnd(start) ? "the end of the line" : this.textOf(start, start + 1);
    return this.fault(start, found, allowed);
  }

  private firstField(): string {
    return this.textOf(this.lineStart, this.fieldEnd(this.lineStart));
  }

  private fieldEnd(start: number): number {
    const limit = Math.min(this.bytes.length, start + FIELD_BYTES_MAX);
    let end = start;
    for (; end < limit; end++) {
      const byte = this.bytes[end];
      if (byte === TAB || byte === SPACE || this.isLineEnd(end)) break;
    }
    return end;
  }

  private textOf(start: number, end: number): string {
    return Buffer.from(this.bytes.subarray(start, end)).toString("latin1");
  }

  private fault(at: number, found: string, allowed: string): InputError {
    const place = { file: this.file, line: this.line, column: at - this.lineStart + 1 };
    return new InputError(place, found, allowed);
  }
}
