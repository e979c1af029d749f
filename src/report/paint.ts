/**
 * Colour for the terminal. Colour repeats what marks and words say and never adds to it, so a
 * report without colour has the same text.
 */
import pc from "picocolors";

/** What a report may colour. Every function gives its text back unchanged where colour is off. */
export interface Paint {
  strong(text: string): string;
  dim(text: string): string;
  warning(text: string): string;
  error(text: string): string;
  /** Colours the verdict's mark and word within a line. */
  verdict(line: string): string;
}

/** Whether colour is wanted where this process writes: honours NO_COLOR, FORCE_COLOR and pipes. */
export function isColourWanted(): boolean {
  return pc.isColorSupported;
}

/** The colours of a report, or none. */
export function createPaint(colour: boolean): Paint {
  const colours = pc.createColors(colour);
  return {
    strong: colours.bold,
    dim: colours.dim,
    warning: colours.yellow,
    error: colours.red,
    verdict: (line) =>
      line
        .replace("▲ slower", (mark) => colours.red(mark))
        .replace("▼ faster", (mark) => colours.green(mark))
        .replace("? inconclusive", (mark) => colours.yellow(mark)),
  };
}
