/**
 * What a tidy rule takes and gives. A rule is a pure function from texts to findings, so a test can
 * feed it a bad file that was never on disk and see the message it gives.
 */

/** A file as a rule sees it: path from the project's root with `/`, and its text. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** One breach of a rule. `line` starts at 1; 0 stands for the whole file. */
export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  /** What was found and what to do about it, in one line. */
  readonly message: string;
}

/** One line per finding, as an editor can open it; empty when there is none. */
export function listing(findings: readonly Finding[]): string {
  return findings
    .map((f) => `${f.path}${f.line > 0 ? `:${f.line}` : ""}: [${f.rule}] ${f.message}`)
    .join("\n");
}

/** TypeScript files below one of the folders, declaration files left out. */
export function sourcesIn(files: readonly SourceText[], ...folders: string[]): SourceText[] {
  return files.filter(
    ({ path: at }) =>
      at.endsWith(".ts") && !at.endsWith(".d.ts") && folders.some((f) => at.startsWith(`${f}/`)),
  );
}
