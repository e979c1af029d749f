/** References of devices: one atomic, or a plain word for each CPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { COMPILE_MS, type Router, routersOf, WORLD } from "../../machine/router.js";

const DESIGNS = ["no-cache", "no-cache+dev-count=shared"];
const TX = 6;

describe("device references", () => {
  let routers: Router[] = [];

  beforeAll(async () => {
    routers = await routersOf(DESIGNS, { cpus: 2 });
  }, COMPILE_MS);

  it("start with what neighbours and nexthops hold", () => {
    for (const router of routers) {
      const neighbours = WORLD.neighbours.filter(({ ifindex }) => ifindex === TX).length;
      const nexthops = WORLD.nexthops.filter(({ ifindex }) => ifindex === TX).length;
      // Connected, two broadcasts, and the address itself: by type and scope 3 fib_infos.
      expect(router.deviceCount(TX) - neighbours - nexthops).toBe(3);
    }
  });

  it("count what any CPU takes and any other gives back", () => {
    for (const router of routers) {
      const { machine } = router;
      const at = machine.deviceAt(TX);
      const before = router.deviceCount(TX);
      for (let i = 0; i < 10; i++) machine.cpu(i % 3).call("devHold", at);
      expect(router.deviceCount(TX)).toBe(before + 10);
      for (let i = 0; i < 10; i++) machine.cpu(0).call("devPut", at);
      expect(router.deviceCount(TX)).toBe(before);
    }
  });

  it.each([
    [0, 0, 0],
    [1, 1, 1],
  ])("design %i: a hold costs %i atomic rmw, a put %i", (design, hold, put) => {
    const router = routers[design];
    if (router === undefined) throw new RangeError(`no design ${design}`);
    const at = router.machine.deviceAt(TX);
    expect(router.costs(() => router.call("devHold", at)).atomicRmw).toBe(hold);
    expect(router.costs(() => router.call("devPut", at)).atomicRmw).toBe(put);
  });

  it("refuses an ifindex out of range", () => {
    for (const router of routers) {
      expect(router.control("registerNetdevice", 0, 1500, 1)).toBe(0);
      expect(router.control("registerNetdevice", 65, 1500, 1)).toBe(0);
    }
  });
});
