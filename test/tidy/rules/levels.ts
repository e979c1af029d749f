/**
 * Levels: the rule that keeps the tree a tree. It reads import lines only; what a unit's level is
 * stands in `data/levels.ts`, who may use the door upward in `data/callsDoor.ts`.
 */
import path from "node:path";
import type { Levels } from "../data/levels.js";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { importsOf } from "./syntax.js";

const RULE = "levels";
const DOOR = "assembly/calls/";

function unitOf(path: string, root: string, levels: Levels): string | undefined {
  const below = path.slice(root.length + 1);
  return Object.keys(levels)
    .filter((unit) => below === unit || below.startsWith(`${unit}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function describeImport(
  from: string,
  target: string,
  root: string,
  levels: Levels,
): string | undefined {
  const own = unitOf(from, root, levels);
  if (own === undefined) return undefined;
  if (!target.startsWith(`${root}/`)) {
    return `imports ${target} from outside ${root}/: move what is needed into ${root}/`;
  }
  const other = unitOf(target, root, levels);
  if (other === undefined) return `imports ${target}, which has no level`;
  const [ownLevel = 0, otherLevel = 0] = [levels[own], levels[other]];
  if (own === other || otherLevel < ownLevel) return undefined;
  const sameFolder = path.posix.dirname(from) === path.posix.dirname(target);
  if (otherLevel === ownLevel && sameFolder) return undefined;
  return (
    `${own} (level ${ownLevel}) imports ${other} (level ${otherLevel}): ` +
    "import from lower levels or the own folder only; move the code down, or call through calls/"
  );
}

/** Imports that go up or sideways, and files that stand in no level, below `root`. */
export function levelFindings(
  files: readonly SourceText[],
  root: "assembly" | "src",
  levels: Levels,
): Finding[] {
  const findings: Finding[] = [];
  for (const file of sourcesIn(files, root)) {
    if (file.path.startsWith(DOOR)) continue;
    if (unitOf(file.path, root, levels) === undefined) {
      const message = "has no level: put it into a folder that test/tidy/data/levels.ts names";
      findings.push({ rule: RULE, path: file.path, line: 0, message });
    }
    for (const { line, target, specifier } of importsOf(file)) {
      if (target === undefined && root === "assembly") {
        const message = `imports package ${specifier}: assembly/ stands alone`;
        findings.push({ rule: RULE, path: file.path, line, message });
      }
      if (target === undefined || target.startsWith(DOOR)) continue;
      const message = describeImport(file.path, target, root, levels);
      if (message !== undefined) findings.push({ rule: RULE, path: file.path, line, message });
    }
  }
  return findings;
}

/** Imports of `calls/` by files that are not listed, idle entries, and imports by `calls/`. */
export function callsDoorFindings(
  files: readonly SourceText[],
  allowed: Readonly<Record<string, string>>,
): Finding[] {
  const rule = "calls-door";
  const findings: Finding[] = [];
  const used = new Set<string>();
  for (const file of sourcesIn(files, "assembly")) {
    const inside = file.path.startsWith(DOOR);
    for (const { line, target } of importsOf(file)) {
      if (target === undefined) continue;
      if (inside && (target === "assembly/index.ts" || !target.startsWith("assembly/"))) {
        const message = `calls/ imports ${target}: it may import anything below index.ts only`;
        findings.push({ rule, path: file.path, line, message });
      }
      if (inside || !target.startsWith(DOOR) || file.path === "assembly/index.ts") continue;
      used.add(file.path);
      if (allowed[file.path] === undefined) {
        const message =
          `imports ${target}: only files listed in test/tidy/data/callsDoor.ts call upward; ` +
          "call down instead, or add the file with the function pointer it stands for";
        findings.push({ rule, path: file.path, line, message });
      }
    }
  }
  for (const path of Object.keys(allowed).filter((p) => !used.has(p))) {
    const message = "no longer imports calls/: remove it from test/tidy/data/callsDoor.ts";
    findings.push({ rule, path, line: 0, message });
  }
  return findings;
}
