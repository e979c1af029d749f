/**
 * Result document to text. The same document always gives the same bytes: fields in the order of
 * the schema, free keys (knobs, images, fates) sorted, short values on one line so that a window is
 * a line and two results can be compared with `diff`.
 */
import { checkResult } from "./parseResult.js";
import type { ResultDocument } from "./resultDocument.js";

/** Fields whose keys are free and so have no order of their own. */
const FREE_KEYED = new Set(["knobs", "images", "perFate"]);

/** A value whose text is at most this long stays on one line. A window of two CPUs is about 300. */
const LINE_CHARACTERS_MAX = 400;

function sortKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  // By code unit, because an order by locale would differ between machines.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function layOut(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== "object" || value === null) return line;
  if (indent !== "" && line.length <= LINE_CHARACTERS_MAX) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + layOut(item, inner));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  const fields = Object.entries(value).map(
    ([key, field]) => `${inner}${JSON.stringify(key)}: ${layOut(field, inner)}`,
  );
  return `{\n${fields.join(",\n")}\n${indent}}`;
}

/**
 * The text of a result document, with a line feed at its end; {@link parseResult} gives it back.
 * @throws {ResultError} for a document that parseResult would refuse: none such is ever written
 */
export function writeResult(document: ResultDocument): string {
  const inOrder: unknown = JSON.parse(
    JSON.stringify(checkResult(document), (key, value: unknown) =>
      FREE_KEYED.has(key) ? sortKeys(value) : value,
    ),
  );
  return `${layOut(inOrder, "")}\n`;
}
