/** `compare` in processes of its own: small runs, from arguments to document and exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { terminalReport } from "../../../src/report/terminalReport.js";
import type { Cell } from "../../../src/result/cellSchema.js";
import { parseResult } from "../../../src/result/parseResult.js";
import { runCli, TINY } from "./runCli.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-compare-"));

afterAll(() => rmSync(folder, { recursive: true }));

const cores = availableParallelism();
const JSON_ARGS = ["compare", ...TINY, "--workload", "single-flow", "--json"];

/** The arms in the order of their slots; attempts that were redone are left out. */
function slotsOf({ windows }: Cell): number[] {
  return windows.filter(({ retried }) => retried !== true).map(({ arm }) => arm);
}

describe("compare", () => {
  it("gives a document that is whole, and the same flows and order for the same seed", async () => {
    const save = path.join(folder, "a.json");
    const args = [...JSON_ARGS, "--blocks", "4", "--workload", "internet-mix", "--seed", "7"];
    const runs = [
      await runCli([...args, "--cpus", "1,2", "--save", save]),
      await runCli([...args, "--cpus", "1,2"]),
    ];
    const [one, two] = runs.map(({ code, stdout, stderr }) => {
      expect(stderr).not.toContain("dstbench: ");
      expect(code).toBe(0);
      return parseResult(stdout);
    });
    if (one === undefined || two === undefined) throw new RangeError("two runs");
    expect(readFileSync(save, "utf8")).toBe(runs[0]?.stdout);
    expect([one.seed, one.errors]).toEqual([7, []]);
    for (const design of one.designs) {
      expect(design.images.release).toMatch(/^[0-9a-f]{64}$/);
      expect(design.images.debug).not.toBe(design.images.release);
      expect(Object.keys(design.knobs)).toContain("route-cache");
    }
    expect(one.cells.map((cell) => cell.cpus)).toEqual([1, 2]);
    one.cells.forEach((cell, i) => {
      expect(cell.windows.map((window) => window.sequence)).toEqual([...cell.windows.keys()]);
      // Five designs and the placebo in each of four blocks, the control in the first and last.
      expect(slotsOf(cell)).toHaveLength(4 * 6 + 2);
      expect(cell.oversubscribed).toBe(cell.cpus > cores);
      expect(new Set(cell.processes[0]?.threadIds).size).toBe(cell.cpus);
      const other = two.cells[i];
      expect(other?.flows).toEqual(cell.flows);
      expect(other === undefined ? [] : slotsOf(other)).toEqual(slotsOf(cell));
      for (const [arm, row] of cell.arms.entries()) {
        expect(row.audit).toMatchObject({ ok: true, failures: [] });
        expect(row.judge.packets).toBeGreaterThanOrEqual(20_000);
        expect(row.counted).toEqual(other?.arms[arm]?.counted);
      }
    });
  });

  it("marks more CPUs than cores, and ends well", async () => {
    const cpus = String(cores + 1);
    const { code, stdout } = await runCli([...JSON_ARGS, "nexthop-direct", "--cpus", cpus]);
    expect(code).toBe(0);
    const [cell] = parseResult(stdout).cells;
    expect(cell).toMatchObject({ cpus: cores + 1, cores, oversubscribed: true });
    expect(cell?.windows[0]?.packets).toHaveLength(cores + 1);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("on %s ends with %i and what was measured so far", async (signal, code) => {
    const args = ["compare", "no-cache", ...TINY, "--blocks", "4k", "--budget", "60"];
    const more = ["--workload", "single-flow,scan", "--cpus", "1", "--json"];
    const start = performance.now();
    const run = await runCli([...args, ...more], (child) => {
      child.stderr?.on("data", (text: string) => {
        if (/windows/.test(text)) setTimeout(() => child.kill(signal), 300);
      });
    });
    expect(run.stderr).not.toMatch(/^ +at /m);
    expect([run.code, run.signal]).toEqual([code, null]);
    const document = parseResult(run.stdout);
    expect(document.notes).toContain(`ended early by ${signal}`);
    expect(document.cells).toHaveLength(1);
    expect(document.cells[0]?.windows.length).toBeGreaterThan(0);
    expect(document.cells[0]?.arms[0]?.audit.ok).toBe(true);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  it("is exit 2 where any cell finds the input bad: nothing was run", async () => {
    // One prefix of four hosts cannot feed 64 CPUs.
    const one = path.join(folder, "one.txt");
    writeFileSync(one, "20.0.0.0/30\n");
    const args = ["compare", "nexthop-direct", ...TINY, "--routes", one, "--cpus", "1,64"];
    const run = await runCli([...args, "--workload", "internet-mix", "--json"]);
    expect(run.stderr).toMatch(/^dstbench: internet-mix: too few flows for CPU \d+ .*; allowed: /m);
    expect([run.code, run.stdout]).toEqual([2, ""]);
  });

  it("measures in several processes, and prints what the file says", async () => {
    const save = path.join(folder, "processes.json");
    const args = ["compare", ...TINY, "--processes", "2", "--workload", "single-flow"];
    const run = await runCli([...args, "--cpus", "1", "--save", save]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/over\s+2\s+processes/);
    expect(run.stdout).toContain("Noise floor: the first design against its placebo:");
    const document = parseResult(readFileSync(save, "utf8"));
    expect(terminalReport(document, { colour: false, width: 100 })).toBe(run.stdout);
  });

  it("is quick where it is asked to, and says what that leaves out", async () => {
    const args = ["compare", "nexthop-direct", "no-cache", "--quick", "--routes", "1k"];
    const more = [
      "--workload",
      "single-flow",
      "--cpus",
      "1",
      "--flow-packets",
      "8k",
      "--blocks",
      "9",
    ];
    const run = await runCli([...args, "--nexthops", "8", ...more]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("measured: quick, 1 process: what differs between processes");
    expect(run.stdout).toContain("within one process only");
  });
});
