/**
 * Forks measuring processes and listens to them. A process that fails says why, and its failure is
 * raised here as what it was; one that dies or falls silent is a failure of its own.
 */
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../image/packageRoot.js";
import { CpuFailure } from "../machine/cpus.js";
import { BootError } from "../machine/machine.js";
import { V8_FLAGS } from "../machine/v8Flags.js";
import { UsageError } from "../reference/usageError.js";
import { JudgeError } from "./judge.js";
import type { LatencyEnd, LatencyPart, LatencyRequest } from "./latencyRequest.js";
import type {
  CellPart,
  ChildMessage,
  ParentMessage,
  ProcessEnd,
  ProcessRequest,
} from "./processRequest.js";

/** Longest time between messages: loading the largest table takes seconds, a cell its budget. */
const SILENCE_MS = 120_000;

/** A measuring process died, or fell silent. */
export class ProcessFailure extends Error {}

/** How a process is heard. */
export interface ProcessListener<Part = CellPart> {
  readonly say: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly cell: (part: Part) => void;
  readonly stopped: () => boolean;
}

/** The file that a process runs: from `dist/`, which `npm run build` makes, whatever runs here. */
function processFile(): string {
  return path.join(packageRoot, "dist", "measure", "measureProcess.js");
}

/** The failure that a process told of, as the class it was there. */
function failureOf(name: string, message: string): Error {
  switch (name) {
    case "UsageError":
      return new UsageError(message);
    case "JudgeError":
      return new JudgeError(message);
    case "CpuFailure":
      return new CpuFailure(message, []);
    case "BootError":
      return new BootError(message);
    default:
      return new Error(message);
  }
}

/** Ends a process that is still there. */
function end(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}

/** Forks a process that waits for a request, of the file that measures or of another. */
export function forkProcess(file = processFile()): ChildProcess {
  return fork(file, [], {
    serialization: "advanced",
    execArgv: [...V8_FLAGS],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

/**
 * Runs one measuring process to its end.
 * @param child a process that waits for its request
 * @throws what it failed with, or {ProcessFailure}
 */
export function runProcess(
  request: ProcessRequest,
  listener: ProcessListener,
  child = forkProcess(),
): Promise<ProcessEnd> {
  return runAsked<CellPart, ProcessEnd>({ kind: "run", request }, listener, child);
}

/** Runs a process that measures latency to its end. @throws as {@link runProcess} */
export function runLatencyProcess(
  request: LatencyRequest,
  listener: ProcessListener<LatencyPart>,
  child = forkProcess(),
): Promise<LatencyEnd> {
  return runAsked<LatencyPart, LatencyEnd>({ kind: "latency", request }, listener, child);
}

function runAsked<Part, End>(
  asked: Exclude<ParentMessage, { kind: "stop" }>,
  listener: ProcessListener<Part>,
  child: ChildProcess,
): Promise<End> {
  const { request } = asked;
  return new Promise((resolve, reject) => {
    const name = `process ${request.process}`;
    let lastWords = "";
    let doing = "starting";
    let isTold = false;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      lastWords = (lastWords + text).slice(-2_000);
    });
    const silence = setTimeout(() => {
      finish(() => reject(new ProcessFailure(`${name} fell silent while ${doing}`)));
    }, SILENCE_MS + request.cellBudgetMs);
    const finish = (settle: () => void): void => {
      clearTimeout(silence);
      end(child);
      settle();
    };
    child.on("message", (message: ChildMessage<Part, End>) => {
      silence.refresh();
      // Asked here and not by a timer, which would take from the CPUs that are measured.
      if (listener.stopped() && !isTold && child.connected) {
        isTold = true;
        child.send({ kind: "stop" });
      }
      if (message.kind === "say") listener.say(message.text);
      else if (message.kind === "cell") listener.cell(message.part);
      else if (message.kind === "end") finish(() => resolve(message.end));
      else if (message.kind === "failed") {
        finish(() => reject(failureOf(message.name, message.message)));
      } else {
        doing = message.text;
        listener.progress(message.text);
      }
    });
    child.on("error", (error) =>
      finish(() => reject(new ProcessFailure(`${name}: ${error.message}`))),
    );
    child.on("exit", (code, signal) => {
      const how = signal ?? `exit ${code}`;
      const words = lastWords.trim().split("\n").at(-1) ?? "";
      const why = words === "" ? how : `${how}: ${words}`;
      finish(() => reject(new ProcessFailure(`${name} died while ${doing} (${why})`)));
    });
    child.send(asked);
  });
}
