/**
 * The schema of a result: its fields, its version, its disclaimer.
 */
import { describe, expect, it } from "vitest";
import { DISCLAIMER } from "../../../src/result/disclaimer.js";
import { resultJsonSchema } from "../../../src/result/resultDocument.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

function objectAt(value: unknown, ...path: string[]): Record<string, unknown> {
  let at: unknown = value;
  for (const key of path) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : null;
  if (typeof at !== "object" || at === null) throw new Error(`nothing at ${path.join(".")}`);
  return { ...at };
}

describe("the JSON Schema of a result", () => {
  it("names the fields a document has, and allows no others", () => {
    const schema = resultJsonSchema();
    const document = buildResult(buildCell({ designs: ["a"], blocks: 1, nsPerPacket: () => 100 }));
    expect(Object.keys(objectAt(schema, "properties")).sort()).toEqual(
      Object.keys(document).sort(),
    );
    expect(schema.additionalProperties).toBe(false);
    const window = objectAt(
      schema,
      "properties",
      "cells",
      "items",
      "properties",
      "windows",
      "items",
    );
    const built = Object.keys(document.cells[0]?.windows[0] ?? {});
    expect(window.required).toEqual(built);
    expect(Object.keys(objectAt(window, "properties"))).toEqual([...built, "retried", "layout"]);
  });

  it("pins version and disclaimer, and is JSON", () => {
    const schema = resultJsonSchema();
    expect(objectAt(schema, "properties", "version").const).toBe(2);
    expect(objectAt(schema, "properties", "disclaimer").const).toBe(DISCLAIMER);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it("says what it is in the words that every output carries", () => {
    expect(DISCLAIMER).toBe(
      "re-implementations of routing layers in WebAssembly; " +
        "no driver, NAPI, netfilter or interrupts; not measurements of Linux",
    );
  });
});
