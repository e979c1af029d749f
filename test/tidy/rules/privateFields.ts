/**
 * Private fields: asc does not enforce `private`, so a read of `entry._rcuref` from another file
 * compiles, and is a plain load of a shared word. Backing fields begin with `_`; only the file that
 * declares one may name it.
 */
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { lineOf, treeOf, walk } from "./syntax.js";

/** These say the layout of every object to the host, so they may ask where a private field lies. */
const LAYOUTS: readonly string[] = ["assembly/layout.ts", "assembly/layoutAccounts.ts"];

function declaredIn(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    if (ts.isClassElement(node) && node.name !== undefined) names.add(node.name.getText());
  });
  return names;
}

function privateName(node: ts.Node, path: string): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text.startsWith("_") ? node.name.text : undefined;
  }
  if (
    LAYOUTS.includes(path) ||
    !ts.isCallExpression(node) ||
    node.expression.getText() !== "offsetof"
  )
    return undefined;
  const [field] = node.arguments;
  if (field === undefined || !ts.isStringLiteral(field)) return undefined;
  return field.text.startsWith("_") ? field.text : undefined;
}

/** Uses of `._field` and `offsetof<T>("_field")` in a file that does not declare the field. */
export function privateFieldFindings(files: readonly SourceText[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of sourcesIn(files, "assembly")) {
    const tree = treeOf(file);
    const own = declaredIn(tree);
    walk(tree, (node) => {
      const name = privateName(node, file.path);
      if (name === undefined || own.has(name)) return;
      const message = `${name} belongs to the file that declares it: use or add an accessor there`;
      findings.push({ rule: "private-fields", path: file.path, line: lineOf(node), message });
    });
  }
  return findings;
}
