/**
 * The doctor's findings as text: first what can be measured here, in a sentence, then each fact.
 * Marks stand beside words, so that nothing hangs on either alone.
 */
import type { Finding, FindingKind } from "../measure/doctor.js";

const MARKS: Record<FindingKind, string> = {
  fine: "✓ fine",
  limits: "! limits",
  blocks: "✗ blocks",
  unknown: "? unknown",
};

/** What the findings come to. */
export function doctorSentence(findings: readonly Finding[]): string {
  const names = (kind: FindingKind): string =>
    findings
      .filter((finding) => finding.kind === kind)
      .map((finding) => finding.name)
      .join(", ");
  const [blocks, limits, unknown] = [names("blocks"), names("limits"), names("unknown")];
  if (blocks !== "") return `Nothing can be measured here: ${blocks}.`;
  const but = limits === "" ? "and nothing speaks against it" : `but these limit it: ${limits}`;
  const dark = unknown === "" ? "" : `; unknown: ${unknown}`;
  return `Ratios can be measured here, ${but}${dark}.`;
}

/** The report, with a line feed at its end. */
export function doctorReport(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ name, kind, found, advice }) => {
    const line = `${MARKS[kind].padEnd(10)}${name.padEnd(width + 2)}${found}`;
    return advice === null ? line : `${line}\n${" ".repeat(width + 12)}${advice}`;
  });
  const last = "Nothing was changed. How well it measures: dstbench selftest.";
  return `${[doctorSentence(findings), "", ...lines, "", last].join("\n")}\n`;
}
