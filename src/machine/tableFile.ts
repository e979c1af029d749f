/**
 * Loaded table parts in files. The first process of a run loads the routes and leaves the parts of
 * its memory that hold them; the others, whose plans put them at the same addresses, read these
 * bytes instead: to insert a million routes takes seconds, to read them a fraction of one.
 *
 *   FOLDER/table-KIND.bin     base (u32) │ bytes (u32) │ the part's bytes, as far as they are used
 *
 * A part holds addresses of itself and numbers of fib_infos, and nothing of a machine: who adopts
 * it makes the same fib_infos first, and the image refuses a part that names others.
 */
import { closeSync, existsSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { BootError, type Machine } from "./machine.js";
import type { FibKind, Region } from "./plan.js";

const HEADER_BYTES = 8;
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
/** The most that one call writes or reads: systems cut off larger ones. */
const CHUNK_BYTES = 1 << 30;

function fileOf(folder: string, kind: FibKind): string {
  return path.join(folder, `table-${kind}.bin`);
}

/** Calls `move` until all bytes from `at` on are moved; it returns how many it moved. */
function moveAll(
  bytes: Uint8Array,
  move: (part: Uint8Array, done: number) => number,
  name: string,
): void {
  let done = 0;
  while (done < bytes.length) {
    const moved = move(bytes.subarray(done, done + CHUNK_BYTES), done);
    if (moved === 0) throw new BootError(`${name}: cut short after ${done} bytes`);
    done += moved;
  }
}

/**
 * Leaves the table part that `machine` has loaded, and says whether it could: where the disk is
 * full there is no file afterwards, and every process loads the table for itself.
 */
export function writeTablePart(machine: Machine, kind: FibKind, folder: string): boolean {
  const { base } = machine.table;
  const used = machine.cpu(machine.controlCpu).call("tablePartBytes");
  const name = fileOf(folder, kind);
  const file = openSync(name, "w");
  try {
    writeSync(file, Uint32Array.of(base, used));
    const bytes = new Uint8Array(machine.memory.buffer, base, used);
    const write = (part: Uint8Array): number => writeSync(file, part);
    moveAll(bytes, write, `table part ${kind}`);
    return true;
  } catch (error) {
    if (!isFull(error)) throw error;
    rmSync(name);
    return false;
  } finally {
    closeSync(file);
  }
}

/** Whether a system's error says that there is no room for a file. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && FULL.has(String(error.code));
}

/**
 * Reads a table part to where it was; false where nobody left one.
 * @throws {BootError} where the file is of another place or size, or cut short
 */
export function readTablePart(
  memory: WebAssembly.Memory,
  region: Region,
  kind: FibKind,
  folder: string,
): boolean {
  if (!existsSync(fileOf(folder, kind))) return false;
  const file = openSync(fileOf(folder, kind), "r");
  const name = `table part ${kind}`;
  try {
    const header = new Uint32Array(2);
    readSync(file, header, 0, HEADER_BYTES, 0);
    const [base = 0, used = 0] = header;
    if (base !== region.base || used === 0 || used > region.bytes) {
      throw new BootError(`${name}: ${used} bytes of address ${base} do not fit this memory`);
    }
    const bytes = new Uint8Array(memory.buffer, base, used);
    const read = (part: Uint8Array, done: number): number =>
      readSync(file, part, 0, part.length, HEADER_BYTES + done);
    moveAll(bytes, read, name);
    return true;
  } finally {
    closeSync(file);
  }
}
