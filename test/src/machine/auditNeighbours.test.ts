/** What the audit knows of neighbours: all of the setup, one that is asked for, and what waits. */
import { describe, expect, it } from "vitest";
import { checkNeighbours, neighboursOf, skbsInUse } from "../../../src/machine/auditNeighbours.js";
import { frameOfPair, routerOf, WORLD } from "../../assembly/machine/router.js";
import { STRANGER } from "../../helpers/neighbours.js";

const INCOMPLETE = 1;

describe("the audit of neighbours", () => {
  it("finds every entry; equations hold while packets wait, and a lost one breaks", async () => {
    const router = await routerOf("linux-3.10");
    router.machine.setWord("SB_PACKETS_PER_TICK", 0);
    for (let n = 0; n < 3; n++) {
      router.receive(2, frameOfPair(router, 0x08080800 + 4 * n, STRANGER));
    }
    const entries = neighboursOf(router.machine);
    expect(entries).toHaveLength(WORLD.neighbours.length + 1);
    const asked = entries.find(({ state }) => state === INCOMPLETE);
    expect(asked).toMatchObject({ refcnt: 2, timerPending: true, queued: 3, headers: [] });
    expect(skbsInUse(router.machine)).toBe(4);
    const failures: string[] = [];
    let checks = 0;
    const equations = {
      equal(what: string, found: number, expected: number): void {
        checks++;
        if (found !== expected) failures.push(`${what}: ${found}, not ${expected}`);
      },
    };
    checkNeighbours(router.machine, WORLD, [], equations);
    expect(failures).toEqual([]);
    expect(checks).toBeGreaterThan(entries.length);
    const refcnt = ((asked?.at ?? 0) + router.machine.layout.at("NEIGH_REFCNT")) / 4;
    router.machine.u32[refcnt] = 1;
    checkNeighbours(router.machine, WORLD, [], equations);
    expect(failures).toEqual(["refcnt of neighbour 10.2.0.100: 1, not 2"]);
  });
});
