/** The latency document: text and back, and what is refused. */
import { describe, expect, it } from "vitest";
import {
  isLatencyText,
  type LatencyDocument,
  latencyContradiction,
  latencyText,
  parseLatency,
} from "../../../src/result/latencyDocument.js";
import { latencyDocument, trialOf } from "../../helpers/latencyBuilder.js";

const TRIALS = [
  trialOf({ process: 0, design: 0, load: 0 }, [1_000, 2_000, 2_000]),
  trialOf({ process: 1, design: 1, load: 1 }, [5_000], 2),
];
const good = (): LatencyDocument => structuredClone(latencyDocument(TRIALS));

describe("a latency document", () => {
  it("is the same after it was written and read", () => {
    const text = latencyText(good());
    expect(isLatencyText(text)).toBe(true);
    expect(parseLatency(text, "a.json")).toEqual(good());
    expect(latencyText(parseLatency(text, "a.json"))).toBe(text);
    expect(isLatencyText('{"schema":"dstbench-result"}')).toBe(false);
  });

  it("is refused where it is not JSON, or has a field too many or of another kind", () => {
    expect(() => parseLatency("{", "a.json")).toThrow(/^a.json: not JSON; allowed: /);
    const more = JSON.stringify({ ...good(), more: 1 });
    expect(() => parseLatency(more, "a.json")).toThrow(/^a.json: document: .*more/);
    const wrong = JSON.stringify({ ...good(), seed: -1 });
    expect(() => parseLatency(wrong, "a.json")).toThrow(/^a.json: seed: /);
  });

  it.each<[string, (document: LatencyDocument) => void, RegExp]>([
    [
      "bursts",
      (d) => void Object.assign(firstCpu(d), { bursts: 9 }),
      /9 bursts, the histogram has 3/,
    ],
    ["late", (d) => void Object.assign(firstCpu(d), { late: 4 }), /4 late bursts of 3/],
    ["unrun", (d) => void Object.assign(firstCpu(d), { unrun: 1 }), /3 \+ 1 bursts of 3/],
    ["order", (d) => void firstCpu(d).histogram.reverse(), /buckets out of order/],
    ["design", (d) => void Object.assign(firstTrial(d), { design: 2 }), /design 2 is not there/],
    ["load", (d) => void Object.assign(firstTrial(d), { load: 2 }), /load 2 is not there/],
    ["process", (d) => void Object.assign(firstTrial(d), { process: 2 }), /process 2 is not there/],
    ["CPUs", (d) => void firstTrial(d).cpus.push(firstCpu(d)), /2 CPUs, the cell has 1/],
  ])("is refused where its %s contradict each other", (_, change, message) => {
    expect(latencyContradiction(good())).toBeNull();
    const document = good();
    change(document);
    expect(latencyContradiction(document)).toMatch(message);
    expect(() => parseLatency(JSON.stringify(document), "a.json")).toThrow(message);
  });
});

function firstTrial(document: LatencyDocument) {
  const trial = document.cells[0]?.trials[0];
  if (trial === undefined) throw new RangeError("no trial");
  return trial;
}

function firstCpu(document: LatencyDocument) {
  const cpu = firstTrial(document).cpus[0];
  if (cpu === undefined) throw new RangeError("no CPU");
  return cpu;
}
