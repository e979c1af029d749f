/**
 * The terminal report of built documents: its table, its marks, and what stands beside it.
 */
import { describe, expect, it } from "vitest";
import { analyseCell } from "../../../src/measure/analyse.js";
import { terminalReport } from "../../../src/report/terminalReport.js";
import { parseResult } from "../../../src/result/parseResult.js";
import { writeResult } from "../../../src/result/writeResult.js";
import { buildCell, buildResult, type CellPlan } from "../../helpers/resultBuilder.js";

/** Slower by half, faster by a fifth, and the same but for a wobble of half a percent. */
const PLAN: CellPlan = {
  designs: ["nexthop-direct", "linux-3.10", "no-cache", "linux-5.10"],
  blocks: 10,
  nsPerPacket: (arm, block) =>
    200 * ([1, 1.5, 0.8, 1][arm] ?? 1) * (1 + (((block * 3 + arm * 5) % 7) - 3) / 600),
};

const PLAIN = { colour: false, width: 200 };

const DOCUMENT = buildResult(buildCell(PLAN));

function linesOf(text: string): string[] {
  return text.split("\n");
}

describe("terminalReport", () => {
  const text = terminalReport(DOCUMENT, PLAIN);

  it("puts the sentence first in each cell, on one line", () => {
    expect(text).toContain(
      "\n\ninternet-mix, 1 CPU: nexthop-direct forwards a packet in 200 ns; " +
        "linux-3.10 takes 1.50 times [1.49, 1.51] as long, no-cache 0.80 times [0.79, 0.80]; " +
        "linux-5.10 takes as long within 2 %: 1.002 times [0.996, 1.002].\n",
    );
    const sentence = text.indexOf("nexthop-direct forwards");
    expect(sentence).toBeLessThan(text.indexOf("ns/packet [p10]"));
  });

  it("has a row a design with every figure, and marks beside the colours", () => {
    const rows = linesOf(text);
    const head = rows.find((row) => row.startsWith("design"));
    expect(head?.split(/ {2,}/)).toEqual([
      "design",
      "ns/packet [p10]",
      "Mpps/CPU",
      "Mpps total",
      "time ratio to first",
      "verdict",
      "state",
      "hits/packet",
      "allocs/packet",
      "lookups/packet",
      "atomics/packet",
      "atomic loads",
      "entries",
      "slab memory",
    ]);
    const row = (design: string) => rows.find((line) => line.startsWith(`${design}  `));
    expect(row("nexthop-direct")?.split(/ {2,}/)).toEqual([
      "nexthop-direct",
      "200 [199]",
      "5.00",
      "5.00",
      "1",
      "first",
      "steady",
      "0.9",
      "<0.001",
      "0.1",
      "2",
      "4",
      "12,345",
      "1.50 MiB",
    ]);
    expect(row("linux-3.10")).toContain("▲ slower");
    expect(row("no-cache")).toContain("▼ faster");
    expect(row("linux-5.10")).toContain("= equivalent");
  });

  it("draws no boxes and leaves no blanks at line ends", () => {
    expect(text).not.toMatch(/[─-╿|]/u);
    expect(text).not.toMatch(/[ \t]\n/);
  });

  it("says how far the intervals reach", () => {
    expect(text).toContain(
      "Ratios: paired over 10 blocks; 95 % intervals, all of the cell together, within one " +
        "process only; windows of 10,000 packets per CPU, 10 a design.",
    );
  });

  it("says what a state means where it is not steady, and nothing where all are", () => {
    expect(text).not.toContain("State,");
    const nsPerPacket = (arm: number, block: number): number =>
      200 * (arm === 1 ? 1 + block / 20 : arm === 2 && block % 6 < 3 ? 1.2 : 1);
    const moving = buildResult(buildCell({ ...PLAN, blocks: 12, nsPerPacket }));
    expect(terminalReport(moving, PLAIN)).toContain(
      "\nState, growing: a packet took longer from part to part of the windows; " +
        "drifting: parts of the windows differ by more than 5 %, not one way.\n",
    );
  });

  it("names table, licence and machine, and ends with what this is", () => {
    expect(text).toContain("table: internet-2022, 968,428 routes, 64 next hops");
    expect(text).toContain("CC-BY-SA-4.0");
    expect(text).toContain("machine: Test CPU, 2 cores, 8.00 GiB, linux-x64, Node 20.20.2");
    expect(text.endsWith(`What this is: ${DOCUMENT.disclaimer}.\n`)).toBe(true);
  });

  it("gives the same report from the file alone", () => {
    expect(terminalReport(parseResult(writeResult(DOCUMENT)), PLAIN)).toBe(text);
  });

  it.each([
    [130, 2],
    [100, 3],
    [60, 5],
  ])("at %d columns prints %d tables, all figures, no line too long", (width, tables) => {
    const narrow = terminalReport(DOCUMENT, { colour: false, width });
    const rows = linesOf(narrow).filter((line) => !line.startsWith("internet-mix"));
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(width);
    expect(rows.filter((row) => row.startsWith("design "))).toHaveLength(tables);
    expect(rows.filter((row) => row.startsWith("linux-3.10 "))).toHaveLength(tables);
    const words = (report: string): string[] =>
      report.split(/\s+/).filter((word) => !PLAN.designs.includes(word) && word !== "design");
    expect(words(narrow).sort()).toEqual(words(text).sort());
  });

  it("says nothing by colour alone", () => {
    const coloured = terminalReport(DOCUMENT, { colour: true, width: 200 });
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
    expect(coloured).not.toBe(text);
    expect(coloured.replace(escapes, "")).toBe(text);
  });
});

describe("terminalReport beside the figures", () => {
  it("prints notes of a cell below its sentence, and flags below its table", () => {
    const cell = buildCell(PLAN);
    cell.notes.push("linux-5.10 differs from linux-3.10 in a knob that this workload never reads");
    const rows = linesOf(
      terminalReport(
        buildResult({ ...cell, processes: cell.processes.map((p) => ({ ...p, pinned: false })) }),
        PLAIN,
      ),
    );
    const sentence = rows.findIndex((row) => row.startsWith("internet-mix"));
    expect(rows[sentence + 1]).toBe(`note: ${cell.notes[0]}`);
    const flag = rows.indexOf("! CPUs were not pinned to cores");
    expect(flag).toBeGreaterThan(rows.findIndex((row) => row.startsWith("linux-5.10")));
  });

  it("prints the ping-pong time beside cells of several CPUs", () => {
    const text = terminalReport(buildResult(buildCell({ ...PLAN, cpus: 2 })), PLAIN);
    expect(text).toContain("internet-mix, 2 CPUs: nexthop-direct forwards a packet in 200 ns on");
    expect(text).toContain("Ping-pong: 84.0 ns one way, as between complexes of");
  });

  it("prints dashes, not zeros, for costs that were not counted", () => {
    const cell = buildCell(PLAN);
    const arms = cell.arms.map((arm) => ({ ...arm, counted: null }));
    const rows = linesOf(terminalReport(buildResult({ ...cell, arms }), PLAIN));
    const row = rows.find((line) => line.startsWith("no-cache  ")) ?? "";
    expect(row.split(/ {2,}/).slice(7, 12)).toEqual(["–", "–", "–", "–", "–"]);
  });

  it("says that there is no result, and gives no figure, for a cell that failed", () => {
    const failed = { ...buildCell(PLAN), windows: [] };
    const text = terminalReport(
      { ...buildResult(failed), errors: ["CPU 1 stalled"], notes: ["stopped early"] },
      PLAIN,
    );
    expect(text).toContain("not valid: CPU 1 stalled\n");
    expect(text).toContain("internet-mix, 1 CPU: no result: no window was measured.\n");
    expect(text).toContain("note: stopped early\n");
    expect(text).not.toContain("ns/packet");
    const empty = terminalReport({ ...buildResult(), designs: DOCUMENT.designs }, PLAIN);
    expect(empty).toContain("no result: no cell was measured.");
  });

  it("takes the figures of another analysis", () => {
    const text = terminalReport(DOCUMENT, {
      ...PLAIN,
      analyse: (cell) => {
        const analysis = analyseCell(cell);
        if (analysis.kind === "failed") return analysis;
        return { ...analysis, scope: "over 8 processes" };
      },
    });
    expect(text).toContain("over 8 processes");
    expect(text).not.toContain("within one process");
  });
});
