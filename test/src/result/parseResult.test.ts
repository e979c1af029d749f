/**
 * Reading a result: what was written comes back; each fault is named with its place.
 */
import { describe, expect, it } from "vitest";
import { checkResult, parseResult } from "../../../src/result/parseResult.js";
import type { ResultDocument } from "../../../src/result/resultDocument.js";
import { ResultError } from "../../../src/result/resultError.js";
import { writeResult } from "../../../src/result/writeResult.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

const DOCUMENT = buildResult(
  buildCell({ designs: ["a", "b"], blocks: 3, cpus: 2, nsPerPacket: (arm) => 100 + arm }),
);

/** The document with one value set, or one key removed (`undefined`), as a path of keys says. */
function broken(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(DOCUMENT);
  let at: unknown = copy;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== "object" || at === null) throw new Error(`no ${String(key)} to break`);
    at = Reflect.get(at, key);
  }
  const last = path.at(-1);
  if (typeof at !== "object" || at === null || last === undefined) throw new Error("bad path");
  if (value === undefined) Reflect.deleteProperty(at, last);
  else Reflect.set(at, last, value);
  return copy;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ResultError) return error.message;
    throw error;
  }
  return "accepted";
}

const WINDOW = ["cells", 0, "windows", 3];
const PROCESS = ["cells", 0, "processes", 0];

const FAULTS: readonly [readonly (string | number)[], unknown, string][] = [
  [["version"], 1, "version: found 1; allowed: 2"],
  [["schema"], "other", 'schema: found "other"; allowed: "dstbench-result"'],
  [["seed"], undefined, "seed: found nothing; allowed: number"],
  [["seed"], -1, "seed: found -1; allowed: 0 or more"],
  [["seed"], 1.5, "seed: found 1.5; allowed: a whole number"],
  [["designs"], [], "designs: found a list of 0; allowed: 1 entries or more"],
  [["designs"], {}, "designs: found an object; allowed: array"],
  [["createdAt"], "today", 'createdAt: found "today"; allowed: a UTC time as 2022-10-29T08:00:00Z'],
  [["extra"], 1, "extra: found an unknown key; allowed: keys of version 2"],
  [
    [...WINDOW, "wall"],
    1,
    "cells[0].windows[3].wall: found an unknown key; allowed: keys of version 2",
  ],
  [
    [...WINDOW, "startNs", 1],
    "soon",
    'cells[0].windows[3].startNs[1]: found "soon"; allowed: number',
  ],
  [
    ["cells", 0, "path"],
    "sideways",
    'cells[0].path: found "sideways"; allowed: "forward", "local-receive", "local-send"',
  ],
  [["cells", 0, "cpus"], 65, "cells[0].cpus: found 65; allowed: 64 or less"],
  [
    [...PROCESS, "pingPongNs"],
    0,
    "cells[0].processes[0].pingPongNs: found 0; allowed: more than 0",
  ],
  [
    ["designs", 1, "images", "release"],
    "abc",
    'designs[1].images.release: found "abc"; allowed: 64 hexadecimal digits',
  ],
  [
    ["designs", 1, "images", "fast"],
    "abc",
    "designs[1].images.fast: found an unknown key; allowed: keys of version 2",
  ],
  [["tool", "name"], "x".repeat(99).split(""), "tool.name: found a list of 99; allowed: string"],
];

const CONTRADICTIONS: typeof FAULTS = [
  [["designs", 1, "name"], "a", 'designs[1].name: found "a" again; allowed: each name once'],
  [["cells", 0, "arms", 1, "design"], "z", 'cells[0].arms[1].design: found "z"; allowed: a, b'],
  [
    ["cells", 0, "arms", 1, "design"],
    "a",
    'cells[0].arms[1].design: found "a" again; allowed: each name once',
  ],
  [[...WINDOW, "arm"], 2, "cells[0].windows[3].arm: found 2; allowed: 0 to 1"],
  [
    [...WINDOW, "packets"],
    [1],
    "cells[0].windows[3].packets: found 1 entries; allowed: 2, one per CPU",
  ],
  [[...WINDOW, "sequence"], 2, "cells[0].windows[3].sequence: found 2; allowed: more than 2"],
  [
    [...WINDOW, "process"],
    1,
    "cells[0].windows[3].process: found 1; allowed: 0, the cell's processes",
  ],
  [
    [...WINDOW, "runDelayNs"],
    [1],
    "cells[0].windows[3].runDelayNs: found 1 entries; allowed: 2, one per CPU",
  ],
  [
    [...PROCESS, "threadIds"],
    [1],
    "cells[0].processes[0].threadIds: found 1 entries; allowed: 0 or 2",
  ],
  [[...PROCESS, "process"], 1, "cells[0].processes[0].process: found 1; allowed: 0 to 0"],
  [
    [...PROCESS, "warmUp"],
    [],
    "cells[0].processes[0].warmUp: found 0 entries; allowed: 2, one per arm",
  ],
];

describe("parseResult", () => {
  it("gives back what was written", () => {
    expect(parseResult(writeResult(DOCUMENT))).toEqual(DOCUMENT);
  });

  it.each([...FAULTS, ...CONTRADICTIONS])("refuses %j set to %j", (path, value, message) => {
    const found = messageOf(() => parseResult(JSON.stringify(broken(path, value))));
    expect(found).toBe(message);
    expect(found).not.toContain("\n");
  });

  it("refuses a window that ends before it starts", () => {
    const text = JSON.stringify(broken([...WINDOW, "endNs", 1], 5));
    expect(messageOf(() => parseResult(text))).toMatch(
      /^cells\[0\]\.windows\[3\]\.endNs\[1\]: found 5; allowed: \d+ \(its startNs\) or more$/,
    );
  });

  it("refuses what is not JSON at its line and column, with the file's name", () => {
    const text = '{\n  "schema": }';
    expect(messageOf(() => parseResult(text, "a.json"))).toBe(
      'a.json:2:13: found "}"; allowed: JSON of a result document',
    );
    const cut = writeResult(DOCUMENT).slice(0, 300);
    expect(messageOf(() => parseResult(cut))).toMatch(/^\d+:\d+: found the end of the text;/);
    expect(messageOf(() => parseResult("", "a.json"))).toMatch(/^a\.json:1:1: found the end/);
  });

  it("finds a wrong character wherever it stands", () => {
    const text = writeResult(DOCUMENT);
    for (let at = 0; at < text.length; at += 997) {
      const faulty = `${text.slice(0, at)}\u0001${text.slice(at)}`;
      const line = text.slice(0, at).split("\n").length;
      const column = at - text.lastIndexOf("\n", at - 1);
      const place = at === 0 ? "1:1" : `${line}:${column}`;
      expect(messageOf(() => parseResult(faulty))).toContain(`${place}: found "\\u0001"`);
    }
  });

  it("refuses other JSON", () => {
    expect(messageOf(() => parseResult("[]", "a.json"))).toBe(
      "a.json: document: found a list of 0; allowed: object",
    );
    expect(messageOf(() => parseResult("null"))).toBe("document: found null; allowed: object");
  });

  it("quotes a long value only in part", () => {
    const text = messageOf(() => checkResult(broken(["version"], "1".repeat(500))));
    expect(text.length).toBeLessThan(100);
  });

  it("refuses every document that has lost one of its parts", () => {
    const lost: string[] = [];
    for (const key of Object.keys(DOCUMENT) as (keyof ResultDocument)[]) {
      const text = JSON.stringify(broken([key], undefined));
      if (messageOf(() => parseResult(text)).startsWith(`${key}: found nothing; allowed: `)) {
        lost.push(key);
      }
    }
    expect(lost).toEqual(Object.keys(DOCUMENT));
  });
});
