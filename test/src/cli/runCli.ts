/** Runs the built command line as a user does, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../../../src/image/packageRoot.js";

/** How a command ended. */
export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `dstbench ARGS…`; `onProcess` sees the process, to send it signals or close its pipes. */
export function runCli(
  args: readonly string[],
  onProcess: (child: ChildProcess) => void = () => {},
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    // A runner may ask for colours (FORCE_COLOR, CI): what is compared here has none.
    const { FORCE_COLOR: _, ...rest } = process.env;
    const env = { ...rest, NO_COLOR: "1" };
    const main = path.join(packageRoot, "dist/cli/main.js");
    const child = spawn(process.execPath, [main, ...args], { env });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...texts }));
    onProcess(child);
  });
}

/** Options of a comparison that is over in seconds: 1,000 routes, one block. */
export const TINY = [
  ...["--routes", "1k", "--nexthops", "8", "--rhash-entries", "1024", "--flow-packets", "65536"],
  ...["--processes", "1", "--blocks", "1", "--budget", "1"],
] as const;
