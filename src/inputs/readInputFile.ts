/**
 * The bytes of a user's file, unpacked when it is gzip, never more than a limit. Pipes and devices
 * are read too (`--routes <(…)`), which is why the limit is held while reading and not by the
 * file's size.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { InputError } from "./inputError.js";

const CHUNK_BYTES = 1 << 20;

/**
 * Reads `path`. Throws an InputError when it is missing, a directory, not readable, larger than
 * `bytesMax` (as it is, or unpacked), or a gzip stream that is cut off or damaged.
 */
export function readInputFile(path: string, bytesMax: number): Uint8Array {
  const bytes = readBounded(path, bytesMax);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gunzipBounded(path, bytes, bytesMax) : bytes;
}

/** One line for an error of the file system: its code in words where it is a common one. */
export function fileError(path: string, error: unknown, allowed: string): InputError {
  return new InputError({ file: path }, fileErrorText(error), allowed);
}

function readBounded(path: string, bytesMax: number): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const size = fstatSync(descriptor).size;
    // One byte more than the file says shows its end without another chunk.
    let buffer = Buffer.alloc(Math.min(size, bytesMax) + 1);
    let used = 0;
    for (;;) {
      if (used === buffer.length) {
        if (used > bytesMax) throw oversized(path, bytesMax);
        const room = Math.min(bytesMax + 1, Math.max(used + CHUNK_BYTES, 2 * used));
        buffer = Buffer.concat([buffer], room);
      }
      const got = readSync(descriptor, buffer, used, buffer.length - used, null);
      if (got === 0) return buffer.subarray(0, used);
      used += got;
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fileError(path, error, "a file that can be read");
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function gunzipBounded(path: string, packed: Uint8Array, bytesMax: number): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: bytesMax });
  } catch (error) {
    const code = codeOf(error);
    if (code === "ERR_BUFFER_TOO_LARGE") throw oversized(path, bytesMax);
    if (code === "Z_BUF_ERROR") throw cutOff(path, packed, bytesMax);
    const found = `damaged gzip data (${error instanceof Error ? error.message : code})`;
    throw new InputError({ file: path, line: 1, column: 1 }, found, "a whole gzip file");
  }
}

/** The place is where the text stops that can still be unpacked. */
function cutOff(path: string, packed: Uint8Array, bytesMax: number): InputError {
  const finishFlush = constants.Z_SYNC_FLUSH;
  const text = gunzipSync(packed, { maxOutputLength: bytesMax, finishFlush });
  let line = 1;
  let lineStart = 0;
  for (let lf = text.indexOf(10); lf >= 0; lf = text.indexOf(10, lineStart)) {
    line++;
    lineStart = lf + 1;
  }
  const place = { file: path, line, column: text.length - lineStart + 1 };
  return new InputError(place, "the end of a gzip file that is cut off", "a whole gzip file");
}

function oversized(path: string, bytesMax: number): InputError {
  const found = `more than ${bytesMax} bytes`;
  const allowed = `at most ${bytesMax} bytes, unpacked`;
  return new InputError({ file: path, line: 1, column: 1 }, found, allowed);
}

function fileErrorText(error: unknown): string {
  switch (codeOf(error)) {
    case "ENOENT":
      return "no such file";
    case "EISDIR":
      return "a directory";
    case "EACCES":
    case "EPERM":
      return "no permission";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
