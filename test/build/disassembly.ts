/**
 * The code of a binary as text, one listing per function, and the opposite: bad images for tests
 * from a few lines of text. The only file that talks to binaryen, whose types are loose.
 */
import binaryen from "binaryen";

/** A binary's code. Functions are known by number: release images carry no names. */
export interface Disassembly {
  /** Export name to function, in the order of the binary. */
  readonly exported: ReadonlyMap<string, string>;
  /** Function (`$12`) to its listing, `(func …)` as a whole. */
  readonly functions: ReadonlyMap<string, string>;
}

/** Disassembles without changing anything: no pass is run between reading and printing. */
export function disassemble(bytes: Uint8Array): Disassembly {
  const module = binaryen.readBinaryWithFeatures(bytes, binaryen.Features.All);
  const text = module.emitText();
  module.dispose();
  const exported = new Map<string, string>();
  for (const [, name = "", id = ""] of text.matchAll(/^ \(export "([^"]*)" \(func (\S+)\)\)$/gm)) {
    exported.set(name, id);
  }
  const functions = new Map<string, string>();
  for (const [listing, id = ""] of text.matchAll(
    /^ \(func (\S+)[^\n]*\n(?: {2,}[^\n]*\n| \)\n)*/gm,
  )) {
    functions.set(id, listing.trimEnd());
  }
  return { exported, functions };
}

/** A binary from text. @throws {Error} with binaryen's message when the text does not parse */
export function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}
