/** The gate by its words; CPUs that wait for each other are threads, in tests of whole machines. */
import { beforeAll, describe, expect, it } from "vitest";
import { COMPILE_MS, type Router, routerOf } from "../machine/router.js";

/** Words of a gate: how many came, and on a line of its own whether it is open. */
const ARRIVED = 0;
const OPEN = 64;

describe("the gate", () => {
  let router: Router;
  let at = 0;

  beforeAll(async () => {
    router = await routerOf("linux-3.10", { cpus: 4 });
    at = router.machine.word("SB_REQUEST_AT");
  }, COMPILE_MS);

  const word = (offset: number): number => router.machine.u32[(at + offset) / 4] ?? 0;
  const set = (arrived: number, open: number): void => {
    router.machine.u32.fill(0, at / 4, (at + 128) / 4);
    router.machine.u32[(at + ARRIVED) / 4] = arrived;
    router.machine.u32[(at + OPEN) / 4] = open;
  };

  it("one CPU of one opens it", () => {
    set(0, 0);
    router.machine.cpu(0).call("gateEnter", at, 1);
    expect([word(ARRIVED), word(OPEN)]).toEqual([1, 1]);
  });

  it.each([2, 3, 4])("the last of %i opens it, whichever CPU that is", (cpus) => {
    for (let last = 0; last < cpus; last++) {
      set(cpus - 1, 0);
      router.machine.cpu(last).call("gateEnter", at, cpus);
      expect([word(ARRIVED), word(OPEN)]).toEqual([cpus, 1]);
    }
  });

  it("the control plane comes and does not wait; as the last it opens the gate", () => {
    set(0, 0);
    router.machine.cpu(4).call("gateArrive", at, 2);
    expect([word(ARRIVED), word(OPEN)]).toEqual([1, 0]);
    router.machine.cpu(4).call("gateArrive", at, 2);
    expect([word(ARRIVED), word(OPEN)]).toEqual([2, 1]);
  });

  it("who is not the last passes a gate that is open, and writes no more than that it came", () => {
    set(0, 1);
    router.machine.cpu(2).call("gateEnter", at, 4);
    const words = Array.from(router.machine.u32.subarray(at / 4, (at + 128) / 4));
    expect(words).toEqual(words.map((_, i) => (i === 0 || i === OPEN / 4 ? 1 : 0)));
  });
});
