/**
 * Banned words of the whole repository: leftovers, silenced tests and compilers, machine paths,
 * registry hosts. Text rules read every line, comments included; what needs a grammar (`any`,
 * default exports) reads the syntax tree.
 */
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { hasModifier, importsOf, lineOf, treeOf, walk } from "./syntax.js";

interface LineRule {
  readonly rule: string;
  /** Matches a breach. Written so that it does not match its own source. */
  readonly pattern: RegExp;
  readonly message: string;
  applies(path: string): boolean;
}

const LOCK = "package-lock.json";
/** Files whose reader requires a default export. */
const DEFAULT_EXPORTS: Readonly<Record<string, string>> = {
  "src/machine/cpuWorker.ts": "Piscina calls the default export",
  "vitest.config.ts": "vitest reads the default export",
};

const LINE_RULES: readonly LineRule[] = [
  {
    rule: "leftovers",
    pattern: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/,
    message: "finish it, or open an issue and drop the note",
    applies: (path) => path !== LOCK,
  },
  {
    rule: "silenced-tests",
    pattern: /\.(?:skip|only|todo)\(/,
    message: "a test runs or does not exist: remove the modifier",
    applies: (path) => path.endsWith(".ts"),
  },
  {
    rule: "silenced-types",
    pattern: /@ts-(?:[i]gnore|[n]ocheck)/,
    message: "only assembly/config.ts may silence the compiler: fix the type",
    applies: (path) => path.endsWith(".ts") && path !== "assembly/config.ts",
  },
  {
    rule: "machine-paths",
    pattern: /(?<![\w./-])\/(?:work|tmp|home|root|Users)\/|\b[A-Z]:\\Users\\/,
    message: "a path of one machine: derive it from the file's own place or os.tmpdir()",
    applies: (path) => path !== LOCK,
  },
  {
    rule: "registry-hosts",
    pattern: /registry\.(?:npm|yarn)|https?:\/\/[^\s"'/]*(?:registry|artifactory|nexus|verdaccio)/i,
    message: "names a package registry: leave the choice to the user's npm configuration",
    applies: () => true,
  },
  {
    rule: "registry-hosts",
    pattern: /"resolved"\s*:/,
    message: "pins a registry: npm writes none under .npmrc's omit-lockfile-registry-resolved",
    applies: (path) => path === LOCK,
  },
];

function lineFindings(file: SourceText): Finding[] {
  const rules = LINE_RULES.filter((rule) => rule.applies(file.path));
  const findings: Finding[] = [];
  file.text.split("\n").forEach((text, index) => {
    for (const { rule, pattern, message } of rules) {
      const hit = pattern.exec(text)?.[0];
      if (hit === undefined) continue;
      findings.push({ rule, path: file.path, line: index + 1, message: `${hit}: ${message}` });
    }
  });
  return findings;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return hasModifier(node, ts.SyntaxKind.DefaultKeyword);
}

function treeFindings(file: SourceText): Finding[] {
  const findings: Finding[] = [];
  const report = (rule: string, line: number, message: string): void => {
    findings.push({ rule, path: file.path, line, message });
  };
  walk(treeOf(file), (node) => {
    if (file.path.startsWith("src/") && node.kind === ts.SyntaxKind.AnyKeyword) {
      report(
        "any",
        lineOf(node),
        "any switches the type checker off: name the type, or use unknown",
      );
    }
    if (isDefaultExport(node) && DEFAULT_EXPORTS[file.path] === undefined) {
      report("default-exports", lineOf(node), "export it by name");
    }
  });
  for (const { line, specifier } of importsOf(file)) {
    if (isCatchAll(specifier)) report("catch-all", line, `${specifier}: name the thing it is`);
  }
  return findings;
}

function isCatchAll(path: string): boolean {
  return /(?:^|\/)utils?(?:[./]|$)/i.test(path);
}

/** Every breach of a repository-wide word rule. */
export function repositoryWordFindings(files: readonly SourceText[]): Finding[] {
  const findings = files.flatMap(lineFindings);
  for (const { path } of files) {
    if (!isCatchAll(path)) continue;
    findings.push({ rule: "catch-all", path, line: 0, message: "name the thing it is" });
  }
  const typed = files.filter(({ path }) => path.endsWith(".ts") && !path.includes("/"));
  const below = sourcesIn(files, "assembly", "src", "bench", "test");
  return [...findings, ...[...typed, ...below].flatMap(treeFindings)];
}
