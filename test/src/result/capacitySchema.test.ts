/** Searches in a document: text and back, and what is refused. */
import { describe, expect, it } from "vitest";
import {
  type CapacitySearch,
  isDisturbed,
  loadTrialOf,
  searchFault,
} from "../../../src/result/capacitySchema.js";
import {
  type LatencyDocument,
  latencyContradiction,
  latencyText,
  parseLatency,
} from "../../../src/result/latencyDocument.js";
import {
  CAPACITY,
  capacityDocument,
  capacityTrialOf,
  latencyDocument,
  searchOf,
} from "../../helpers/latencyBuilder.js";

const SEARCH = searchOf([
  capacityTrialOf(1e6, 0),
  capacityTrialOf(1.03e6, 999, { isRepeated: true, runDelayNs: [5e6] }),
  capacityTrialOf(1e6, 0),
  capacityTrialOf(1.03e6, 900),
  capacityTrialOf(1.03e6, 900),
]);
const SHAPE = { cpus: 1, burstPackets: 64 };

describe("a search in a document", () => {
  it("is the same after it was written and read, a trial a line", () => {
    const document = capacityDocument([SEARCH, { ...SEARCH, process: 1 }]);
    const text = latencyText(document);
    expect(parseLatency(text, "a.json")).toEqual(document);
    expect(latencyText(parseLatency(text, "a.json"))).toBe(text);
    const lines = text.split("\n").filter((line) => line.startsWith('{"packetsPerSecond"'));
    expect(lines).toHaveLength(10);
  });

  it("has the results of the trials that were not repeated", () => {
    const [strict, tolerant] = SEARCH.results;
    expect(strict).toEqual({ lower: 1e6, upper: 1.03e6, throughput: 1e6, isRegular: true });
    expect(tolerant).toMatchObject({ lower: 1e6, upper: 1.03e6 });
  });

  it.each<[string, (search: CapacitySearch) => void, RegExp]>([
    ["a bound", (s) => change(s.results[0], { lower: 1.01e6 }), /results\[0\]: the trials say {"l/],
    [
      "a throughput",
      (s) => change(s.results[1], { throughput: 1 }),
      /results\[1\]: the trials say/,
    ],
    ["a word", (s) => change(s.results[1], { isRegular: false }), /results\[1\]: the trials say/],
    ["a result", (s) => void s.results.pop(), /1 results of 2 goals/],
    ["a repeated trial", (s) => change(s.trials[0], { isRepeated: true }), /trials say/],
    ["late bursts", (s) => change(s.trials[0]?.cpus[0], { late: 1_001 }), /1001 late bursts of/],
    [
      "bursts",
      (s) => change(s.trials[0]?.cpus[0], { unrun: 1 }),
      /trials\[0\]: 1000 \+ 1 bursts of/,
    ],
    ["a load", (s) => change(s, { loadMax: 9e5 }), /trials\[0\]: a load of 1000000, not of/],
    ["CPUs", (s) => void s.trials[0]?.cpus.pop(), /trials\[0\]: 0 CPUs, the cell has 1/],
  ])("is refused where %s is another", (_, spoil, message) => {
    expect(searchFault(SEARCH, CAPACITY, SHAPE)).toBeNull();
    const search = structuredClone(SEARCH);
    spoil(search);
    expect(searchFault(search, CAPACITY, SHAPE)).toMatch(message);
  });

  it.each<[string, (document: LatencyDocument) => void, RegExp]>([
    ["plan", (d) => void delete d.plan.capacity, /^cells\[0\]: no loads$/],
    ["design", (d) => change(d.cells[0]?.searches?.[0], { design: 2 }), /searches\[0\]: design 2/],
    ["process", (d) => change(d.cells[0]?.searches?.[0], { process: 2 }), /process 2 is not there/],
  ])("is refused where its document has no such %s", (_, spoil, message) => {
    expect(latencyContradiction(capacityDocument([SEARCH]))).toBeNull();
    const document = capacityDocument([SEARCH]);
    spoil(document);
    expect(latencyContradiction(document)).toMatch(message);
  });

  it("is refused beside loads where nothing was to be searched for", () => {
    const document = latencyDocument([]);
    for (const cell of document.cells) cell.searches = [SEARCH];
    expect(latencyContradiction(document)).toMatch(/searches\[0\]: a search without a plan/);
  });
});

function change(of: object | undefined, what: object): void {
  if (of === undefined) throw new RangeError("nothing to change");
  Object.assign(of, what);
}

describe("a trial of a search", () => {
  it("has the late share of all its CPUs, what was given up among it", () => {
    const cpu = { startNs: 0, endNs: 1, maxNs: 0 };
    const cpus = [
      { ...cpu, bursts: 60, late: 3, unrun: 40 },
      { ...cpu, bursts: 100, late: 7, unrun: 0 },
    ];
    expect(loadTrialOf(capacityTrialOf(1e6, 0, { cpus })).lateShare).toBe(0.25);
  });

  it("is disturbed by what the system counted, and not by late bursts", () => {
    expect(isDisturbed(capacityTrialOf(1e6, 1_000), 1e6)).toBe(false);
    expect(isDisturbed({ runDelayNs: [0, 1e6 + 1], stealMs: null }, 1e6)).toBe(true);
    expect(isDisturbed({ runDelayNs: [1e6], stealMs: 1 }, 1e6)).toBe(false);
    expect(isDisturbed({ runDelayNs: null, stealMs: 10 }, 1e6)).toBe(true);
    expect(isDisturbed({ runDelayNs: null, stealMs: null }, 1e6)).toBe(false);
  });
});
