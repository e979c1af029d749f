/**
 * The next measuring process, forked ahead: it loads its code while the one before it sets up its
 * machines, which takes longer, and then sleeps until it is asked. It is as fresh as any other: it
 * has no machine, no memory and no worker before its request comes.
 */
import type { ChildProcess } from "node:child_process";

function isWaiting(child: ChildProcess): boolean {
  return child.connected && child.exitCode === null && child.signalCode === null;
}

/** One process ahead of those that run. */
export class SpareProcess {
  private spare: ChildProcess | null = null;

  constructor(private readonly forkOne: () => ChildProcess) {}

  /** A process that waits for a request: the one forked ahead, or a new one. */
  take(): ChildProcess {
    const { spare } = this;
    this.spare = null;
    return spare !== null && isWaiting(spare) ? spare : this.forkOne();
  }

  /** Forks the next one, if there is none. */
  prepare(): void {
    if (this.spare !== null) return;
    const spare = this.forkOne();
    // One that ends before it is asked is no failure: another is forked in its place.
    spare.on("error", () => {});
    this.spare = spare;
  }

  /** Ends the one that nobody will ask. */
  drop(): void {
    this.spare?.kill("SIGKILL");
    this.spare = null;
  }
}
