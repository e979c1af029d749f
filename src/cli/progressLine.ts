/**
 * Progress on stderr: one line that is redrawn between windows on a terminal, plain lines
 * elsewhere. No timer: a spinner's would steal from the CPUs that are measured.
 */

/** Where progress goes. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class ProgressLine {
  private shown = false;
  private last = "";

  constructor(private readonly stream: ProgressStream) {}

  /**
   * Shows what is being done now. Off a terminal only changes of the part before ":" are written.
   */
  update(text: string): void {
    if (this.stream.isTTY === true) {
      const width = Math.max(20, (this.stream.columns ?? 80) - 1);
      this.stream.write(`\r\x1b[2K${text.slice(0, width)}`);
      this.shown = true;
      return;
    }
    const head = text.replace(/: block .*/, ": windows");
    if (head !== this.last) this.stream.write(`${head}\n`);
    this.last = head;
  }

  /** Writes a line that stays. */
  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.shown) this.stream.write("\r\x1b[2K");
    this.shown = false;
  }
}
