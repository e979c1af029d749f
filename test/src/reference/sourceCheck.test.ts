/** The rules of `source-check`: addresses by hand, and whole frames by both columns. */
import { beforeEach, describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { ReferenceRouter } from "../../../src/reference/referenceRouter.js";
import {
  isMartianDestination,
  isMartianSource,
  isValidSource,
  type SourceCheck,
} from "../../../src/reference/sourceCheck.js";
import { findDevice, type Route, RTN_BLACKHOLE } from "../../../src/reference/world.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { frameOfTemplate, rxTemplates } from "../../../src/workloads/templates.js";

const WORLD = standardWorld();
const RX0 = 2;
const OFF0 = WORLD.devices.find(({ forwarding }) => !forwarding)?.ifindex ?? 0;
const CHECKS: readonly SourceCheck[] = ["always", "shortcut"];

function ip(text: string): number {
  return parseAddress(text);
}

describe("martians", () => {
  it.each([
    ["224.0.0.1", true, true],
    ["239.255.255.255", true, true],
    ["240.0.0.0", true, false],
    ["255.255.255.254", true, false],
    ["255.255.255.255", true, true],
    ["127.0.0.1", true, false],
    ["223.255.255.255", false, false],
    ["0.0.0.1", false, false],
  ])("%s as a source: %s where sources are checked, else %s", (text, always, shortcut) => {
    expect(CHECKS.map((check) => isMartianSource(check, ip(text)))).toEqual([always, shortcut]);
  });

  it.each([
    ["0.1.2.3", true, true],
    ["127.9.9.9", true, true],
    ["240.0.0.1", true, false],
    ["223.255.255.255", false, false],
    ["224.0.0.1", false, false],
  ])("%s as a destination: %s where sources are checked, else %s", (text, always, shortcut) => {
    const found = CHECKS.map((check) => isMartianDestination(check, ip(text)));
    expect(found).toEqual([always, shortcut]);
  });
});

describe("a source", () => {
  let router: ReferenceRouter;

  beforeEach(() => {
    router = new ReferenceRouter(WORLD);
  });

  it("passes without a route, and by one; not this host's own, nor a broadcast address", () => {
    const valid = (text: string): boolean[] =>
      CHECKS.map((check) => isValidSource(check, router.tables, ip(text)));
    expect(valid("8.8.8.8")).toEqual([true, true]);
    expect(valid("10.2.0.10")).toEqual([true, true]);
    expect(valid("10.1.0.1")).toEqual([false, true]);
    expect(valid("10.1.0.255")).toEqual([false, true]);
  });

  it("passes where its route says no: the lookup only fails", () => {
    const device = findDevice(WORLD, RX0);
    if (device === undefined) throw new RangeError("no rx0");
    const blackhole: Route = {
      table: "main",
      prefix: ip("9.0.0.0"),
      length: 8,
      type: RTN_BLACKHOLE,
      scope: 0,
      nexthop: { gateway: 0, ifindex: RX0, scope: 255 },
    };
    expect(router.addRoute(blackhole)).toBe(0);
    expect(isValidSource("always", router.tables, ip("9.9.9.9"))).toBe(true);
  });

  it("decides the fate of whole frames, in the order of its column", () => {
    const [template] = rxTemplates(WORLD);
    if (template === undefined) throw new RangeError("no template");
    const fates = (saddr: string, daddr: string, rx = RX0): unknown[] => {
      const frame = frameOfTemplate(template, ip(saddr), ip(daddr));
      if (rx !== RX0) frame.set(findDevice(WORLD, rx)?.mac ?? [], 0);
      return CHECKS.map((check) => {
        const fate = router.forward(rx, frame, check);
        return fate.kind === "dropped" ? fate.reason : fate.kind;
      });
    };
    expect(fates("240.0.0.1", "10.2.0.10")).toEqual(["martian-source", "forwarded"]);
    expect(fates("127.0.0.1", "255.255.255.255")).toEqual(["martian-source", "delivered"]);
    expect(fates("10.1.0.1", "255.255.255.255")).toEqual(["martian-source", "delivered"]);
    expect(fates("0.0.0.0", "255.255.255.255")).toEqual(["delivered", "delivered"]);
    expect(fates("10.1.0.1", "10.2.0.10")).toEqual(["martian-source", "forwarded"]);
    expect(fates("10.1.0.1", "10.1.0.1")).toEqual(["martian-source", "delivered"]);
    expect(fates("8.8.8.8", "240.0.0.1")).toEqual(["martian-destination", "no-route"]);
    // A device that does not forward: column A refuses before it says that there is no route.
    expect(fates("8.8.8.8", "9.9.9.9", OFF0)).toEqual(["forwarding-off", "no-route"]);
    expect(fates("8.8.8.8", "10.2.0.10", OFF0)).toEqual(["forwarding-off", "forwarding-off"]);
    // And before it looks whether the source may be.
    expect(fates("10.1.0.1", "10.2.0.10", OFF0)).toEqual(["forwarding-off", "forwarding-off"]);
  });
});
