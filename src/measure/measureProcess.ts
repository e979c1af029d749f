/**
 * A measuring process: what `processes.ts` forks. It does one request and ends. A signal, which a
 * terminal sends to all processes of a group, does not end it but stops it after the block at hand,
 * so that its windows are not lost. When the parent is gone it ends too.
 */
import type { LatencyEnd, LatencyPart } from "./latencyRequest.js";
import { measureCells } from "./measureCells.js";
import { measureLatency } from "./measureLatency.js";
import type { CellPart, ChildMessage, ParentMessage } from "./processRequest.js";

/** Sends and waits until the message has left, so that an exit cannot lose it. */
function tell(message: ChildMessage | ChildMessage<LatencyPart, LatencyEnd>): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}

/** Does what is asked and tells of it. */
async function run(
  asked: Exclude<ParentMessage, { kind: "stop" }>,
  stopped: () => boolean,
): Promise<void> {
  const hooks = {
    say: (text: string) => void tell({ kind: "say", text }),
    progress: (text: string) => void tell({ kind: "progress", text }),
    stopped,
  };
  if (asked.kind === "latency") {
    const cell = (part: LatencyPart) => void tell({ kind: "cell", part });
    await tell({ kind: "end", end: await measureLatency(asked.request, { ...hooks, cell }) });
  } else {
    const cell = (part: CellPart) => void tell({ kind: "cell", part });
    await tell({ kind: "end", end: await measureCells(asked.request, { ...hooks, cell }) });
  }
}

/** Answers a parent: runs its request, tells of progress, stops when it says so. */
export function serveParent(): void {
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "stop") {
      stop();
      return;
    }
    run(message, () => isStopped)
      .catch((error: unknown) => {
        const failed = error instanceof Error ? error : new Error(String(error));
        return tell({ kind: "failed", name: failed.constructor.name, message: failed.message });
      })
      .finally(() => process.exit(0));
  });
}

if (process.send !== undefined) serveParent();
