/**
 * Docs: every file says what it is before it does anything, and every exported function of the two
 * halves carries a doc comment. Whether the words are good is for a reader to judge.
 */
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { hasModifier, lineOf, treeOf } from "./syntax.js";

/** Lines a header has at least, as they stand in the file, in `assembly/` and `src/`. */
const HEADER_LINES_MIN = 2;

function headerLines(text: string): number {
  const body = text.replace(/^#!.*\n/, "");
  const block = /^\/\*\*[\s\S]*?\*\//.exec(body)?.[0];
  if (block !== undefined) return block.split("\n").length;
  const lines = /^(?:\/\/.*(?:\n|$))+/.exec(body)?.[0];
  return lines === undefined ? 0 : lines.trimEnd().split("\n").length;
}

/** Files that do not begin with a comment of two lines; tests and benches need one line. */
export function headerFindings(files: readonly SourceText[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, text } of sourcesIn(files, "assembly", "src", "bench", "test")) {
    const wanted = /^(?:assembly|src)\//.test(path) ? HEADER_LINES_MIN : 1;
    const lines = headerLines(text);
    if (lines >= wanted) continue;
    const message = `begins with ${lines} lines of comment, wanted ${wanted}: say what the file is`;
    findings.push({ rule: "header", path, line: 1, message });
  }
  return findings;
}

function exportedFunctions(statement: ts.Statement): string[] {
  if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isFunctionDeclaration(statement)) return [statement.name?.text ?? "default"];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations
    .filter(({ initializer: i }) => i && (ts.isArrowFunction(i) || ts.isFunctionExpression(i)))
    .map((declaration) => declaration.name.getText());
}

function hasDoc(statement: ts.Statement, text: string): boolean {
  const header = ts.getLeadingCommentRanges(text, 0)?.[0]?.pos;
  const comments = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  return comments.some(({ pos }) => pos !== header && text.startsWith("/**", pos));
}

/** Exported functions of `assembly/` and `src/` without a doc comment of their own. */
export function functionDocFindings(files: readonly SourceText[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of sourcesIn(files, "assembly", "src")) {
    for (const statement of treeOf(file).statements) {
      if (hasDoc(statement, file.text)) continue;
      for (const name of exportedFunctions(statement)) {
        const message = `${name} has no doc comment: say shapes, units, errors and source`;
        findings.push({ rule: "function-docs", path: file.path, line: lineOf(statement), message });
      }
    }
  }
  return findings;
}
