/** Lists of updates as records: what the loop reads, and what is refused before it reads. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../../src/machine/machine.js";
import {
  readUpdateCounts,
  UPDATE_RECORD_BYTES,
  UPDATE_STATE_BYTES,
  type Update,
  updateBytes,
  writeUpdates,
} from "../../../src/machine/updates.js";
import { UsageError } from "../../../src/reference/usageError.js";
import { drawUpdates } from "../../../src/workloads/sideLoad.js";
import { COMPILE_MS, nexthopOf, routerOf, TABLE, WORLD } from "../../assembly/machine/router.js";

const INPUTS = { world: WORLD, table: TABLE, nexthopOf, seed: 1 };
const FLAP = drawUpdates({ kind: "device-flap", updatesPerSecond: 1 }, INPUTS);

describe("a list of updates", () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = (await routerOf("linux-3.10", { updateBytes: updateBytes(FLAP) })).machine;
  }, COMPILE_MS);

  const word = (at: number): number => machine.u32[(machine.plan.updates.base + at) / 4] ?? 0;

  it("takes a record for each operation, and the image agrees on their size", () => {
    expect(updateBytes(FLAP)).toBe(UPDATE_STATE_BYTES + 5 * UPDATE_RECORD_BYTES);
    expect(machine.layout.at("SIDE_LOAD_BYTES")).toBe(UPDATE_STATE_BYTES);
    expect(machine.layout.at("SIDE_RECORD_BYTES")).toBe(UPDATE_RECORD_BYTES);
  });

  it("marks the end of an update, and the end of a group", () => {
    writeUpdates(machine, FLAP, 7);
    const heads = [0, 1, 2, 3, 4].map((i) => {
      const at = UPDATE_STATE_BYTES + i * UPDATE_RECORD_BYTES;
      return [word(at), word(at + 4)];
    });
    const op = (name: string): number => machine.layout.at(name);
    const [counts, whole] = [op("SIDE_COUNTS"), op("SIDE_WHOLE")];
    expect(heads).toEqual([
      [op("SIDE_DEV_CLOSE"), counts],
      [op("SIDE_DEV_OPEN"), 0],
      [op("SIDE_ROUTE_NEW"), 0],
      [op("SIDE_ROUTE_NEW"), 0],
      [op("SIDE_ROUTE_NEW"), counts | whole],
    ]);
    expect([word(op("SIDE_RECORDS")), word(op("SIDE_RATE"))]).toEqual([5, 7]);
  });

  it("begins with counts of 0, whatever was there", () => {
    const { base, bytes } = machine.plan.updates;
    machine.u32.fill(0xffffffff, base / 4, (base + bytes) / 4);
    writeUpdates(machine, FLAP, 1);
    expect(readUpdateCounts(machine)).toEqual({ done: 0, ticks: 0, refused: 0, firstError: 0 });
  });

  it("is refused if the machine would not be as it was, or has no room", () => {
    const [down] = FLAP;
    const open: Update[] = down === undefined ? [] : [down];
    expect(() => writeUpdates(machine, open, 1)).toThrow(UsageError);
    expect(() => writeUpdates(machine, [], 1)).toThrow(/must end as it began/);
    expect(() => writeUpdates(machine, [...FLAP, ...FLAP], 1)).toThrow("no room for the updates");
  });
});
