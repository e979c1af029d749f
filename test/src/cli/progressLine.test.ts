/** Progress: one line that is redrawn on a terminal, plain lines elsewhere, and no timer. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { ProgressLine, type ProgressStream } from "../../../src/cli/progressLine.js";

class Stream implements ProgressStream {
  text = "";

  constructor(
    readonly isTTY: boolean,
    readonly columns = 40,
  ) {}

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}

const ERASE = "\r\x1b[2K";

describe("ProgressLine on a terminal", () => {
  it("redraws one line, cut to the width", () => {
    const stream = new Stream(true);
    const line = new ProgressLine(stream);
    line.update("cell 1/2: block 1/60");
    line.update("x".repeat(100));
    expect(stream.text).toBe(`${ERASE}cell 1/2: block 1/60${ERASE}${"x".repeat(39)}`);
    expect(stream.text).not.toContain("\n");
  });

  it("takes the line away once, and before a line that stays", () => {
    const stream = new Stream(true);
    const line = new ProgressLine(stream);
    line.clear();
    expect(stream.take()).toBe("");
    line.update("working");
    stream.take();
    line.say("loaded");
    expect(stream.take()).toBe(`${ERASE}loaded\n`);
    line.clear();
    expect(stream.take()).toBe("");
  });
});

describe("ProgressLine elsewhere", () => {
  it("writes a line for each step, not for each block, and no control sequences", () => {
    const stream = new Stream(false);
    const line = new ProgressLine(stream);
    line.update("cell 1/2: scan: judge");
    line.update("cell 1/2: scan: block 1/60");
    line.update("cell 1/2: scan: block 2/60");
    line.say("memory 1 MiB");
    line.clear();
    line.update("cell 2/2: scan: block 1/60");
    expect(stream.text).toBe(
      "cell 1/2: scan: judge\ncell 1/2: scan: windows\nmemory 1 MiB\ncell 2/2: scan: windows\n",
    );
  });
});

describe("ProgressLine", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sets no timer: it would steal from the CPUs that are measured", () => {
    vi.useFakeTimers();
    const line = new ProgressLine(new Stream(true));
    line.update("a");
    line.say("b");
    line.clear();
    expect(vi.getTimerCount()).toBe(0);
  });
});
