/** The process that is forked ahead: taken once, replaced where it has died, ended where unused. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SpareProcess } from "../../../src/measure/spareProcess.js";

const folder = mkdtempSync(path.join(tmpdir(), "dstbench-spare-"));
const file = path.join(folder, "waits.mjs");
writeFileSync(file, "process.on('message', () => {}); process.on('disconnect', process.exit);\n");

const forked: ChildProcess[] = [];

function forkOne(): ChildProcess {
  const child = fork(file, [], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  forked.push(child);
  return child;
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
}

afterAll(() => {
  for (const child of forked) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

describe("SpareProcess", () => {
  it("hands over the one that was prepared, once", () => {
    const spare = new SpareProcess(forkOne);
    spare.prepare();
    spare.prepare();
    const [prepared] = forked.slice(-1);
    const before = forked.length;
    expect(spare.take()).toBe(prepared);
    expect(forked).toHaveLength(before);
    expect(spare.take()).toBe(forked[before]);
    expect(forked).toHaveLength(before + 1);
  });

  it("forks another where the prepared one has died", async () => {
    const spare = new SpareProcess(forkOne);
    spare.prepare();
    const dead = forked.at(-1) as ChildProcess;
    const end = ended(dead);
    dead.kill("SIGKILL");
    await end;
    expect(spare.take()).not.toBe(dead);
  });

  it("ends the one that nobody takes", async () => {
    const spare = new SpareProcess(forkOne);
    spare.prepare();
    const end = ended(forked.at(-1) as ChildProcess);
    spare.drop();
    expect(await end).toBe("SIGKILL");
    spare.drop();
  });
});
