/**
 * Text to result document, or one line that says where the text is wrong and what is allowed there.
 * Only the first fault is told: after it, the rest is often a consequence.
 */
import type { z } from "zod";
import { findContradiction } from "./findContradiction.js";
import { type ResultDocument, resultDocumentSchema } from "./resultDocument.js";
import { ResultError } from "./resultError.js";

type Issue = z.core.$ZodIssue;

/** A found value is quoted up to this many characters, so that the message stays one line. */
const FOUND_CHARACTERS_MAX = 40;

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text === "" ? "document" : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function foundText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  if (text.length <= FOUND_CHARACTERS_MAX) return text;
  return `${text.slice(0, FOUND_CHARACTERS_MAX)}…`;
}

function boundText(issue: Issue & { code: "too_small" | "too_big" }): string {
  const small = issue.code === "too_small";
  const bound = String(small ? issue.minimum : issue.maximum);
  const things = issue.origin === "array" ? " entries" : "";
  const characters = issue.origin === "string" ? " characters" : "";
  if (issue.inclusive === false) return `${small ? "more" : "less"} than ${bound}`;
  return `${bound}${things}${characters} or ${small ? "more" : "less"}`;
}

function allowedText(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `${issue.expected}`;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(", ");
    case "too_small":
    case "too_big":
      return boundText(issue);
    case "invalid_format":
      if (issue.pattern === "/^[0-9a-f]{64}$/") return "64 hexadecimal digits";
      return issue.format === "datetime" ? "a UTC time as 2022-10-29T08:00:00Z" : issue.format;
    default:
      return issue.message;
  }
}

/** `path: found …; allowed: …`. An unknown key is named by its own path. */
function issueText(issue: Issue, root: unknown): string {
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    return `${pathText([...issue.path, key])}: found an unknown key; allowed: keys of version 2`;
  }
  const found = foundText(valueAt(root, issue.path));
  return `${pathText(issue.path)}: found ${found}; allowed: ${allowedText(issue)}`;
}

/** Whether some JSON text begins like this: the only thing wrong with it is that it ends. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (/end of JSON|Unterminated/.test(message)) return true;
    const position = /position (\d+)/.exec(message)?.[1];
    return position !== undefined && Number(position) >= text.length;
  }
}

/**
 * Line and column of a syntax error. V8 does not always name the position, so the longest beginning
 * that is still JSON is searched by halving: some 25 parses for a file of 30 MB, and only here.
 */
function syntaxText(text: string): string {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const found = good === text.length ? "the end of the text" : foundText(text[good]);
  return `${before.length}:${column}: found ${found}; allowed: JSON of a result document`;
}

/** A document whose kinds and equations hold, from any value; throws {@link ResultError}. */
export function checkResult(value: unknown): ResultDocument {
  const parsed = resultDocumentSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ResultError(issue === undefined ? "document: not valid" : issueText(issue, value));
  }
  const contradiction = findContradiction(parsed.data);
  if (contradiction !== null) throw new ResultError(contradiction);
  return parsed.data;
}

/**
 * Parses a result document.
 * @param text the JSON text of a result file
 * @param file name to put before the message, as in `a.json:3:1: …`
 * @throws {ResultError} with one line: where, what was found, what is allowed
 */
export function parseResult(text: string, file?: string): ResultDocument {
  const prefix = file === undefined ? "" : `${file}:`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResultError(`${prefix}${syntaxText(text)}`);
  }
  try {
    return checkResult(value);
  } catch (error) {
    if (!(error instanceof ResultError) || file === undefined) throw error;
    throw new ResultError(`${file}: ${error.message}`);
  }
}
