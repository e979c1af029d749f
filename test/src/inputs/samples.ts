/** Small tables and files for the tests of this folder. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { InputError } from "../../../src/inputs/inputError.js";
import { formatPrefix, networkOf } from "../../../src/inputs/prefixText.js";
import type { RoutingTable } from "../../../src/inputs/routingTable.js";

export type Row = readonly [prefix: number, length: number, number: number];

export function tableOf(rows: readonly Row[], name = "sample"): RoutingTable {
  return {
    name,
    source: "made for a test",
    licence: "none",
    count: rows.length,
    prefixes: Uint32Array.from(rows, (row) => row[0]),
    lengths: Uint8Array.from(rows, (row) => row[1]),
    numbers: Uint32Array.from(rows, (row) => row[2]),
  };
}

export function rowsOf(table: RoutingTable): Row[] {
  return Array.from(table.prefixes, (prefix, i): Row => {
    return [prefix, table.lengths[i] ?? -1, table.numbers[i] ?? -1];
  });
}

export function formatRow([prefix, length, number]: Row): string {
  return `${formatPrefix(prefix, length)}\t${number}`;
}

/** Rows in table order. Half of them crowd into 10.0.0.0/12, so that they nest. */
export function arbitraryRows(minLength = 1, maxLength = 60): fc.Arbitrary<Row[]> {
  const address = fc.oneof(
    fc.nat({ max: 0xffffffff }),
    fc.nat({ max: 0xfffff }).map((low) => 0x0a000000 + low),
  );
  const row = fc
    .tuple(address, fc.nat({ max: 32 }), fc.nat({ max: 0xffffffff }))
    .map(([at, length, number]): Row => [networkOf(at, length), length, number]);
  return fc
    .uniqueArray(row, { minLength, maxLength, selector: ([at, length]) => `${at}/${length}` })
    .map((rows) => rows.sort((left, right) => left[0] - right[0] || left[1] - right[1]));
}

/** What `run` throws, which must be an InputError. */
export function inputErrorOf(run: () => unknown): InputError {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A directory of its own for one test file; `remove` belongs in afterAll(). */
export class SampleFiles {
  readonly directory = mkdtempSync(join(tmpdir(), "dstbench-inputs-"));

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
