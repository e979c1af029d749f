/**
 * The C loops: compiled into a temporary folder where there is a compiler, run as one child process
 * that answers line by line, so that its windows are interleaved with those of Wasm.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { packageRoot } from "../../src/image/packageRoot.js";
import type { Arm, Window } from "../harness/arm.js";

/** Loops that `loops.c` has. */
export type NativeLoop = "null" | "rmw" | "lifo" | "receive";

const COMPILER = "gcc";
const PROBE_OPERATIONS = 65_536;
/** Entries of the flow list that the receive loop goes round. */
const FLOWS = 2 ** 17;

/** What each loop must return for so many operations, a multiple of 64. */
const EXPECTED: Readonly<Record<NativeLoop, (operations: number) => number>> = {
  null: () => 0,
  rmw: (operations) => operations,
  lifo: (operations) => operations,
  receive: (operations) => operations % FLOWS,
};

/** Said once where the loops cannot be had. */
export const NO_COMPILER = `no ${COMPILER} here: the C loops are left out`;

export class NativeLoops {
  /** Rejects when the process ends, so that no window waits for an answer that never comes. */
  private readonly died: Promise<never>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: Interface,
    private readonly folder: string,
  ) {
    this.died = once(child, "exit").then(([code]) => {
      throw new Error(`the C loops ended with exit code ${code}`);
    });
    this.died.catch(() => {});
  }

  /** Compiles and starts the loops; null where there is no compiler. */
  static async start(): Promise<NativeLoops | null> {
    if (spawnSync(COMPILER, ["--version"], { stdio: "ignore" }).status !== 0) return null;
    const folder = await mkdtemp(path.join(tmpdir(), "dstbench-native-"));
    const binary = path.join(folder, "loops");
    const source = path.join(packageRoot, "bench", "native", "loops.c");
    const built = spawnSync(COMPILER, ["-O3", "-Wall", "-Werror", "-o", binary, source], {
      encoding: "utf8",
    });
    if (built.status !== 0) {
      await rm(folder, { recursive: true });
      throw new Error(`${COMPILER} refused ${source}: ${built.stderr}`);
    }
    const child = spawn(binary, [], { stdio: ["pipe", "pipe", "inherit"] });
    return new NativeLoops(child, createInterface({ input: child.stdout }), folder);
  }

  private async timeLoop(loop: NativeLoop, operations: number): Promise<Window> {
    const answer = once(this.lines, "line");
    this.child.stdin?.write(`${loop} ${operations}\n`);
    const [line] = (await Promise.race([answer, this.died])) as [string];
    const [ns = Number.NaN, switches = 0, result] = line.split(" ").map(Number);
    const wanted = EXPECTED[loop](operations);
    if (result !== wanted) throw new Error(`C, ${loop}: returned ${result}, not ${wanted}`);
    return { ns: ns / operations, disturbed: switches > 0 };
  }

  /** An arm that runs a loop for about `windowMs`. */
  async arm(name: string, loop: NativeLoop, windowMs: number): Promise<Arm> {
    const probe = await this.timeLoop(loop, PROBE_OPERATIONS);
    const bursts = Math.round((windowMs * 1e6) / Math.max(probe.ns, 0.05) / 64);
    const operations = Math.max(1, bursts) * 64;
    return { name, window: () => this.timeLoop(loop, operations) };
  }

  /** Ends the process and takes the folder away. */
  async close(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.stdin?.end();
    await gone;
    this.lines.close();
    await rm(this.folder, { recursive: true });
  }
}
