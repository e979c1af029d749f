/**
 * Mirror: every source of `assembly/` and `src/` has a test file at the same place below `test/`,
 * so whoever changes a file knows what to run, and an untested file is seen at once.
 */
import { type Finding, type SourceText, sourcesIn } from "./finding.js";

const RULE = "mirror";
const LIST = "test/tidy/data/mirrorExceptions.ts";

function twinsOf(source: string): string[] {
  const stem = source.replace(/\.ts$/, "");
  return [`test/${stem}.test.ts`, `test/${stem}.whole.test.ts`];
}

/** Sources without a twin, exceptions that are no longer needed, and a list that grew. */
export function mirrorFindings(
  files: readonly SourceText[],
  exceptions: Readonly<Record<string, string>>,
  exceptionsMax: number,
): Finding[] {
  const paths = new Set(files.map((file) => file.path));
  const hasTwin = (source: string): boolean => twinsOf(source).some((twin) => paths.has(twin));
  const findings: Finding[] = [];
  const report = (path: string, message: string): void => {
    findings.push({ rule: RULE, path, line: 0, message });
  };
  for (const { path } of sourcesIn(files, "assembly", "src")) {
    if (hasTwin(path) || exceptions[path] !== undefined) continue;
    report(path, `has no test: write ${twinsOf(path).join(" or ")}`);
  }
  for (const path of Object.keys(exceptions)) {
    if (!paths.has(path)) report(path, `is gone: remove its entry from ${LIST}`);
    else if (hasTwin(path)) report(path, `has a test now: remove its entry from ${LIST}`);
  }
  const entries = Object.keys(exceptions).length;
  if (entries !== exceptionsMax) {
    report(LIST, `has ${entries} entries and a maximum of ${exceptionsMax}: it only shrinks`);
  }
  return findings;
}
