/**
 * The value of `--routes`: all of the embedded table, a number of its routes, or a file.
 *
 *   all │ N │ Nk (thousands) │ Nm (millions) │ path
 *
 * What looks like a number must be a right one: `10kk` or `1.5k` is a slip far more often than a
 * file's name, and a file that is really called so can be given as `./10kk`.
 */
import { InputError } from "./inputError.js";
import { ROUTES_MAX } from "./routingTable.js";

export type RoutesOption =
  | { readonly kind: "all" }
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "file"; readonly path: string };

const EXAMPLES = "5000, 10k or 1m";

/** What `--routes` takes, for error messages. */
export const ROUTES_ALLOWED = `all, a number from 1 to ${ROUTES_MAX} as ${EXAMPLES}, or a file`;

/** Throws an InputError whose place is `--routes`. The path is not looked at: loadRoutes() does. */
export function parseRoutesOption(value: string): RoutesOption {
  if (value === "all") return { kind: "all" };
  const number = /^(\d+)([km]?)$/i.exec(value);
  if (number !== null) {
    const count = Number(number[1]) * scaleOf(number[2] ?? "");
    if (count >= 1 && count <= ROUTES_MAX) return { kind: "count", count };
    throw refused(value);
  }
  const isAlmostNumber = /^[-+]?\d+([.,_]\d+)*[a-z]{0,2}$/i.test(value);
  const isOptionOrEmpty = /^\s*$|^-|\0/.test(value);
  if (isAlmostNumber || isOptionOrEmpty) throw refused(value);
  return { kind: "file", path: value };
}

function scaleOf(suffix: string): number {
  switch (suffix.toLowerCase()) {
    case "k":
      return 1_000;
    case "m":
      return 1_000_000;
    default:
      return 1;
  }
}

function refused(value: string): InputError {
  return new InputError({ file: "--routes" }, value, ROUTES_ALLOWED);
}
