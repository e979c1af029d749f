/**
 * Writing a result: the same bytes for the same content, every digit kept.
 */
import { describe, expect, it } from "vitest";
import { parseResult } from "../../../src/result/parseResult.js";
import { writeResult } from "../../../src/result/writeResult.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

const DOCUMENT = buildResult(
  buildCell({ designs: ["a", "b"], blocks: 4, nsPerPacket: (arm, block) => 100 / 3 + arm + block }),
);

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]));
}

describe("writeResult", () => {
  it("writes the same bytes whatever the order of keys was", () => {
    const other = parseResult(JSON.stringify(reversed(DOCUMENT)));
    expect(writeResult(other)).toBe(writeResult(DOCUMENT));
    const text = writeResult(DOCUMENT);
    expect(writeResult(parseResult(text))).toBe(text);
  });

  it("keeps every digit of a time", () => {
    const read = parseResult(writeResult(DOCUMENT));
    expect(read.cells[0]?.windows).toEqual(DOCUMENT.cells[0]?.windows);
  });

  it("gives every window a line of its own and ends with a line feed", () => {
    const text = writeResult(DOCUMENT);
    const lines = text.split("\n").filter((line) => line.includes('"sequence"'));
    expect(lines).toHaveLength(8);
    expect(text.endsWith("}\n")).toBe(true);
  });

  it("writes nothing that could not be read back", () => {
    const bad = { ...DOCUMENT, seed: Number.NaN };
    expect(() => writeResult(bad)).toThrow("seed: found null; allowed: number");
  });
});
