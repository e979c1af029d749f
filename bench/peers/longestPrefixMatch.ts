/**
 * The npm package `longest-prefix-match` (BSD-3-Clause), the one of its kind in JavaScript that
 * still gets releases: a binary trie of objects. It takes and compares strings of "0" and "1", and
 * so addresses as text; its parser is part of each call.
 *
 * It has no answer from a default route: the walk looks at no value in the root. Where a table has
 * a prefix of length 0 it is no equal and must not be timed as one (`answersAsReference`).
 */
import LongestPrefixMatch from "longest-prefix-match";
import type { RoutingTable } from "../../src/inputs/routingTable.js";
import { formatAddress } from "../../src/reference/ipv4Address.js";

/** A prefix as the package wants it; addresses are prefixes of length 32. */
export function prefixText(prefix: number, length: number): string {
  return `${formatAddress(prefix)}/${length}`;
}

export class PackageTable {
  private readonly table = new LongestPrefixMatch<number>();

  /** @param answerOf what a row answers, not 0 */
  constructor(rows: Pick<RoutingTable, "count" | "prefixes" | "lengths">, answerOf: RowAnswer) {
    for (let row = 0; row < rows.count; row++) {
      const text = prefixText(rows.prefixes[row] ?? 0, rows.lengths[row] ?? 0);
      this.table.addPrefix(text, answerOf(row));
    }
  }

  /** The answer of the longest match for an address as text, 0: none. */
  lookup(text: string): number {
    return this.table.getMatch(text)[0] ?? 0;
  }
}

/** The answer of a row of a table. */
export type RowAnswer = (row: number) => number;

/** Whether a peer has the reference's answer for each of these addresses. */
export function answersAsReference(
  lookup: (address: number) => number,
  reference: (address: number) => number,
  addresses: Iterable<number>,
): boolean {
  for (const address of addresses) if (lookup(address) !== reference(address)) return false;
  return true;
}
