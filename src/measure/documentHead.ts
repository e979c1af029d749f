/**
 * What every document of a run begins with: what it is not, who made it and when, the machine, and
 * the table that was routed by.
 */
import { nestingOf, type RoutingTable } from "../inputs/routingTable.js";
import { V8_FLAGS } from "../machine/v8Flags.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import type { ResultDocument } from "../result/resultDocument.js";
import { loadAverages, readEnvironment } from "./environment.js";

/** What a head is made from. */
export interface HeadRequest {
  readonly table: RoutingTable;
  readonly nexthops: number;
  readonly seed: number;
  readonly command: string;
  readonly version: string;
}

/** Keys that documents of all kinds share. */
export type DocumentHead = Pick<
  ResultDocument,
  "disclaimer" | "tool" | "createdAt" | "command" | "seed" | "environment" | "table"
>;

/** The head of a document that is begun now. */
export function documentHead(request: HeadRequest): DocumentHead {
  const { table, nexthops, seed, command, version } = request;
  return {
    disclaimer: DISCLAIMER,
    tool: { name: "dstbench", version },
    createdAt: new Date().toISOString(),
    command,
    seed,
    environment: readEnvironment(V8_FLAGS, loadAverages()),
    table: {
      name: table.name,
      source: table.source,
      licence: table.licence,
      routes: table.count,
      nesting: nestingOf(table),
      nexthops,
    },
  };
}
