/**
 * Rows of the checklist of behaviour that speak of 2.6's way in: how often it looks up, what it
 * refuses, what it caches, and which functions an entry gets.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { swapBytes } from "../../src/reference/ipv4Address.js";
import { RTN_BROADCAST, RTN_LOCAL, RTN_UNICAST } from "../../src/reference/world.js";
import { COMPILE_MS, hostOfRow, nexthopOf, WORLD } from "../assembly/machine/router.js";
import { CALL, type RouteCache, RTCF, routeCache } from "../helpers/routeCache.js";

const ERAS = ["linux-2.6.18", "linux-2.6.39"] as const;
/** Received on rx0, rx1, …; no route leads back there. */
const SADDR = 0x08080800;
const RTN_UNREACHABLE = 7;
const LO = 1;
const NO_ROUTE_ADDRESS = 0x09090909;
const EHOSTUNREACH = 113;
const ENETUNREACH = 101;
const EINVAL = 22;

let cache: RouteCache;

function device(ifindex: number): number {
  return cache.router.machine.deviceAt(ifindex);
}

describe.each(ERAS)("%s", (design) => {
  beforeEach(async () => {
    cache = await routeCache(design);
  }, COMPILE_MS);

  it("F4-52 a miss looks up twice, thrice where another device leads back; a hit never", () => {
    const daddr = hostOfRow(5);
    const lookups = (saddr: number): number =>
      cache.router.costs(() => cache.receive(saddr, daddr)).lookups;
    // Each lookup asks the local table, then main.
    expect(lookups(SADDR)).toBe(2 * 2);
    expect(lookups(SADDR)).toBe(0);
    expect(lookups(hostOfRow(9))).toBe(3 * 2);
    expect(lookups(hostOfRow(9))).toBe(0);
    // From the link itself: 10.1.0.4 is behind rx0.
    expect(lookups(0x0a010004)).toBe(2 * 2);
    const at = cache.find(0x0a010004, daddr);
    expect(cache.field(at, "rtFlags")).toBe(RTCF.directsrc);
  });

  it("F4-53 martians leave no entry: to one is -EHOSTUNREACH, from one -EINVAL", () => {
    const daddr = hostOfRow(5);
    const result = (saddr: number, to: number): number =>
      cache.callSigned("inputSlow", swapBytes(to), swapBytes(saddr), 0, 1);
    for (const to of [0x00000001, 0x7f000001, 0xf0000001]) {
      expect(cache.stats(() => expect(result(SADDR, to)).toBe(-EHOSTUNREACH))).toEqual({
        in_martian_dst: 1,
      });
    }
    for (const from of [0xe0000001, 0xf0000001, 0xffffffff, 0x7f000001, 0x00000001]) {
      expect(cache.stats(() => expect(result(from, daddr)).toBe(-EINVAL))).toEqual({
        in_martian_src: 1,
      });
    }
    // An own address as the source: only the lookup finds that out.
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    expect(result(own, daddr)).toBe(-EINVAL);
    expect(result(own, own)).toBe(-EINVAL);
    expect(result(own, 0xffffffff)).toBe(-EINVAL);
    expect(cache.hashed()).toEqual([]);
    expect(cache.router.rtablesInUse()).toBe(0);
  });

  it("F4-54 no route is cached for the flow, but not where the device does not forward", () => {
    const packet = (): unknown => cache.receive(SADDR, NO_ROUTE_ADDRESS);
    expect(cache.stats(packet)).toEqual({ in_no_route: 1 });
    const at = cache.find(SADDR, NO_ROUTE_ADDRESS);
    expect(cache.fields(at, "error", "rtType", "rtFlags")).toEqual({
      error: ENETUNREACH,
      rtType: RTN_UNREACHABLE,
      rtFlags: 0,
    });
    const before = cache.hashed().length;
    expect(cache.stats(packet)).toEqual({ in_hit: 1 });
    expect(packet()).toEqual({ kind: "dropped", reason: "no-route" });
    const off = WORLD.devices.findIndex(({ forwarding }) => !forwarding);
    const [d, s] = [swapBytes(NO_ROUTE_ADDRESS), swapBytes(SADDR)];
    const refused = (): void =>
      expect(cache.callSigned("inputSlow", d, s, 0, off)).toBe(-EHOSTUNREACH);
    expect(cache.stats(refused)).toEqual({});
    expect(cache.hashed()).toHaveLength(before);
  });

  it("F4-61 which functions and which device an entry of each kind has", () => {
    const names = ["input", "output", "dev", "rtType"] as const;
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    const packets: readonly [string, number, object][] = [
      [
        "local",
        own,
        { input: CALL.ip_local_deliver, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_LOCAL },
      ],
      [
        "broadcast",
        0xffffffff,
        { input: CALL.ip_local_deliver, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_BROADCAST },
      ],
      [
        "no route",
        NO_ROUTE_ADDRESS,
        { input: CALL.ip_error, output: CALL.ip_rt_bug, dev: LO, rtType: RTN_UNREACHABLE },
      ],
      [
        "forward",
        hostOfRow(5),
        {
          input: CALL.ip_forward,
          output: CALL.ip_output,
          dev: ifindexOfRow(5),
          rtType: RTN_UNICAST,
        },
      ],
    ];
    for (const [what, daddr, expected] of packets) {
      cache.receive(SADDR, daddr);
      const found = cache.fields(cache.find(SADDR, daddr), ...names);
      expect({ what, ...found }).toEqual({ what, ...withDevice(expected) });
    }
    const sent: readonly [string, number, object][] = [
      [
        "unicast",
        hostOfRow(5),
        { input: CALL.discard, output: CALL.ip_output, dev: ifindexOfRow(5), rtType: RTN_UNICAST },
      ],
      [
        "to this host",
        own,
        { input: CALL.ip_local_deliver, output: CALL.ip_output, dev: LO, rtType: RTN_LOCAL },
      ],
    ];
    for (const [what, daddr, expected] of sent) {
      cache.router.setFlows([[SADDR, daddr]]);
      cache.router.send(1);
      const found = cache.fields(cache.findOutput(daddr), ...names);
      expect({ what, ...found }).toEqual({ what, ...withDevice(expected) });
    }
  });

  it("F4-62 in_slow_tot counts lookups that found a route, whatever comes of it", () => {
    const daddr = hostOfRow(5);
    expect(cache.stats(() => cache.receive(SADDR, daddr))).toEqual({ in_slow_tot: 1 });
    const own = WORLD.devices[1]?.addresses[0]?.address ?? 0;
    expect(cache.stats(() => cache.receive(SADDR, own))).toMatchObject({ in_slow_tot: 1 });
    // No rtable is made for a device that does not forward, nor for an impossible source.
    const off = WORLD.devices.findIndex(({ forwarding }) => !forwarding);
    const made = cache.router.rtablesInUse();
    const step = (saddr: number, slot: number): unknown =>
      cache.callSigned("inputSlow", swapBytes(daddr), swapBytes(saddr), 0, slot);
    expect(cache.stats(() => step(SADDR, off))).toEqual({ in_slow_tot: 1 });
    expect(cache.stats(() => step(own, 1))).toEqual({ in_slow_tot: 1, in_martian_src: 1 });
    expect(cache.stats(() => step(SADDR, off))).toEqual({ in_slow_tot: 1 });
    expect(cache.router.rtablesInUse()).toBe(made);
    // A broadcast to everybody is not looked up.
    expect(cache.stats(() => cache.receive(SADDR, 0xffffffff))).toEqual({ in_brd: 1 });
  });
});

/** Numbers of devices become their addresses. */
function withDevice(expected: object): object {
  return { ...expected, dev: device((expected as { dev: number }).dev) };
}

/** Device that the table's row leads to. */
function ifindexOfRow(row: number): number {
  return WORLD.nexthops[nexthopOf(row)]?.ifindex ?? 0;
}
