/**
 * Files, pipes and gzip up to a limit of bytes, and every way in which reading fails.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { readInputFile } from "../../../src/inputs/readInputFile.js";
import { inputErrorOf, SampleFiles } from "./samples.js";

const files = new SampleFiles();
afterAll(() => files.remove());

const TEXT = "10.0.0.0/8\t1\n10.1.0.0/16\t2\n";

function read(path: string, bytesMax = 1000): string {
  return Buffer.from(readInputFile(path, bytesMax)).toString("latin1");
}

describe("readInputFile", () => {
  it("gives the bytes of a plain file, of gzip, and of gzip in two members", () => {
    expect(read(files.write("plain", TEXT))).toBe(TEXT);
    expect(read(files.write("packed", gzipSync(TEXT)))).toBe(TEXT);
    const members = Buffer.concat([gzipSync(TEXT.slice(0, 15)), gzipSync(TEXT.slice(15))]);
    expect(read(files.write("members", members))).toBe(TEXT);
    expect(read(files.write("empty", ""))).toBe("");
  });

  it("holds the limit to the byte, plain and unpacked", () => {
    const plain = files.write("limit", TEXT);
    const packed = files.write("limit.gz", gzipSync(TEXT));
    for (const path of [plain, packed]) {
      expect(read(path, TEXT.length + (path === packed ? 40 : 0))).toBe(TEXT);
    }
    const big = files.write("big", "#".repeat(5000));
    const bomb = files.write("bomb.gz", gzipSync(Buffer.alloc(5_000_000, "#")));
    expect(inputErrorOf(() => read(plain, TEXT.length - 1)).message).toBe(
      `${plain}:1:1: found «more than ${TEXT.length - 1} bytes», ` +
        `allowed: at most ${TEXT.length - 1} bytes, unpacked`,
    );
    expect(inputErrorOf(() => read(big, 4999)).found).toBe("more than 4999 bytes");
    expect(read(big, 5000).length).toBe(5000);
    expect(inputErrorOf(() => read(bomb, 4_999_999)).found).toBe("more than 4999999 bytes");
    expect(read(bomb, 5_000_000).length).toBe(5_000_000);
  });

  it("reads what has no size, and stops at the limit there too", () => {
    const pipe = files.path("pipe");
    execFileSync("mkfifo", [pipe]);
    // Ignored pipes: the writer must not hold this process up, nor wait for it.
    const writer = spawn("sh", ["-c", 'head -c 3000000 /dev/zero > "$1"', "sh", pipe], {
      stdio: "ignore",
    });
    writer.unref();
    expect(readInputFile(pipe, 4_000_000).length).toBe(3_000_000);
    expect(inputErrorOf(() => readInputFile("/dev/zero", 1_500_000)).found).toMatch(/^more than/);
  });

  it("says where the text of a gzip file stops that is cut off", () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `${i} ${(i * 7919) % 10_007}`).join("\n");
    const whole = gzipSync(long);
    for (const part of [0.1, 0.5, 0.9]) {
      const path = files.write("cut.gz", whole.subarray(0, Math.floor(whole.length * part)));
      const { line, column, message } = inputErrorOf(() => read(path, 1_000_000));
      expect(message).toMatch(/found «the end of a gzip file that is cut off», allowed: a whole/);
      // The place is inside the text, about as far in as the file was kept.
      const lines = long.split("\n");
      expect((line ?? 0) / lines.length).toBeGreaterThan(part - 0.1);
      expect((line ?? 0) / lines.length).toBeLessThan(part + 0.1);
      expect(column).toBeLessThanOrEqual((lines[(line ?? 0) - 1] ?? "").length + 1);
    }
    for (const bytes of [2, 3, 9, 10, 11, whole.length - 1, whole.length - 8]) {
      const path = files.write("cut.gz", whole.subarray(0, bytes));
      expect(inputErrorOf(() => read(path, 1_000_000)).found).toMatch(/cut off$/);
    }
  });

  it("refuses gzip data that is damaged", () => {
    const wrongSum = gzipSync(TEXT);
    wrongSum[wrongSum.length - 6] = (wrongSum[wrongSum.length - 6] ?? 0) ^ 1;
    const notGzip = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08]), deflateRawSync(TEXT)]);
    for (const bytes of [wrongSum, notGzip]) {
      const error = inputErrorOf(() => read(files.write("bad.gz", bytes)));
      expect(error.message).toMatch(
        /:1:1: found «damaged gzip data \(.+, allowed: a whole gzip file$/,
      );
    }
  });

  it("says in one line that a file is missing, a directory, or not readable", () => {
    const missing = files.path("missing");
    expect(inputErrorOf(() => read(missing)).message).toBe(
      `${missing}: found «no such file», allowed: a file that can be read`,
    );
    mkdirSync(files.path("directory"));
    expect(inputErrorOf(() => read(files.path("directory"))).found).toBe("a directory");
    expect(inputErrorOf(() => read("nul\0byte")).message).toMatch(/^nul\\x00byte: found «/);
    expect(inputErrorOf(() => read(files.path("plain/below"))).found).toMatch(/^ENOTDIR/);
  });

  // Root reads every file, so there the rule cannot be seen.
  it.skipIf(process.getuid?.() === 0)("says that there is no permission", () => {
    const secret = files.write("secret", TEXT);
    chmodSync(secret, 0);
    expect(inputErrorOf(() => read(secret)).found).toBe("no permission");
  });
});
