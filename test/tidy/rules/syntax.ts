/**
 * Syntax trees for the rules. AssemblyScript parses as TypeScript (its decorators on functions are
 * an error only to the type checker), so one parser serves both halves and no rule is fooled by a
 * banned word in a comment or a string.
 */
import path from "node:path";
import ts from "typescript";
import type { SourceText } from "./finding.js";

const parsed = new WeakMap<SourceText, ts.SourceFile>();

/** The tree of a file; parsed once however many rules ask. */
export function treeOf(file: SourceText): ts.SourceFile {
  let tree = parsed.get(file);
  if (tree === undefined) {
    tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    parsed.set(file, tree);
  }
  return tree;
}

/** Line of a node's first token, from 1. */
export function lineOf(node: ts.Node): number {
  const tree = node.getSourceFile();
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Calls `visit` for every node of the tree, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** An import, re-export or dynamic import of a file of the project. */
export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The file meant, from the project's root; undefined for a package. */
  readonly target: string | undefined;
}

function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const specifier = node.moduleSpecifier;
    return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments;
    return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier : undefined;
  }
  return undefined;
}

/** Every import of a file, `export … from` and `import("…")` among them. */
export function importsOf(file: SourceText): Import[] {
  const found: Import[] = [];
  walk(treeOf(file), (node) => {
    const literal = specifierOf(node);
    if (literal === undefined) return;
    const specifier = literal.text;
    const stem = specifier.replace(/\.(?:js|ts)$/, "");
    const folder = path.posix.dirname(file.path);
    const target = stem.startsWith(".") ? `${path.posix.join(folder, stem)}.ts` : undefined;
    found.push({ line: lineOf(literal), specifier, target });
  });
  return found;
}

/** Whether a declaration carries the modifier (`export`, `default`, `declare`…). */
export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((m) => m.kind === kind);
}
