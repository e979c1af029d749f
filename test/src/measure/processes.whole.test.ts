/** Measuring processes as they are forked: the real one, and some that end otherwise. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { CpuFailure } from "../../../src/machine/cpus.js";
import { JudgeError } from "../../../src/measure/judge.js";
import { forkProcess, ProcessFailure, runProcess } from "../../../src/measure/processes.js";
import type { CellPart } from "../../../src/measure/processRequest.js";
import { RunDocument } from "../../../src/measure/runDocument.js";
import { runProcesses } from "../../../src/measure/runProcesses.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { buildCell, buildResult } from "../../helpers/resultBuilder.js";
import { smallRequest } from "./smallRequest.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-processes-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** A process that does this when it is asked. */
function processThat(does: string): string {
  const file = path.join(folder, `${does.length}.mjs`);
  writeFileSync(file, `process.on("message", (message) => { ${does} });`);
  return file;
}

const QUIET = { say: () => {}, progress: () => {}, cell: () => {}, stopped: () => false };

describe("runProcess", () => {
  it("runs the real one, in which all Wasm is optimised", async () => {
    const request = await smallRequest();
    const parts: CellPart[] = [];
    const end = await runProcess(request, { ...QUIET, cell: (part) => parts.push(part) });
    rmSync(request.flowsFolder, { recursive: true });
    expect(end.cellOrder).toEqual(["internet-mix, 1 CPU"]);
    expect(parts).toHaveLength(1);
    // Two designs and the placebo in each of two blocks, the control in the first.
    expect(parts[0]?.windows.filter(({ retried }) => retried !== true)).toHaveLength(2 * 3 + 1);
  });

  it.each([
    ["UsageError", UsageError],
    ["JudgeError", JudgeError],
    ["CpuFailure", CpuFailure],
    ["BootError", Error],
    ["TypeError", Error],
  ])("raises a %s as one", async (name, kind) => {
    const request = await smallRequest();
    const file = processThat(
      `process.send({ kind: "failed", name: "${name}", message: "it went wrong" })`,
    );
    const run = runProcess(request, QUIET, forkProcess(file));
    await expect(run).rejects.toThrow(kind);
    await expect(run).rejects.toThrow("it went wrong");
  });

  it("says what a process that died was doing, and its last words", async () => {
    const request = await smallRequest();
    const file = processThat(
      'process.send({ kind: "progress", text: "judge" }, () => {' +
        'console.error("out of memory"); process.exit(9); })',
    );
    const run = runProcess(request, QUIET, forkProcess(file));
    await expect(run).rejects.toThrow(ProcessFailure);
    await expect(run).rejects.toThrow("process 0 died while judge (exit 9: out of memory)");
    const killed = processThat('process.kill(process.pid, "SIGKILL")');
    await expect(runProcess(request, QUIET, forkProcess(killed))).rejects.toThrow(
      /died while starting \(SIGKILL/,
    );
  });

  it("tells a process once that the user has stopped", async () => {
    const request = await smallRequest();
    const file = processThat(
      'if (message.kind === "stop")' +
        'process.send({ kind: "end", end: { cellOrder: ["stopped"] } });' +
        'else process.send({ kind: "say", text: "here" })',
    );
    const end = await runProcess(request, { ...QUIET, stopped: () => true }, forkProcess(file));
    expect(end.cellOrder).toEqual(["stopped"]);
  });
});

describe("runProcesses", () => {
  it("gives later processes the lengths of the first, and a seed of their own", async () => {
    const { release, debug, table } = await smallRequest();
    const designs = ["linux-3.10", "no-cache"];
    const empty = buildResult(buildCell({ designs, blocks: 1, nsPerPacket: () => 1 }));
    const document = { ...empty, cells: [], processes: [], errors: [] };
    const run = new RunDocument(document, designs.map(parseDesign), ["placebo", "control"]);
    const progress: string[] = [];
    const reason = await runProcesses(
      {
        ...{ designs, release, debug, table, nexthops: 8, packetsPerSecond: 1e6 },
        ...{ flowPackets: 8_192, deadlineMs: 20_000, placebo: true, plantedShare: null, seed: 5 },
        ...{ sideLoad: null, rhashEntries: null },
        cells: [{ workload: "single-flow", cpus: 1, notes: ["a note"] }],
        ...{ processes: 2, blocks: 4, budgetMs: 1_000, targetLog: 0.01, say: () => {} },
        progress: (text) => progress.push(text),
        stopped: () => false,
      },
      run,
    );
    expect(reason).toBe("processes");
    const [cell] = run.document.cells;
    expect(cell?.notes).toEqual(["a note"]);
    const lengths = cell?.processes.map(({ controlPackets }) => controlPackets);
    expect(new Set(lengths).size).toBe(1);
    const packets = cell?.windows.filter(({ arm }) => arm < 3).map((window) => window.packets[0]);
    expect(new Set(packets)).toEqual(new Set([cell?.windowPackets]));
    expect(new Set(run.document.processes.map(({ seed }) => seed)).size).toBe(2);
    expect(progress.some((text) => text.startsWith("process 2: single-flow, 1 CPU"))).toBe(true);
  });
});
