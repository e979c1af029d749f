/** The table part: loaded once, adopted by other machines, which then forward alike. */
import { beforeAll, describe, expect, it } from "vitest";
import { addWorldRoutes, loadTablePart, prefixRoute } from "../../../src/machine/loadTable.js";
import { BootError, type Machine } from "../../../src/machine/machine.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import {
  machineOf,
  NEXTHOPS,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

/** Treerefs of all fib_infos, by number. */
function treerefs(machine: Machine): number[] {
  const base = machine.word("FIB_INFOS_AT");
  const stride = machine.word("FIB_INFOS_STRIDE");
  const offset = machine.layout.at("FIB_INFO_TREEREF");
  return Array.from({ length: machine.word("FIB_INFOS_NEXT") }, (_, i) => {
    return machine.u32[(base + i * stride + offset) / 4] ?? 0;
  });
}

describe("one table part for several machines", () => {
  let small: Small;

  beforeAll(async () => {
    const images = ["linux-3.10.release", "no-cache.release", "nexthop-direct.release"];
    small = await smallExperiment([...images, "linux-3.10.debug"]);
    setWorkload(small, "internet-mix");
  });

  it("gives every machine the same counts of routes on each fib_info", () => {
    const [first = [], ...others] = small.machines.map(treerefs);
    for (const other of others) expect(other).toEqual(first);
    const floor = machineOf(small, 0).word("SB_FLOOR_FIB_INFO");
    small.routesByNexthop.forEach((routes, k) => {
      expect(first[floor + k], `next hop ${k}`).toBe(routes + 1);
    });
  });

  it("forwards alike on all of them, frame by frame", () => {
    const frames = small.machines.map((machine) => {
      const since = machine.ringsWord(0, "RINGS_TX_SENT");
      runPackets(machine, "forwardPackets", 64);
      return sentFrames(machine, 0, since);
    });
    expect(frames[0]).toHaveLength(64);
    for (const other of frames) expect(other).toEqual(frames[0]);
    expect(new Set(frames[0]?.map(({ ifindex }) => ifindex)).size).toBeGreaterThan(1);
  });

  it("gives the machines fewer next hops than routes and the floor a power of two", () => {
    for (const machine of small.machines) expect(machine.word("SB_FIB_INFOS")).toBe(NEXTHOPS);
  });

  it("refuses a route of the setup that is there already", () => {
    expect(() => addWorldRoutes(machineOf(small, 0), small.world)).toThrow(BootError);
  });

  it("refuses a next hop that the setup does not have", () => {
    expect(() => prefixRoute(small.world, 0, 0, NEXTHOPS)).toThrow(`no next hop ${NEXTHOPS}`);
  });
});

describe("a table that does not fit", () => {
  it("is refused, with how much fitted", async () => {
    const small = await smallExperiment(["nexthop-direct.release"]);
    const machine = machineOf(small, 0);
    const { table } = small;
    const grown = { ...table, count: 1_000_000, prefixes: new Uint32Array(1_000_000) };
    const load = (): number => loadTablePart(machine, small.world, grown, small.nexthopOf);
    expect(load).toThrow(BootError);
  });
});
