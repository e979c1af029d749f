/**
 * The model of longest match against comparing with every route.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { netmask } from "../../../src/reference/ipv4Address.js";
import { linearLookup, ReferenceTable } from "../../../src/reference/lpm.js";
import { type Route, RT_SCOPE_LINK, RTN_UNICAST } from "../../../src/reference/world.js";

function route(prefix: number, length: number, gateway = 1): Route {
  const nexthop = { gateway, ifindex: 6, scope: RT_SCOPE_LINK };
  const masked = (prefix & netmask(length)) >>> 0;
  return { table: "main", prefix: masked, length, type: RTN_UNICAST, scope: 0, nexthop };
}

// Few high bits, so that prefixes nest and addresses hit.
const address = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 255 }).map((bits) => (((bits & 0xf0) << 24) >>> 0) | (bits & 0xf)),
);
const change = fc.record({
  kind: fc.constantFrom("insert", "replace", "delete"),
  prefix: address,
  length: fc.integer({ min: 0, max: 32 }),
  gateway: fc.integer({ min: 1, max: 9 }),
});

describe("ReferenceTable", () => {
  it("answers as comparing with every route does, through any changes", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.array(address), (changes, asked) => {
        const table = new ReferenceTable();
        const all = new Map<string, Route>();
        for (const { kind, prefix, length, gateway } of changes) {
          const made = route(prefix, length, gateway);
          const key = `${made.prefix}/${length}`;
          if (kind === "delete") {
            expect(table.delete(made.prefix, length)).toBe(all.delete(key));
          } else if (kind === "insert") {
            expect(table.insert(made)).toBe(!all.has(key));
            if (!all.has(key)) all.set(key, made);
          } else {
            table.replace(made);
            all.set(key, made);
          }
        }
        expect(table.size).toBe(all.size);
        expect(new Set(table.routes())).toEqual(new Set(all.values()));
        const own = [...all.values()].map(({ prefix }) => prefix);
        for (const daddr of [...asked, ...own]) {
          expect(table.lookup(daddr)).toBe(linearLookup(all.values(), daddr));
        }
      }),
    );
  });

  it("prefers the longest prefix, and the default route to nothing", () => {
    const table = new ReferenceTable();
    const [all, wide, narrow] = [route(0, 0), route(0xc0000000, 8), route(0xc0000200, 24)];
    for (const one of [wide, all, narrow]) table.insert(one);
    expect(table.lookup(0xc0000207)).toBe(narrow);
    expect(table.lookup(0xc0000307)).toBe(wide);
    expect(table.lookup(0x01020304)).toBe(all);
    table.delete(0, 0);
    expect(table.lookup(0x01020304)).toBeUndefined();
  });

  it("refuses host bits and lengths that are none", () => {
    const table = new ReferenceTable();
    expect(() => table.replace({ ...route(0, 24), prefix: 1 })).toThrow("host bits");
    expect(() => table.insert({ ...route(0, 24), length: 33 })).toThrow("33");
  });
});
