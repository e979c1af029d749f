/**
 * The compact binary form of a routing table, version 1. Numbers are little-endian.
 *
 *   +0   magic     8 bytes "dstroute"
 *   +8   version   u32  1
 *   +12  count     u32  rows
 *   +16  unpacked  u32  bytes of the payload
 *   +20  packed    u32  bytes of the body; the file is 56 + packed bytes long
 *   +24  sha256    32 bytes, of bytes 8 … 23 and the payload
 *   +56  body      the payload, compressed with brotli
 *
 *   payload = steps, lengths, numbers: three columns, so that brotli sees like next to like
 *   lengths   count bytes
 *   numbers   count varints
 *   steps     count varints: prefixes counted in networks of their own size,
 *             (prefix[i] >> (32 - length[i])) - (prefix[i-1] >> (32 - length[i])), never negative
 *             in a sorted table; the next /24 is 1 and host bits cannot be written at all
 *   varint    7 bits a byte, low bits first, bit 7 says that more follow; at most 5 bytes
 *
 * The checksum is of the payload, not of the body: another version of the compressor gives other
 * bytes, but the same table has the same checksum. A decoder trusts nothing before it has checked
 * it.
 */
import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { InputError } from "./inputError.js";
import { compareRoutes, ROUTES_MAX, type RouteColumns } from "./routingTable.js";

const MAGIC = Buffer.from("dstroute", "latin1");
const VERSION = 1;
const VERSION_AT = 8;
const COUNT_AT = 12;
const UNPACKED_AT = 16;
const PACKED_AT = 20;
const SHA256_AT = 24;
const BODY_AT = 56;

const VARINT_BYTES_MAX = 5;
/** A step, a length, a number. */
const ROW_BYTES_MAX = VARINT_BYTES_MAX + 1 + VARINT_BYTES_MAX;

const ALLOWED = "a routing table in dstbench's binary form, version 1";

/** The file of a table. Its rows must be sorted, unique and without host bits (routingTable.ts). */
export function encodeTable(columns: RouteColumns): Buffer {
  const payload = encodePayload(columns);
  const body = brotliCompressSync(payload, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: payload.length,
    },
  });
  const file = Buffer.alloc(BODY_AT + body.length);
  MAGIC.copy(file);
  file.writeUInt32LE(VERSION, VERSION_AT);
  file.writeUInt32LE(columns.prefixes.length, COUNT_AT);
  file.writeUInt32LE(payload.length, UNPACKED_AT);
  file.writeUInt32LE(body.length, PACKED_AT);
  checksum(file, payload).copy(file, SHA256_AT);
  body.copy(file, BODY_AT);
  return file;
}

/** The rows of a file. Throws an InputError naming `file` unless it is whole and a valid table. */
export function decodeTable(file: string, bytes: Uint8Array): RouteColumns {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = checkHeader(file, view);
  const payload = unpack(file, view);
  if (!checksum(view, payload).equals(view.subarray(SHA256_AT, BODY_AT))) {
    throw corrupt(file, "a table whose checksum is wrong");
  }
  const columns = decodePayload(payload, count);
  if (columns === undefined) throw corrupt(file, "columns that do not fit together");
  return columns;
}

/** The payload of a table, before compression: what stays the same for ever for the same rows. */
export function encodePayload({ prefixes, lengths, numbers }: RouteColumns): Buffer {
  const count = prefixes.length;
  const payload = Buffer.alloc(count * ROW_BYTES_MAX);
  let at = 0;
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i] ?? 0;
    const length = lengths[i] ?? 0;
    at = writeVarint(payload, at, ordinal(prefix, length) - ordinal(previous, length));
    previous = prefix;
  }
  payload.set(lengths, at);
  at += count;
  for (let i = 0; i < count; i++) at = writeVarint(payload, at, numbers[i] ?? 0);
  return payload.subarray(0, at);
}

/** Undefined when the bytes are not exactly `count` rows in order. */
function decodePayload(payload: Buffer, count: number): RouteColumns | undefined {
  const reader = new VarintReader(payload);
  const prefixes = new Uint32Array(count);
  // The steps come before the lengths they need: kept here until those are reached.
  for (let i = 0; i < count; i++) prefixes[i] = reader.next();
  const lengths = new Uint8Array(payload.subarray(reader.at, reader.at + count));
  reader.at += count;
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = reader.next();
  if (reader.broken || reader.at !== payload.length) return undefined;
  const columns = { prefixes, lengths, numbers };
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] ?? 0;
    const step = ordinal(previous, length) + (prefixes[i] ?? 0);
    const prefix = step * networkAddresses(length);
    if (length > 32 || prefix > 0xffffffff) return undefined;
    prefixes[i] = prefix;
    previous = prefix;
    if (i > 0 && compareRoutes(columns, i - 1, i) >= 0) return undefined;
  }
  return columns;
}

function checkHeader(file: string, view: Buffer): number {
  if (view.length < BODY_AT || !view.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw corrupt(file, view.length < BODY_AT ? `${view.length} bytes` : "another kind of file");
  }
  const version = view.readUInt32LE(VERSION_AT);
  if (version !== VERSION) throw corrupt(file, `version ${version}`);
  const wanted = BODY_AT + view.readUInt32LE(PACKED_AT);
  if (view.length !== wanted) {
    throw corrupt(file, `${view.length} bytes where the header says ${wanted}`);
  }
  const count = view.readUInt32LE(COUNT_AT);
  const unpacked = view.readUInt32LE(UNPACKED_AT);
  if (count < 1 || count > ROUTES_MAX || unpacked > count * ROW_BYTES_MAX) {
    throw corrupt(file, `${count} routes in ${unpacked} bytes`);
  }
  return count;
}

function unpack(file: string, view: Buffer): Buffer {
  const unpacked = view.readUInt32LE(UNPACKED_AT);
  let payload: Buffer;
  try {
    payload = brotliDecompressSync(view.subarray(BODY_AT), { maxOutputLength: unpacked });
  } catch {
    throw corrupt(file, "compressed data that is damaged");
  }
  if (payload.length !== unpacked) throw corrupt(file, `${payload.length} bytes of payload`);
  return payload;
}

function checksum(file: Buffer, payload: Buffer): Buffer {
  const header = file.subarray(VERSION_AT, SHA256_AT);
  return createHash("sha256").update(header).update(payload).digest();
}

function corrupt(file: string, found: string): InputError {
  return new InputError({ file }, found, ALLOWED);
}

/** The place of an address among the networks of a length. Division, as a shift by 32 is none. */
function ordinal(address: number, length: number): number {
  return Math.floor(address / networkAddresses(length));
}

function networkAddresses(length: number): number {
  return 2 ** (32 - length);
}

/** Writes a number below 2^32 and returns the place after it. */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Reads varints; past the end, too long or too large makes it `broken` instead of throwing. */
class VarintReader {
  at = 0;
  broken = false;

  constructor(private readonly bytes: Buffer) {}

  next(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    this.broken = true;
    return 0;
  }
}
