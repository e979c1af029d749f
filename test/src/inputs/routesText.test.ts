/**
 * The grammar of a routes file: each form, each refusal with its column, and random texts
 * against an oracle of regular expressions and ipaddr.js.
 */
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { hashPrefix } from "../../../src/inputs/hash32.js";
import { formatPrefix } from "../../../src/inputs/prefixText.js";
import { NUMBER_SEED, parseRoutesText } from "../../../src/inputs/routesText.js";
import { arbitraryRows, formatRow, inputErrorOf, type Row } from "./samples.js";

const LIMITS = { lineBytesMax: 4096, routesMax: 1000 };

function parse(text: string, limits = LIMITS) {
  return parseRoutesText("t.txt", Buffer.from(text, "latin1"), limits);
}

function rowsIn(text: string): Row[] {
  const { prefixes, lengths, numbers } = parse(text);
  return Array.from(prefixes, (prefix, i): Row => [prefix, lengths[i] ?? -1, numbers[i] ?? -1]);
}

describe("what is read", () => {
  const row: Row = [0xc0000200, 24, 7];
  const forms = [
    "192.0.2.0/24\t7",
    "192.0.2.0/24\t7\n",
    "192.0.2.0/24\t7\r\n",
    "192.0.2.0/24\t7\r",
    "\n\n; old\r\n# new\n \t \n192.0.2.0/24\t7\n\n",
    "192.0.2.0/24\t7 # why\n",
    "192.0.2.0/24\t7;why\n",
    "192.0.2.0/24\t7 \t\r\n",
    "  # indented\n192.0.2.0/24\t7\n# caf\xe9",
  ];
  it.each(forms)("%j", (text) => {
    expect(rowsIn(text)).toEqual([row]);
  });

  it("the ends of every range", () => {
    const text = "0.0.0.0/0\t0\n255.255.255.255/32\t4294967295\n";
    expect(rowsIn(text)).toEqual([
      [0, 0, 0],
      [0xffffffff, 32, 0xffffffff],
    ]);
  });

  it.each(["", " ", "#x", " ; x", "\t# x"])(
    "a hash for a number where there is none: %j",
    (end) => {
      const number = hashPrefix(0xc0000200, 24, NUMBER_SEED);
      expect(rowsIn(`10.0.0.0/8\t1\n192.0.2.0/24${end}\n`)[1]).toEqual([0xc0000200, 24, number]);
    },
  );

  it("the line of each row", () => {
    const { lines } = parse("# one\n10.0.0.0/8\n\n10.1.0.0/16\n");
    expect([...lines]).toEqual([2, 4]);
  });
});

describe("what is refused, where, and what is said", () => {
  const PREFIX = "an IPv4 prefix such as 192.0.2.0/24";
  const IPV4 = "IPv4 only for now, a prefix such as 192.0.2.0/24";
  const OCTET = "an octet from 0 to 255 without leading zeros";
  const LENGTH = "a prefix length from 0 to 32 without leading zeros";
  const NUMBER = "a number from 0 to 4294967295 without leading zeros";
  const GAP = "one TAB between prefix and number";
  const COLUMNS = "a prefix and at most one number on a line";
  const COMMENT = "comments without control characters";
  const cases: [line: string, column: number, found: string, allowed: string][] = [
    ["hello", 1, "hello", PREFIX],
    ["10", 3, "10", PREFIX],
    ["10.0.0/8", 7, "10.0.0/8", PREFIX],
    ["10.0.0.0", 9, "10.0.0.0", PREFIX],
    ["10.0.0.0/", 10, "10.0.0.0/", PREFIX],
    ["10.0.0.0/x", 10, "10.0.0.0/x", PREFIX],
    ["10.0.0.0/8x", 11, "10.0.0.0/8x", PREFIX],
    ["10.0.0.0/8/8", 11, "10.0.0.0/8/8", PREFIX],
    ["10.0.0.0.0/8", 9, "10.0.0.0.0/8", PREFIX],
    ["10..0.0/8", 4, "10..0.0/8", PREFIX],
    ["0x0a.0.0.0/8", 2, "0x0a.0.0.0/8", PREFIX],
    ["-1.0.0.0/8", 1, "-1.0.0.0/8", PREFIX],
    [" 10.0.0.0/8", 1, " ", PREFIX],
    ["\t10.0.0.0/8", 1, "\\x09", PREFIX],
    ["\xef\xbb\xbf10.0.0.0/8", 1, "\\xef\\xbb\\xbf10.0.0.0/8", PREFIX],
    ["10.0.0.0/8\r10.1.0.0/16", 11, "10.0.0.0/8\\x0d10.1.0.0/16", PREFIX],
    ["\0\x01\x02", 1, "\\x00\\x01\\x02", PREFIX],
    ["256.0.0.0/8", 1, "256", OCTET],
    ["10.0.0.999/8", 8, "999", OCTET],
    ["10.010.0.0/16", 4, "010", OCTET],
    ["10.00.0.0/16", 4, "00", OCTET],
    [`1${"0".repeat(400)}.0.0.0/8`, 1, `1${"0".repeat(47)}…`, OCTET],
    ["10.0.0.0/33", 10, "33", LENGTH],
    ["10.0.0.0/08", 10, "08", LENGTH],
    ["10.0.0.0/-1", 10, "10.0.0.0/-1", PREFIX],
    ["192.0.2.7/24", 1, "192.0.2.7/24", "no bits past the length: 192.0.2.0/24"],
    ["128.0.0.0/0", 1, "128.0.0.0/0", "no bits past the length: 0.0.0.0/0"],
    ["2001:db8::/32", 1, "2001:db8::/32", IPV4],
    ["::/0", 1, "::/0", IPV4],
    ["fe80::/10", 1, "fe80::/10", IPV4],
    ["::ffff:10.0.0.0/104", 1, "::ffff:10.0.0.0/104", IPV4],
    ["10.0.0.0/8\t", 12, "the end of the line", NUMBER],
    ["10.0.0.0/8\tx", 12, "x", NUMBER],
    ["10.0.0.0/8\t-1", 12, "-1", NUMBER],
    ["10.0.0.0/8\t+1", 12, "+1", NUMBER],
    ["10.0.0.0/8\t1.5", 13, ".5", NUMBER],
    ["10.0.0.0/8\t01", 12, "01", NUMBER],
    ["10.0.0.0/8\t4294967296", 12, "4294967296", NUMBER],
    ["10.0.0.0/8\t99999999999999999999999", 12, "99999999999999999999999", NUMBER],
    ["10.0.0.0/8\t 1", 12, " ", NUMBER],
    ["10.0.0.0/8\t\t1", 12, "\\x09", NUMBER],
    ["10.0.0.0/8 1", 11, " ", GAP],
    ["10.0.0.0/8  \t1", 11, " ", GAP],
    ["10.0.0.0/8\t1\t2", 14, "2", COLUMNS],
    ["10.0.0.0/8\t1 2", 14, "2", COLUMNS],
    ["10.0.0.0/8\t1 \rx", 14, "\\x0dx", COLUMNS],
    ["10.0.0.0/8\t1 # a\0b", 17, "\\x00", COMMENT],
    ["# a\rb", 4, "\\x0d", COMMENT],
    ["; \x1b[2J", 3, "\\x1b", COMMENT],
  ];

  it.each(cases)("%j", (line, column, found, allowed) => {
    for (const [before, after] of [
      ["", ""],
      ["1.0.0.0/8\n# x\r\n", "\n2.0.0.0/8\n"],
      ["\n\n", "\r\n"],
    ]) {
      const error = inputErrorOf(() => parse(`${before}${line}${after}`));
      const row = (before ?? "").split("\n").length;
      expect(error.message).toBe(`t.txt:${row}:${column}: found «${found}», allowed: ${allowed}`);
    }
  });

  it("a last line that is cut off like any other", () => {
    const first = "10.0.0.0/8\t12\n";
    const outcomeOf = (last: string) => {
      try {
        return `${parse(first + last).prefixes.length} routes`;
      } catch {
        const { line, column } = inputErrorOf(() => parse(first + last));
        return `${line}:${column}`;
      }
    };
    const last = "10.1.0.0/16\t34";
    const outcomes = Array.from(last, (_, cut) => outcomeOf(last.slice(0, cut)));
    expect(outcomes).toEqual([
      "1 routes", // nothing is left of the line
      // Inside the prefix, at the byte that is missing.
      "2:2",
      "2:3",
      "2:4",
      "2:5",
      "2:6",
      "2:7",
      "2:8",
      "2:9",
      "2:10",
      "2:1", // 10.1.0.0/1 has host bits
      "2 routes", // a prefix alone is a line
      "2:13", // the TAB announces a number
      "2 routes",
    ]);
  });

  it.each(["", "\n", "# only a comment\n\n", " "])("a text without any prefix: %j", (text) => {
    const error = inputErrorOf(() => parse(text));
    expect(error.found).toBe("no prefix before the end of the file");
    expect(error.line).toBe(text.split("\n").length);
  });

  it("one route more than the limit, and not one less", () => {
    const limits = { ...LIMITS, routesMax: 2 };
    expect(parse("1.0.0.0/8\n2.0.0.0/8\n# x\n", limits).prefixes.length).toBe(2);
    const error = inputErrorOf(() => parse("1.0.0.0/8\n2.0.0.0/8\n# x\n3.0.0.0/8\n", limits));
    expect(error.message).toBe("t.txt:4:1: found «3.0.0.0/8», allowed: at most 2 routes");
  });

  it("a line one byte longer than the limit, and not one less", () => {
    const limits = { ...LIMITS, lineBytesMax: 20 };
    const line = "1.0.0.0/8\t7 # 345678";
    expect(parse(`${line}\r\n`, limits).prefixes.length).toBe(1);
    const error = inputErrorOf(() => parse(`\n${line}9\n`, limits));
    expect(error.message).toBe(
      "t.txt:2:21: found «a line of 21 bytes», allowed: lines of at most 20 bytes",
    );
    expect(inputErrorOf(() => parse(`#${" ".repeat(20)}\n${line}`, limits)).line).toBe(1);
  });
});

/**
 * The grammar again, by regular expression and ipaddr.js: what a line is, or undefined if refused.
 */
function lineByOracle(line: string): "blank" | "route" | undefined {
  if (/^[ \t]*([#;][\t -~\x80-\xff]*)?$/.test(line)) return "blank";
  const match = /^([0-9./]+)(\t(0|[1-9]\d*))?[ \t]*([#;][\t -~\x80-\xff]*)?$/.exec(line);
  const prefix = match?.[1];
  if (match === null || prefix === undefined) return undefined;
  if (match[2] === undefined && line.startsWith("\t", prefix.length)) {
    if (!/^\t[#;]/.test(line.slice(prefix.length))) return undefined;
  }
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(prefix) || /\/0\d/.test(prefix)) return undefined;
  if (!prefix.startsWith(`${ipaddr.IPv4.networkAddressFromCIDR(prefix)}/`)) return undefined;
  return Number(match[3] ?? 0) <= 0xffffffff ? "route" : undefined;
}

describe("any text", () => {
  it("that is a formatted table is read back", () => {
    fc.assert(
      fc.property(arbitraryRows(), fc.constantFrom("\n", "\r\n"), (rows, end) => {
        expect(rowsIn(rows.map(formatRow).join(end))).toEqual(rows);
      }),
    );
  });

  it("with a byte changed, added or removed is judged as the oracle does, at the same line", () => {
    const bytes = fc.oneof(fc.constantFrom(..." \t\n\r0123456789./#;:x\0"), fc.nat({ max: 255 }));
    const change = fc.record({
      at: fc.nat(),
      byte: bytes.map((byte) => (typeof byte === "number" ? String.fromCharCode(byte) : byte)),
      removed: fc.nat({ max: 1 }),
      added: fc.nat({ max: 1 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(arbitraryRows(1, 6), change, (rows, { at, byte, removed, added }) => {
        const text = rows.map(formatRow).join("\n");
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + byte.repeat(added) + text.slice(place + removed);
        const lines = changed.split("\n").map((line) => line.replace(/\r$/, ""));
        const verdicts = lines.map(lineByOracle);
        const firstBad = verdicts.indexOf(undefined);
        if (firstBad >= 0) {
          refused++;
          const error = inputErrorOf(() => parse(changed));
          expect(error.line).toBe(firstBad + 1);
          expect(error.column).toBeGreaterThanOrEqual(1);
          expect(error.column).toBeLessThanOrEqual((lines[firstBad] ?? "").length + 2);
        } else if (verdicts.includes("route")) {
          const expected = verdicts.filter((verdict) => verdict === "route").length;
          const { prefixes, lengths, lines: rowLines } = parse(changed);
          expect(prefixes.length).toBe(expected);
          rowLines.forEach((line, i) => {
            const prefix = formatPrefix(prefixes[i] ?? 0, lengths[i] ?? 0);
            expect(lines[line - 1]?.startsWith(prefix)).toBe(true);
          });
        } else {
          expect(inputErrorOf(() => parse(changed)).found).toMatch(/^no prefix/);
        }
      }),
      { numRuns: 3000 },
    );
    // The property is no good when nearly every change is harmless, or none.
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(2900);
  });

  it("of random bytes is a table or an InputError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(parseRoutesText("t", bytes, LIMITS).prefixes.length).toBeGreaterThan(0);
        } catch {
          expect(inputErrorOf(() => parseRoutesText("t", bytes, LIMITS)).line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
