/** skbs that own their frame: two sizes, and freed when the ring has gone round. */
import { beforeAll, describe, expect, it } from "vitest";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { coreRouter } from "./core.js";

const SMALL = 3;
const LARGE = 4;
const RING = 256;

describe("skbs that own their frame", () => {
  let router: Router;

  beforeAll(async () => {
    router = await coreRouter("linux-3.10", 1);
  }, COMPILE_MS);

  it.each([
    [1, 512],
    [224, 512],
    [225, 2304],
    [2016, 2304],
  ])("%i bytes of packet take %i", (len, bytes) => {
    const at = router.call("skbAlloc", len);
    expect(at).not.toBe(0);
    expect(router.call("skbTruesize", at)).toBe(bytes);
    router.call("skbFree", at);
    expect(router.call("slabInUse", SMALL) + router.call("slabInUse", LARGE)).toBe(0);
  });

  it("there is none for more", () => {
    expect(router.call("skbAlloc", 2017)).toBe(0);
  });

  it("the oldest is freed when as many were sent as the ring has descriptors", () => {
    const { machine } = router;
    const send = (): void => {
      const at = router.call("skbAlloc", 60);
      const device = machine.deviceAt(6);
      machine.u32[(at + 32) / 4] = device;
      router.call("skbXmit", at);
    };
    for (let i = 0; i < RING; i++) send();
    expect(router.call("slabInUse", SMALL)).toBe(RING);
    for (let i = 0; i < 10; i++) send();
    expect(router.call("slabInUse", SMALL)).toBe(RING);
    expect(router.call("skbFreeSent")).toBe(RING);
    expect(router.call("slabInUse", SMALL)).toBe(0);
    expect(router.call("skbFreeSent")).toBe(0);
  });
});
