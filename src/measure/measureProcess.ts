/**
 * A measuring process: what `processes.ts` forks. It does one request and ends. A signal, which a
 * terminal sends to all processes of a group, does not end it but stops it after the block at hand,
 * so that its windows are not lost. When the parent is gone it ends too.
 */
import { measureCells } from "./measureCells.js";
import type { ChildMessage, ParentMessage } from "./processRequest.js";

/** Sends and waits until the message has left, so that an exit cannot lose it. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
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
    const hooks = {
      say: (text: string) => void tell({ kind: "say", text }),
      progress: (text: string) => void tell({ kind: "progress", text }),
      cell: (part: Extract<ChildMessage, { kind: "cell" }>["part"]) =>
        void tell({ kind: "cell", part }),
      stopped: () => isStopped,
    };
    measureCells(message.request, hooks)
      .then((end) => tell({ kind: "end", end }))
      .catch((error: unknown) => {
        const failed = error instanceof Error ? error : new Error(String(error));
        return tell({ kind: "failed", name: failed.constructor.name, message: failed.message });
      })
      .finally(() => process.exit(0));
  });
}

if (process.send !== undefined) serveParent();
