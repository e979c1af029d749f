/**
 * Banned words of `assembly/`: what would link a runtime, a data section, a start function or a
 * table into an image, and what would let a shared word be read plainly. Rules are checked on the
 * syntax tree, so comments may say the words.
 */
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { lineOf, treeOf, walk } from "./syntax.js";

/** Says what is wrong with a node of the file at `path`, or nothing. */
type Check = (node: ts.Node, path: string) => string | undefined;

const BASIC_TYPE = /^(?:[iu](?:8|16|32|64)|[iu]size|f32|f64|bool|v128|boolean|number)$/;
const MEMORY_OPERATION = /^(?:load|store|atomic)/;
/** Built-ins whose string argument is gone when the binary is written. */
const COMPILE_TIME_STRING = new Set(["ERROR", "WARNING", "INFO", "offsetof"]);

const inArch = (path: string): boolean => path.startsWith("assembly/arch/");

function memberOf(node: ts.Node): [object: string, member: string] | undefined {
  if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return [node.expression.text, node.name.text];
}

function calleeName(node: ts.Node): string | undefined {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression)
    ? node.expression.text
    : undefined;
}

const memoryOutsideArch: Check = (node, path) => {
  if (inArch(path)) return undefined;
  const advice = "use the helpers of assembly/arch/atomic.ts";
  const [object, member] = memberOf(node) ?? ["", ""];
  if (object === "atomic" || object === "memory")
    return `${object}.${member} outside arch/: ${advice}`;
  if (/^(?:[iuf](?:32|64)|v128)$/.test(object) && MEMORY_OPERATION.test(member)) {
    return `${object}.${member} outside arch/: ${advice}`;
  }
  const callee = calleeName(node);
  if (callee === "load" || callee === "store") return `${callee}<> outside arch/: ${advice}`;
  return undefined;
};

const brokenAtomics: Check = (node) => {
  const [object, member] = memberOf(node) ?? ["", ""];
  if (object !== "atomic") return undefined;
  if (member === "fence") return "atomic.fence compiles to nothing in this asc: use smpMb()";
  if (member !== "load" || !ts.isCallExpression(node.parent)) return undefined;
  const type = node.parent.typeArguments?.[0]?.getText() ?? "";
  if (type !== "i8" && type !== "i16") return undefined;
  return `atomic.load<${type}> loses the sign: use <${type}>atomic.load<u${type.slice(1)}>`;
};

const managedObjects: Check = (node) => {
  if (ts.isNewExpression(node)) return "new calls the allocator: use a slab cache or a region";
  if (ts.isThrowStatement(node)) return "throw needs a string and an import: use trapAt(site)";
  if (ts.isArrayLiteralExpression(node)) return "an array literal allocates: use a region";
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return "a function value is an object and a table entry: use an id and a switch in calls/";
  }
  if (calleeName(node) === "assert") return "assert leaves a string in the image: use bugOn";
  if (memberOf(node)?.[0] === "heap") return "heap. is per instance: use a slab cache or a region";
  if (ts.isIdentifier(node) && (node.text === "StaticArray" || node.text === "Array")) {
    return `${node.text} is managed and needs a data section: build tables at boot in a region`;
  }
  return undefined;
};

const stringLiterals: Check = (node) => {
  if (ts.isTemplateExpression(node)) return "a string needs a data section: use a number";
  if (!ts.isStringLiteralLike(node)) return undefined;
  const parent = node.parent;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return undefined;
  if (COMPILE_TIME_STRING.has(calleeName(parent) ?? "")) return undefined;
  if (ts.isCallExpression(parent) && ts.isDecorator(parent.parent)) return undefined;
  return "a string needs a data section: use a number, and let src/ turn it into words";
};

const inlineOnFunctions: Check = (node) => {
  if (!ts.isDecorator(node) || node.expression.getText() !== "inline") return undefined;
  if (ts.isClassElement(node.parent)) return undefined;
  return "@inline belongs on members of classes only: the optimiser inlines small functions";
};

const mutableGlobals: Check = (node, path) => {
  if (path === "assembly/arch/percpu.ts" || !ts.isVariableStatement(node)) return undefined;
  if (!ts.isSourceFile(node.parent) || node.declarationList.flags & ts.NodeFlags.Const) {
    return undefined;
  }
  return "a module-level variable is one per instance: keep it in a CPU area or the superblock";
};

const compileTimeChoices: Check = (node, path) => {
  if (path === "assembly/config.ts" || calleeName(node) !== "isDefined") return undefined;
  return "isDefined belongs to assembly/config.ts: import its constant";
};

const classSizes: Check = (node) => {
  if (calleeName(node) !== "sizeof" || !ts.isCallExpression(node)) return undefined;
  const type = node.typeArguments?.[0]?.getText() ?? "";
  if (BASIC_TYPE.test(type)) return undefined;
  return `sizeof<${type}> is the size of a pointer: use the BYTES constant of the class`;
};

/** Rule name to its check. */
const CHECKS: Readonly<Record<string, Check>> = {
  "memory-seam": memoryOutsideArch,
  "broken-atomics": brokenAtomics,
  managed: managedObjects,
  strings: stringLiterals,
  inline: inlineOnFunctions,
  globals: mutableGlobals,
  "compile-time": compileTimeChoices,
  sizeof: classSizes,
};

/** Every banned construct in `assembly/`. */
export function assemblyWordFindings(files: readonly SourceText[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of sourcesIn(files, "assembly")) {
    walk(treeOf(file), (node) => {
      for (const [rule, check] of Object.entries(CHECKS)) {
        const message = check(node, file.path);
        if (message === undefined) continue;
        findings.push({ rule, path: file.path, line: lineOf(node), message });
      }
    });
  }
  return findings;
}
