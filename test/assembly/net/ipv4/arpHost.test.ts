/** The neighbour table from outside: `ip neigh` and the audit's last step. */
import { beforeEach, describe, expect, it } from "vitest";
import { readMib } from "../../../../src/machine/counters.js";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { Neighbourhood, STRANGER } from "../../../helpers/neighbours.js";
import { COMPILE_MS, frameOfPair, type Router } from "../../machine/router.js";
import { NUD } from "../core/core.js";
import { ipv4Router } from "./ipv4.js";

const EEXIST = 17;
const ENOENT = 2;
const SKB_CACHE = 3;
const KEY = swapBytes(STRANGER);

describe("neighbours from outside", () => {
  let router: Router;
  let hood: Neighbourhood;

  beforeEach(async () => {
    router = await ipv4Router("linux-3.10");
    hood = new Neighbourhood(router);
  }, COMPILE_MS);

  it("adds, refuses a second time, fails and adds again", () => {
    expect(router.control("neighDelete", hood.device, KEY)).toBe(-ENOENT);
    expect(router.control("neighAddPermanent", hood.device, KEY, 1, 2)).toBe(0);
    expect(router.control("neighAddPermanent", hood.device, KEY, 1, 2)).toBe(-EEXIST);
    expect(hood.state(STRANGER)).toBe(NUD.permanent);
    expect(router.control("neighDelete", hood.device, KEY)).toBe(0);
    expect(hood.state(STRANGER)).toBe(NUD.failed);
    expect(router.control("neighAddPermanent", hood.device, KEY, 3, 4)).toBe(0);
    expect(hood.state(STRANGER)).toBe(NUD.permanent);
    expect(hood.word(STRANGER, "NEIGH_REFCNT")).toBe(1);
  });

  it("purges every packet that waits, and their skbs are free", () => {
    for (let n = 0; n < 4; n++) {
      router.receive(2, frameOfPair(router, 0x08080800 + 4 * n, STRANGER + (n % 2)));
    }
    // Four packets and two requests; those are kept until the ring has gone round.
    expect(router.call("slabInUse", SKB_CACHE)).toBe(6);
    expect(router.control("neighPurge")).toBe(4);
    expect(readMib(router.machine)).toMatchObject({ parked: 4, unparked: 4 });
    expect(router.call("skbFreeSent")).toBe(2);
    expect(router.call("slabInUse", SKB_CACHE)).toBe(0);
    expect(router.slabIsValid(SKB_CACHE)).toBe(true);
  });
});
