/**
 * Pages: what `docs/` says about the sources must be what the sources say. Sizes and offsets in the
 * memory map, functions in the kernel map, racy words, and every path that a page names.
 */
import path from "node:path";
import { type Finding, type SourceText, sourcesIn } from "./finding.js";

const MEMORY_MAP = "docs/memory-map.md";
const KERNEL_MAP = "docs/kernel-map.md";
const CONCURRENCY = "docs/concurrency.md";
/** A path of the project between backticks. */
const PROJECT_PATH = /^(?:assembly|src|test|docs|bench)\/[\w./-]*$/;

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function textOf(files: readonly SourceText[], at: string): string | undefined {
  return files.find((file) => file.path === at)?.text;
}

function rowsOf(page: string): Row[] {
  return page.split("\n").flatMap((text, index) => {
    const inner = /^\|(.*)\|\s*$/.exec(text)?.[1];
    if (inner === undefined || /^[\s|:-]*$/.test(inner)) return [];
    return [{ line: index + 1, cells: inner.split("|").map((cell) => cell.trim()) }];
  });
}

/** What stands between backticks, in order. */
function codesOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

/** The right side of a constant, a field of a constant, or the size that an assert demands. */
function definitionOf(source: string, name: string): string | undefined {
  const [object, field] = name.split(".");
  const constant = new RegExp(`const ${object}(?:: \\w+)? = ([^;]+);`).exec(source)?.[1];
  if (field !== undefined) return new RegExp(`\\b${field}: ([\\w]+)`).exec(constant ?? "")?.[1];
  return constant ?? new RegExp(`offsetof<${name}>\\(\\) != (\\w+)`).exec(source)?.[1];
}

/** Value of a sum or product of numbers and constants of the same file; NaN for anything else. */
function numberIn(source: string, expression: string, depth = 0): number {
  const text = expression.replace(/<(?:usize|u32)>/g, "").trim();
  const sum = text.split("+");
  if (sum.length > 1) return sum.reduce((all, part) => all + numberIn(source, part, depth), 0);
  const product = text.split("*");
  if (product.length > 1) return product.reduce((all, p) => all * numberIn(source, p, depth), 1);
  const [left, shift] = text.split("<<");
  if (shift !== undefined) return numberIn(source, left ?? "", depth) * 2 ** Number(shift);
  if (/^(?:0x[0-9a-f]+|[\d_]+)$/i.test(text)) return Number(text.replaceAll("_", ""));
  const definition = /^[\w.]+$/.test(text) ? definitionOf(source, text) : undefined;
  return definition === undefined || depth > 40
    ? Number.NaN
    : numberIn(source, definition, depth + 1);
}

/**
 * Rows of the memory map that name a file and a constant in one cell: the row's number must be the
 * constant's. `wanted`: objects that must have such a row.
 */
export function sizeFindings(files: readonly SourceText[], wanted: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  const report = (line: number, message: string): void => {
    findings.push({ rule: "doc-sizes", path: MEMORY_MAP, line, message });
  };
  for (const { line, cells } of rowsOf(textOf(files, MEMORY_MAP) ?? "")) {
    const origin = cells.map(codesOf).find(([at]) => at !== undefined && /\/\w+\.ts$/.test(at));
    const number = cells.find((cell) => /^\d[\d,]*$/.test(cell));
    const [at = "", name = ""] = origin ?? [];
    if (number === undefined || name === "") continue;
    const found = numberIn(textOf(files, at) ?? "", name);
    if (found !== Number(number.replaceAll(",", ""))) {
      report(line, `${name} of ${at} is ${found}, the page says ${number}`);
    }
    seen.add(codesOf(cells[0] ?? "")[0] ?? "");
  }
  for (const object of wanted) {
    if (!seen.has(object)) report(0, `has no row with a size and its source for ${object}`);
  }
  return findings;
}

/** Kernel functions that comments of a source say it follows. */
export function followedIn(source: string): string[] {
  const names: string[] = [];
  for (const comment of source.match(/\/\*\*[\s\S]*?\*\//g) ?? []) {
    const text = comment.replace(/\s*\n\s*\* ?/g, " ");
    for (const [, clause = ""] of text.matchAll(/\bFollows? (.*?)(?:[.:;](?=\s)|$)/g)) {
      names.push(...codesOf(clause));
    }
  }
  return names;
}

/** Names in the kernel map's middle column that the row's files do not have. */
function strayFindings(files: readonly SourceText[], rows: readonly Row[]): Finding[] {
  const findings: Finding[] = [];
  for (const { line, cells } of rows) {
    const codes = codesOf(cells[1] ?? "");
    const texts = codes.filter((c) => PROJECT_PATH.test(c)).map((at) => textOf(files, at) ?? "");
    if (texts.length === 0) continue;
    for (const name of codes.filter((code) => /^\w+$/.test(code))) {
      if (texts.some((text) => new RegExp(`\\b${name}\\b`).test(text))) continue;
      const message = `${name} is not in the files of its row`;
      findings.push({ rule: "kernel-map", path: KERNEL_MAP, line, message });
    }
  }
  return findings;
}

/** Kernel functions that a source follows and the map does not have beside that file. */
export function kernelMapFindings(files: readonly SourceText[]): Finding[] {
  const rows = rowsOf(textOf(files, KERNEL_MAP) ?? "");
  const findings = strayFindings(files, rows);
  for (const file of sourcesIn(files, "assembly")) {
    for (const name of new Set(followedIn(file.text))) {
      const has = rows.some(
        ({ cells }) =>
          codesOf(cells[0] ?? "").includes(name) && codesOf(cells[1] ?? "").includes(file.path),
      );
      if (has) continue;
      const message = `${name}, which ${file.path} follows, has no row with that file`;
      findings.push({ rule: "kernel-map", path: KERNEL_MAP, line: 0, message });
    }
  }
  return findings;
}

/** Sources with a word marked racy-ok that the concurrency page does not name. */
export function racyFindings(files: readonly SourceText[]): Finding[] {
  const named = new Set(codesOf(textOf(files, CONCURRENCY) ?? ""));
  return sourcesIn(files, "assembly")
    .filter((file) => file.text.includes("racy-ok") && !named.has(file.path))
    .map((file) => ({
      rule: "racy-words",
      path: CONCURRENCY,
      line: 0,
      message: `does not name ${file.path}, which marks a word racy-ok`,
    }));
}

function targetsOf(page: SourceText, line: string): string[] {
  const links = [...line.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) =>
    path.posix.join(path.posix.dirname(page.path), match[1] ?? ""),
  );
  return [...codesOf(line).filter((code) => PROJECT_PATH.test(code)), ...links];
}

/** Paths and relative links of the pages, the changelog and the notice that lead nowhere. */
export function pathFindings(files: readonly SourceText[]): Finding[] {
  const paths = new Set(files.map((file) => file.path));
  const exists = (at: string): boolean => {
    const folder = `${at.replace(/\/$/, "")}/`;
    return paths.has(at) || [...paths].some((known) => known.startsWith(folder));
  };
  const pages = files.filter((f) => /^(?:docs\/.*\.md|CHANGELOG\.md|NOTICE)$/.test(f.path));
  return pages.flatMap((page) =>
    page.text.split("\n").flatMap((text, index) =>
      targetsOf(page, text)
        .filter((at) => !exists(at))
        .map((at) => ({
          rule: "doc-paths",
          path: page.path,
          line: index + 1,
          message: `${at} does not exist`,
        })),
    ),
  );
}
