/** The document as it grows: whole at every moment, cells in their order, audits by process. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { analyseCell } from "../../../src/measure/analyse.js";
import type { CellPart, ProcessEnd } from "../../../src/measure/processRequest.js";
import { RunDocument } from "../../../src/measure/runDocument.js";
import { checkResult } from "../../../src/result/parseResult.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";

const DESIGNS = ["linux-3.10", "no-cache"];

function partOf(cell: number, process: number): CellPart {
  const { windows, processes, arms, extras, windowPackets, leadInPackets, notes, ...facts } =
    buildCell({
      designs: DESIGNS,
      extras: ["placebo", "control"],
      blocks: 8,
      cpus: cell + 1,
      nsPerPacket: (arm) => 100 + arm,
    });
  const [own] = processes;
  if (own === undefined) throw new RangeError(`${extras.length} extras, ${notes.length} notes`);
  return {
    cell,
    facts: process === 0 ? facts : null,
    arms,
    sideLoad: null,
    process: { ...own, process },
    lengths: { windowPackets, leadInPackets, controlPackets: 64 },
    digest: "",
    windows: windows.map((window) => ({ ...window, process })),
  };
}

const END: ProcessEnd = {
  startedAt: "2026-01-02T03:04:07Z",
  setUpMs: 5,
  placebo: "c".repeat(64),
  cellOrder: ["internet-mix, 2 CPUs", "internet-mix, 1 CPU"],
  audits: DESIGNS.map(() => ({ checks: 10, failures: [] })),
  placeboAudit: { checks: 5, failures: [] },
};

function start(): RunDocument {
  const empty = buildResult(buildCell({ designs: DESIGNS, blocks: 1, nsPerPacket: () => 1 }));
  const document = { ...empty, cells: [], processes: [], errors: [] };
  return new RunDocument(document, DESIGNS.map(parseDesign), ["placebo", "control"]);
}

describe("RunDocument", () => {
  it("puts cells in their order, whatever order a process measured them in", () => {
    const run = start();
    run.begin(11);
    run.addPart(partOf(1, 0), ["a note"]);
    expect(checkResult(run.document)).toEqual(run.document);
    run.addPart(partOf(0, 0), []);
    run.finish(0, END);
    run.begin(12);
    run.addPart(partOf(0, 1), ["not this one"]);
    run.addPart(partOf(1, 1), ["not this one"]);
    run.finish(1, END);
    expect(checkResult(run.document)).toEqual(run.document);
    const { cells, processes } = run.document;
    expect(cells.map(({ cpus }) => cpus)).toEqual([1, 2]);
    expect(cells.map(({ notes }) => notes)).toEqual([[], ["a note"]]);
    for (const cell of cells) {
      expect(cell.processes.map(({ process }) => process)).toEqual([0, 1]);
      expect(cell.windows).toHaveLength(2 * 8 * 4);
    }
    expect(processes.map(({ seed }) => seed)).toEqual([11, 12]);
    expect(processes[1]).toMatchObject({ setUpMs: 5, placebo: END.placebo });
  });

  it("adds up audits, and takes a process that has not audited for a failure", () => {
    const run = start();
    run.begin(11);
    run.addPart(partOf(0, 0), []);
    const arm = () => run.document.cells[0]?.arms[0];
    expect(arm()?.audit).toEqual({ ok: false, checks: 0, failures: ["process 0: not audited"] });
    run.finish(0, END);
    expect(arm()?.audit).toEqual({ ok: true, checks: 10, failures: [] });
    run.begin(12);
    run.addPart(partOf(0, 1), []);
    expect(arm()?.audit.failures).toEqual(["process 1: not audited"]);
    const cell = run.document.cells[0];
    expect(cell === undefined ? null : analyseCell(cell)).toMatchObject({ kind: "failed" });
  });

  it("tells of failed audits by process and design, the placebo's too", () => {
    const run = start();
    run.begin(11);
    run.addPart(partOf(0, 0), []);
    run.finish(0, {
      ...END,
      audits: [
        { checks: 10, failures: [] },
        { checks: 10, failures: ["1 object too many"] },
      ],
      placeboAudit: { checks: 5, failures: ["a count of 2"] },
    });
    expect(run.document.errors).toEqual([
      "process 0: audit of no-cache: 1 object too many",
      "process 0: audit of the placebo: a count of 2",
    ]);
    expect(run.document.cells[0]?.extras[0]?.audit).toEqual({
      ok: false,
      failures: ["process 0: a count of 2"],
    });
    expect(run.document.cells[0]?.extras[1]?.audit.ok).toBe(true);
  });
});
