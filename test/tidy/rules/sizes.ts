/**
 * Sizes: a file is one object, a function one thought, and a line fits two windows side by side.
 * Named functions are measured; the anonymous callback of `describe` is a chapter, not a function.
 */
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { lineOf, treeOf, walk } from "./syntax.js";

/** Lines a file should have at most; up to FILE_LINES_MAX it is only a notice. */
const FILE_LINES = 400;
const FILE_LINES_MAX = 420;
const FUNCTION_LINES_MAX = 60;
/** Lines a function of a measured loop or a lookup should have at most; a notice only. */
const HOT_FUNCTION_LINES = 25;
const COLUMNS_MAX = 100;
const PARAMETERS_MAX = 5;

/** Lookups of tables: hot wherever they stand. `assembly/workload/` is hot as a whole. */
const LOOKUPS: ReadonlySet<string> = new Set(["assembly/net/fib/fibTrie.ts"]);

const isHot = (path: string): boolean => path.startsWith("assembly/workload/") || LOOKUPS.has(path);

interface NamedFunction {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

function nameOf(node: ts.FunctionLikeDeclaration): string | undefined {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const parent = node.parent;
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return named || ts.isPropertyDeclaration(parent) ? parent.name.getText() : undefined;
}

function functionsOf(file: SourceText): NamedFunction[] {
  const tree = treeOf(file);
  const found: NamedFunction[] = [];
  walk(tree, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node)) return;
    const name = nameOf(node);
    if (name === undefined) return;
    const line = lineOf(node);
    const lines = tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - line;
    found.push({ name, line, lines, parameters: node.parameters.length });
  });
  return found;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function sources(files: readonly SourceText[]): SourceText[] {
  return sourcesIn(files, "assembly", "src", "bench", "test");
}

/** Files, functions, lines and parameter lists past their hard limits. */
export function sizeFindings(files: readonly SourceText[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of sources(files)) {
    const report = (line: number, message: string): void => {
      findings.push({ rule: "sizes", path: file.path, line, message });
    };
    const lines = linesOf(file.text);
    if (lines.length > FILE_LINES_MAX) {
      report(0, `${lines.length} lines, allowed ${FILE_LINES}: split it by object`);
    }
    lines.forEach((text, index) => {
      const columns = [...text].length;
      if (columns <= COLUMNS_MAX) return;
      report(index + 1, `${columns} columns, allowed ${COLUMNS_MAX}: break the line`);
    });
    for (const { name, line, lines: length, parameters } of functionsOf(file)) {
      if (length > FUNCTION_LINES_MAX) {
        report(line, `${name} has ${length} lines, allowed ${FUNCTION_LINES_MAX}: split it`);
      }
      if (parameters > PARAMETERS_MAX) {
        const advice = "pass a struct, or split the function";
        report(line, `${name} has ${parameters} parameters, allowed ${PARAMETERS_MAX}: ${advice}`);
      }
    }
  }
  return findings;
}

/** What is near a limit or long for hot code: printed, never failed. */
export function sizeNotices(files: readonly SourceText[]): Finding[] {
  const notices: Finding[] = [];
  for (const file of sources(files)) {
    const note = (line: number, message: string): void => {
      notices.push({ rule: "sizes, notice", path: file.path, line, message });
    };
    const length = linesOf(file.text).length;
    if (length > FILE_LINES && length <= FILE_LINES_MAX) {
      note(0, `${length} lines: ${FILE_LINES} is the aim`);
    }
    if (!isHot(file.path)) continue;
    for (const { name, line, lines } of functionsOf(file)) {
      if (lines <= HOT_FUNCTION_LINES) continue;
      note(line, `${name} has ${lines} lines: ${HOT_FUNCTION_LINES} is the aim in hot code`);
    }
  }
  return notices;
}
