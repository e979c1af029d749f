/** The head of a document: what was asked for, and the table as it is. */
import { describe, expect, it } from "vitest";
import { V8_FLAGS } from "../../../src/machine/v8Flags.js";
import { documentHead } from "../../../src/measure/documentHead.js";
import { smallTable } from "../machine/smallExperiment.js";

describe("documentHead", () => {
  it("says what was asked for, of which table, and what it is not", () => {
    const table = smallTable(24);
    const asked = { table, nexthops: 3, seed: 7, command: "dstbench compare", version: "9.8.7" };
    const head = documentHead(asked);
    expect(head).toMatchObject({
      seed: 7,
      command: "dstbench compare",
      tool: { version: "9.8.7" },
    });
    expect(head.table).toMatchObject({ name: "small", licence: "none", routes: 24, nexthops: 3 });
    expect(head.table.nesting.reduce((sum, n) => sum + n, 0)).toBe(24);
    expect(head.environment.v8Flags).toEqual(V8_FLAGS);
    expect(head.disclaimer).toMatch(/not measurements of Linux/);
    expect(Math.abs(Date.now() - Date.parse(head.createdAt))).toBeLessThan(60_000);
  });
});
