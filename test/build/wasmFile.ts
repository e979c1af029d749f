/**
 * Reads the sections of a WebAssembly binary, as far as the shape of an image is concerned: what it
 * imports, exports and keeps per instance, and which sections are there at all. Code is not decoded
 * here (see `disassembly.ts`); this reader knows the format, not a library's opinion of it.
 */

/** Section numbers of the binary format. */
const SECTION_NAMES: readonly string[] = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "dataCount",
];
const KINDS: readonly string[] = ["function", "table", "memory", "global"];
const VALUE_TYPES: Readonly<Record<number, string>> = {
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
};

/** An import, as `module.name`, with its kind. */
export interface WasmImport {
  readonly name: string;
  readonly kind: string;
}

/** A global that the module defines; `index` counts imported globals too. */
export interface WasmGlobal {
  readonly index: number;
  readonly type: string;
  readonly isMutable: boolean;
}

/** An export; `index` is into the space of its kind. */
export interface WasmExport {
  readonly name: string;
  readonly kind: string;
  readonly index: number;
}

/** What is in a binary. */
export interface WasmFile {
  readonly imports: readonly WasmImport[];
  readonly globals: readonly WasmGlobal[];
  readonly exports: readonly WasmExport[];
  /** Names of the sections present; custom ones as `custom:NAME`. */
  readonly sections: ReadonlySet<string>;
}

class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError(`the binary ends early, at byte ${this.at - 1}`);
    return value;
  }

  /** A LEB128 number; signed ones are only skipped, so their sign does not matter. */
  leb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  name(): string {
    const bytes = this.leb();
    this.at += bytes;
    return new TextDecoder().decode(this.bytes.subarray(this.at - bytes, this.at));
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.leb() }, read);
  }

  limits(): void {
    const flags = this.leb();
    this.leb();
    if (flags & 1) this.leb();
  }

  constantExpression(): void {
    for (;;) {
      const opcode = this.byte();
      if (opcode === 0x0b) return;
      if (opcode === 0x41 || opcode === 0x42 || opcode === 0x23) this.leb();
      else if (opcode === 0x43) this.at += 4;
      else if (opcode === 0x44) this.at += 8;
      else throw new RangeError(`opcode ${opcode} in a constant expression is not known here`);
    }
  }
}

function readImport(cursor: Cursor): WasmImport {
  const name = `${cursor.name()}.${cursor.name()}`;
  const kind = KINDS[cursor.byte()] ?? "unknown";
  if (kind === "function") cursor.leb();
  else if (kind === "table") cursor.byte();
  else if (kind === "global") cursor.at += 2;
  if (kind === "table" || kind === "memory") cursor.limits();
  return { name, kind };
}

/** Parses a binary. @throws {RangeError} when it is not one, or ends early */
export function parseWasm(bytes: Uint8Array): WasmFile {
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "\0asm") {
    throw new RangeError("not a WebAssembly binary");
  }
  const cursor = new Cursor(bytes, 8);
  const imports: WasmImport[] = [];
  const globals: WasmGlobal[] = [];
  const exports: WasmExport[] = [];
  const sections = new Set<string>();
  while (cursor.at < bytes.length) {
    const section = SECTION_NAMES[cursor.byte()] ?? "unknown";
    const end = cursor.leb() + cursor.at;
    sections.add(section === "custom" ? `custom:${cursor.name()}` : section);
    if (section === "import") imports.push(...cursor.list(() => readImport(cursor)));
    if (section === "global") {
      const imported = imports.filter(({ kind }) => kind === "global").length;
      let index = imported;
      cursor.list(() => {
        const type = VALUE_TYPES[cursor.byte()] ?? "reference";
        globals.push({ index: index++, type, isMutable: cursor.byte() === 1 });
        cursor.constantExpression();
      });
    }
    if (section === "export") {
      exports.push(
        ...cursor.list(() => {
          const name = cursor.name();
          return { name, kind: KINDS[cursor.byte()] ?? "unknown", index: cursor.leb() };
        }),
      );
    }
    cursor.at = end;
  }
  return { imports, globals, exports, sections };
}
