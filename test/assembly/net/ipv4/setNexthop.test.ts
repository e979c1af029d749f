/** What an rtable takes from its nexthop (offsets of 3.10's rtable, spec 1.1). */
import { beforeAll, describe, expect, it } from "vitest";
import { swapBytes } from "../../../../src/reference/ipv4Address.js";
import { txAddress } from "../../../../src/workloads/standardWorld.js";
import { COMPILE_MS, flowsToRows, type Router, routerOf, WORLD } from "../../machine/router.js";

const METRICS = 40;
const FLAGS = 96;
const USES_GATEWAY_BYTE = 163;
const GATEWAY = 168;
const PMTU = 172;
const DST_HOST_NOCACHE = 0x11;

describe("rt_set_nexthop", () => {
  let router: Router;
  /** A design whose rtables can be looked at after the packet: CPU 1 holds grace periods up. */
  let uncached: Router;

  beforeAll(async () => {
    router = await routerOf("linux-3.10");
    uncached = await routerOf("no-cache+free=rcu", { cpus: 2 });
  }, COMPILE_MS);

  const word = (one: Router, at: number): number => one.machine.u32[at / 4] ?? 0;
  const byte = (one: Router, at: number): number =>
    new Uint8Array(one.machine.memory.buffer)[at] ?? 0;

  /** The only rtable that came into a slot. */
  const rtableOf = (path: "forward" | "send", daddr: number): number => {
    const before = new Set(router.slots().map(({ rtable }) => rtable));
    router.setFlows([[0x08080801, daddr]]);
    router[path](1);
    const fresh = router.slots().filter(({ rtable }) => !before.has(rtable));
    expect(fresh).toHaveLength(1);
    return fresh[0]?.rtable ?? 0;
  };

  it.each(["forward", "send"] as const)("%s by a gateway: its address, for all", (path) => {
    const [, [, daddr = 0] = []] = flowsToRows([0, 3], 2);
    const rt = rtableOf(path, daddr);
    expect(word(router, rt + GATEWAY)).toBe(swapBytes(WORLD.nexthops[3]?.gateway ?? 0));
    expect(byte(router, rt + USES_GATEWAY_BYTE)).toBe(1);
    expect(word(router, rt + FLAGS) & 0xffff).toBe(0);
    expect(word(router, rt + METRICS) & 1).toBe(1);
    expect(word(router, rt + PMTU)).toBe(0);
  });

  it.each(["forward", "send"] as const)("%s on-link: gateway 0, for any host there", (path) => {
    const rt = rtableOf(path, txAddress(0, 200));
    expect(word(router, rt + GATEWAY)).toBe(0);
    expect(byte(router, rt + USES_GATEWAY_BYTE)).toBe(0);
    router.setFlows([[0x08080801, txAddress(0, 201)]]);
    const before = router.entries();
    router[path](1);
    expect(router.entries()).toBe(before);
  });

  it("uncached on-link: the destination is its gateway, and it is NOCACHE", () => {
    const { machine } = uncached;
    uncached.setFlows([[0x08080801, txAddress(0, 200)]]);
    uncached.forward(1);
    expect(uncached.control("uncachedMembers")).toBe(1);
    // The first object of the first page of the rtable's slab: red zone, then the object.
    const found: number[] = [];
    for (let at = machine.plan.pages.base; at < machine.plan.pages.base + 65_536; at += 64) {
      if (word(uncached, at + GATEWAY) === swapBytes(txAddress(0, 200))) found.push(at);
    }
    const rt = found.find((at) => (word(uncached, at + FLAGS) & 0xffff) === DST_HOST_NOCACHE);
    expect(rt).toBeDefined();
  });
});
