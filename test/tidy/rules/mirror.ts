/**
 * Mirror: every source of `assembly/` and `src/` that does something is exercised by a test of the
 * mirrored folder, so whoever changes a file knows what to run, and an untested file is seen.
 *
 *   assembly/lib/hash.ts      test/assembly/lib/: a test or an entry (`*.as.ts`) that imports the
 *                             file or re-exports from it, or `hash.test.ts`, `hash.whole.test.ts`
 *   assembly/calls/…, boot,   the same, or any test or entry of test/assembly/machine/ at all:
 *   index, layout             whole machines run through these, and no test calls them alone
 *
 * A file does something if it exports a function, or a class with methods other than accessors.
 */
import path from "node:path";
import ts from "typescript";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";
import { hasModifier, importsOf, treeOf } from "./syntax.js";

const RULE = "mirror";
const LIST = "test/tidy/data/mirrorExceptions.ts";
const MACHINE_TESTS = "test/assembly/machine";
const WHOLE_MACHINE = /^assembly\/(?:calls\/.*|boot|index|layout)\.ts$/;
const EXERCISES = /\.(?:test|as)\.ts$/;

function isFunctionValue({ initializer: value }: ts.VariableDeclaration): boolean {
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
}

function doesSomething(statement: ts.Statement): boolean {
  if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return false;
  if (ts.isFunctionDeclaration(statement)) return true;
  if (ts.isClassDeclaration(statement)) return statement.members.some(ts.isMethodDeclaration);
  return (
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.some(isFunctionValue)
  );
}

interface Tests {
  /** Source to the folders of the tests and entries that import it. */
  readonly importers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly paths: ReadonlySet<string>;
  readonly hasMachineTests: boolean;
}

function testsOf(files: readonly SourceText[]): Tests {
  const importers = new Map<string, Set<string>>();
  const tests = sourcesIn(files, "test").filter((file) => EXERCISES.test(file.path));
  for (const file of tests) {
    for (const { target } of importsOf(file)) {
      if (target === undefined) continue;
      const folders = importers.get(target) ?? new Set();
      importers.set(target, folders.add(path.posix.dirname(file.path)));
    }
  }
  const hasMachineTests = tests.some((file) => path.posix.dirname(file.path) === MACHINE_TESTS);
  return { importers, paths: new Set(tests.map((file) => file.path)), hasMachineTests };
}

function isExercised(source: string, tests: Tests): boolean {
  if (WHOLE_MACHINE.test(source) && tests.hasMachineTests) return true;
  const stem = `test/${source.replace(/\.ts$/, "")}`;
  if (tests.paths.has(`${stem}.test.ts`) || tests.paths.has(`${stem}.whole.test.ts`)) return true;
  return tests.importers.get(source)?.has(path.posix.dirname(stem)) ?? false;
}

/** Sources that no test exercises, exceptions that are no longer needed, and a list that grew. */
export function mirrorFindings(
  files: readonly SourceText[],
  exceptions: Readonly<Record<string, string>>,
  exceptionsMax: number,
): Finding[] {
  const tests = testsOf(files);
  const sources = sourcesIn(files, "assembly", "src");
  const paths = new Set(sources.map((file) => file.path));
  const findings: Finding[] = [];
  const report = (at: string, message: string): void => {
    findings.push({ rule: RULE, path: at, line: 0, message });
  };
  for (const file of sources) {
    if (exceptions[file.path] !== undefined || isExercised(file.path, tests)) continue;
    if (!treeOf(file).statements.some(doesSomething)) continue;
    const folder = WHOLE_MACHINE.test(file.path) ? MACHINE_TESTS : path.posix.dirname(file.path);
    const where = folder === MACHINE_TESTS ? folder : `test/${folder}`;
    report(file.path, `no test exercises it: import it in a test or an *.as.ts of ${where}/`);
  }
  for (const at of Object.keys(exceptions)) {
    if (!paths.has(at)) report(at, `is gone: remove its entry from ${LIST}`);
    else if (isExercised(at, tests)) report(at, `is tested now: remove its entry from ${LIST}`);
  }
  const entries = Object.keys(exceptions).length;
  if (entries !== exceptionsMax) {
    report(LIST, `has ${entries} entries and a maximum of ${exceptionsMax}: it only shrinks`);
  }
  return findings;
}
