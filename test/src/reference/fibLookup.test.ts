/**
 * The lookup over both tables: local first, and what a route that says no hides.
 */
import { describe, expect, it } from "vitest";
import { fibLookup } from "../../../src/reference/fibLookup.js";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { ReferenceTable } from "../../../src/reference/lpm.js";
import {
  type Route,
  RT_SCOPE_UNIVERSE,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from "../../../src/reference/world.js";

function route(table: Route["table"], text: string, length: number, type: number): Route {
  const nexthop = { gateway: 0, ifindex: 2, scope: RT_SCOPE_UNIVERSE };
  return { table, prefix: parseAddress(text), length, type, scope: RT_SCOPE_UNIVERSE, nexthop };
}

function lookup(daddr: string, ...routes: Route[]): Route | undefined {
  const tables = { local: new ReferenceTable(), main: new ReferenceTable() };
  for (const each of routes) tables[each.table].replace(each);
  return fibLookup(tables, parseAddress(daddr));
}

const WIDE = route("main", "10.0.0.0", 8, RTN_UNICAST);
const OWN = route("local", "10.1.0.1", 32, RTN_LOCAL);

describe("fibLookup", () => {
  it("asks local first, whatever the length, then main", () => {
    const longer = route("main", "10.1.0.1", 32, RTN_UNICAST);
    expect(lookup("10.1.0.1", OWN, WIDE, longer)).toBe(OWN);
    expect(lookup("10.1.0.2", OWN, WIDE, longer)).toBe(WIDE);
    expect(lookup("11.0.0.1", OWN, WIDE)).toBeUndefined();
    expect(lookup("10.0.0.1")).toBeUndefined();
  });

  it.each([
    ["unreachable", RTN_UNREACHABLE],
    ["prohibit", RTN_PROHIBIT],
    ["blackhole", RTN_BLACKHOLE],
    ["throw", RTN_THROW],
  ])("lets an %s route hide the shorter prefixes of its own table only", (_, type) => {
    expect(lookup("10.1.0.9", route("main", "10.1.0.0", 16, type), WIDE)).toBeUndefined();
    expect(lookup("10.1.0.9", route("local", "10.1.0.0", 16, type), WIDE)).toBe(WIDE);
    expect(lookup("10.2.0.9", route("main", "10.1.0.0", 16, type), WIDE)).toBe(WIDE);
  });
});
