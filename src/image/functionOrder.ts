/**
 * The same image with its functions in another order: the same behaviour, another layout of the
 * machine code, other bytes. Each process draws orders for its images, so that one lucky layout is
 * not measured every time, and a placebo is the first design in an order of its own.
 *
 * Works on the binary, so it needs no compiler: the function and code sections are permuted, and
 * every place that names a function by number (calls, exports, the start) follows. Custom sections
 * are dropped.
 *
 *   \0asm 1 │ id size … │ id size … │      3 function: type of each     7 export: name kind number
 *                                          10 code: size locals instructions, one for each
 *
 * What images do not have (tables, element segments, SIMD, references) is refused, not guessed at.
 */

const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_EXPORT = 7;
const SECTION_START = 8;
const SECTION_CODE = 10;
/** Sections that name no function. */
const SECTIONS_KEPT = new Set([1, SECTION_IMPORT, 5, 6, 11, 12]);
const KIND_FUNCTION = 0;
const HEADER_BYTES = 8;

/** The binary holds something that this file does not know. */
export class FunctionOrderError extends Error {}

/** Reads a binary from the front. */
class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new FunctionOrderError(`the binary ends at byte ${this.at - 1}`);
    return value;
  }

  /** An unsigned LEB128 number of 32 bits. */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  /** Skips so many LEB128 numbers, signed or not. */
  skipNumbers(count: number): void {
    for (let i = 0; i < count; i++) while (this.byte() >= 0x80);
  }
}

/** An unsigned LEB128 number. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return bytes;
}

/** Puts a body together from ranges of the old one and new numbers. */
class Writer {
  private readonly parts: Uint8Array[] = [];

  push(part: Uint8Array | number[]): void {
    this.parts.push(part instanceof Uint8Array ? part : Uint8Array.from(part));
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** Skips the immediates of a prefixed instruction. */
function skipPrefixed(reader: Reader, opcode: number): void {
  const sub = reader.number();
  if (opcode === 0xfe) {
    // Atomics: alignment and offset; a fence has one byte.
    if (sub === 3) reader.at++;
    else reader.skipNumbers(2);
    return;
  }
  // 0–7 saturating conversions, 10 memory.copy, 11 memory.fill.
  if (sub === 10) reader.skipNumbers(2);
  else if (sub === 11) reader.skipNumbers(1);
  else if (sub > 7) throw new FunctionOrderError(`instruction 0xfc ${sub} is not known here`);
}

/** Skips the immediates of an instruction other than a call. */
function skipImmediates(reader: Reader, opcode: number): void {
  if (opcode === 0xfc || opcode === 0xfe) skipPrefixed(reader, opcode);
  else if (opcode >= 0x45 && opcode <= 0xc4) return;
  else if (opcode >= 0x28 && opcode <= 0x3e) reader.skipNumbers(2);
  else if (opcode >= 0x20 && opcode <= 0x24) reader.skipNumbers(1);
  else skipOther(reader, opcode);
}

/** Skips the immediates of control instructions, constants and the rest. */
function skipOther(reader: Reader, opcode: number): void {
  switch (opcode) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x05: // else
    case 0x0b: // end
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
      return;
    case 0x02: // block
    case 0x03: // loop
    case 0x04: // if
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x3f: // memory.size
    case 0x40: // memory.grow
    case 0x41: // i32.const
    case 0x42: // i64.const
      reader.skipNumbers(1);
      return;
    case 0x0e: // br_table
      reader.skipNumbers(reader.number() + 1);
      return;
    case 0x43: // f32.const
      reader.at += 4;
      return;
    case 0x44: // f64.const
      reader.at += 8;
      return;
    default:
      throw new FunctionOrderError(`instruction 0x${opcode.toString(16)} is not known here`);
  }
}

/** A body with its calls renumbered. `newNumber` maps function numbers. */
function renumberBody(body: Uint8Array, newNumber: (old: number) => number): Uint8Array {
  const reader = new Reader(body);
  const writer = new Writer();
  const locals = reader.number();
  for (let i = 0; i < locals; i++) reader.skipNumbers(2);
  let copied = 0;
  while (reader.at < body.length) {
    const opcode = reader.byte();
    if (opcode !== 0x10) {
      skipImmediates(reader, opcode);
      continue;
    }
    writer.push(body.subarray(copied, reader.at));
    writer.push(leb(newNumber(reader.number())));
    copied = reader.at;
  }
  writer.push(body.subarray(copied));
  return writer.bytes();
}

/** Number of functions that a binary imports. */
function importedFunctions(content: Uint8Array): number {
  const reader = new Reader(content);
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    for (let name = 0; name < 2; name++) {
      const bytes = reader.number();
      reader.at += bytes;
    }
    const kind = reader.byte();
    if (kind === KIND_FUNCTION) {
      functions++;
      reader.skipNumbers(1);
    } else if (kind === 2) {
      const flags = reader.number();
      reader.skipNumbers(flags & 1 ? 2 : 1);
    } else if (kind === 3) reader.at += 2;
    else throw new FunctionOrderError(`an import of kind ${kind} is not known here`);
  }
  return functions;
}

function renumberExports(content: Uint8Array, newNumber: (old: number) => number): Uint8Array {
  const reader = new Reader(content);
  const writer = new Writer();
  let copied = 0;
  for (let left = reader.number(); left > 0; left--) {
    const bytes = reader.number();
    reader.at += bytes;
    const kind = reader.byte();
    if (kind !== KIND_FUNCTION) {
      reader.skipNumbers(1);
      continue;
    }
    writer.push(content.subarray(copied, reader.at));
    writer.push(leb(newNumber(reader.number())));
    copied = reader.at;
  }
  writer.push(content.subarray(copied));
  return writer.bytes();
}

/** The content of a section that lists one thing for each function, in pieces. */
function pieces(content: Uint8Array, isCode: boolean): Uint8Array[] {
  const reader = new Reader(content);
  return Array.from({ length: reader.number() }, () => {
    const bytes = isCode ? reader.number() : 0;
    const from = reader.at;
    if (isCode) reader.at += bytes;
    else reader.skipNumbers(1);
    return content.subarray(from, reader.at);
  });
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function sectionsOf(bytes: Uint8Array): Section[] {
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "\0asm") {
    throw new FunctionOrderError("not a WebAssembly binary");
  }
  const reader = new Reader(bytes, HEADER_BYTES);
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.number();
    sections.push({ id, content: bytes.subarray(reader.at, reader.at + size) });
    reader.at += size;
  }
  return sections;
}

/** Number of functions that the image defines itself. */
export function functionCount(bytes: Uint8Array): number {
  const code = sectionsOf(bytes).find(({ id }) => id === SECTION_CODE);
  return code === undefined ? 0 : new Reader(code.content).number();
}

/** A section's content with its functions in the new order. */
function reordered(
  { id, content }: Section,
  order: readonly number[],
  newNumber: (old: number) => number,
): Uint8Array {
  if (SECTIONS_KEPT.has(id)) return content;
  if (id === SECTION_EXPORT) return renumberExports(content, newNumber);
  if (id === SECTION_START) return Uint8Array.from(leb(newNumber(new Reader(content).number())));
  const isCode = id === SECTION_CODE;
  if (!isCode && id !== SECTION_FUNCTION) {
    throw new FunctionOrderError(`section ${id} is not known here`);
  }
  const old = pieces(content, isCode);
  const writer = new Writer();
  writer.push(leb(old.length));
  for (const from of order) {
    const piece = old[from] ?? new Uint8Array(0);
    const body = isCode ? renumberBody(piece, newNumber) : piece;
    if (isCode) writer.push(leb(body.length));
    writer.push(body);
  }
  return writer.bytes();
}

/**
 * The image with its own functions in another order.
 * @param order the old position of each function, by new position: a permutation
 * @throws {FunctionOrderError} for a binary with something in it that images do not have
 * @throws {RangeError} for an order that is no permutation of the image's functions
 */
export function reorderFunctions(bytes: Uint8Array, order: readonly number[]): Uint8Array {
  const sections = sectionsOf(bytes);
  const count = functionCount(bytes);
  if (order.length !== count || new Set(order).size !== count || Math.max(...order) !== count - 1) {
    throw new RangeError(`an order of ${order.length}; allowed: a permutation of ${count}`);
  }
  const imports = sections.find(({ id }) => id === SECTION_IMPORT);
  const imported = imports === undefined ? 0 : importedFunctions(imports.content);
  const placeOf = new Array<number>(count).fill(0);
  for (const [place, from] of order.entries()) placeOf[from] = place;
  const newNumber = (old: number): number =>
    old < imported ? old : imported + (placeOf[old - imported] ?? 0);
  const writer = new Writer();
  writer.push(bytes.subarray(0, HEADER_BYTES));
  for (const section of sections) {
    if (section.id === 0) continue;
    const content = reordered(section, order, newNumber);
    writer.push([section.id, ...leb(content.length)]);
    writer.push(content);
  }
  return writer.bytes();
}
