/**
 * The addresses flows may use: none martian, enough hosts, the same in any table.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInPrefix, parseAddress } from "../../../src/reference/ipv4Address.js";
import { Prng } from "../../../src/workloads/prng.js";
import { RoutedSpace } from "../../../src/workloads/routedSpace.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { chiSquareScore } from "./chiSquare.js";
import { tableOf } from "./tables.js";

const world = standardWorld();

describe("RoutedSpace", () => {
  it("uses neither martians nor its own subnets", () => {
    const space = new RoutedSpace(tableOf("0.0.0.0/0"), world);
    const unusable = ["10.1.0.0", "10.1.3.255", "10.2.2.9", "10.3.0.200", "127.0.0.1", "224.1.1.1"];
    const usable = ["10.0.255.255", "10.1.4.0", "10.3.1.0", "11.0.0.0", "223.255.255.255"];
    expect(unusable.some((text) => space.isUsable(parseAddress(text)))).toBe(false);
    expect(usable.every((text) => space.isUsable(parseAddress(text)))).toBe(true);
  });

  it("gives every host of a prefix in it, different as far as it has room", () => {
    fc.assert(
      fc.property(fc.integer({ min: 22, max: 32 }), fc.integer(), (length, salt) => {
        const space = new RoutedSpace(tableOf(`20.0.0.0/${length}`), world);
        const size = Math.min(2 ** (32 - length), 64);
        const hosts = Array.from({ length: size }, (_, host) => space.hostOf(0, host, salt));
        expect(new Set(hosts).size).toBe(size);
        expect(hosts.every((host) => isInPrefix(host, 0x14000000, length))).toBe(true);
      }),
    );
  });

  it("gives a prefix the same hosts in any table", () => {
    const alone = new RoutedSpace(tableOf("20.0.0.0/16"), world);
    const among = new RoutedSpace(tableOf("30.0.0.0/8", "20.0.0.0/16"), world);
    expect(among.hostOf(1, 3, 99)).toBe(alone.hostOf(0, 3, 99));
    expect(alone.hostOf(0, 3, 98)).not.toBe(alone.hostOf(0, 3, 99));
  });

  it("draws addresses uniformly over the union, whatever nests in it", () => {
    const table = tableOf(
      "20.0.0.64/26",
      "30.0.0.0/23",
      "20.0.0.0/24",
      "20.0.0.64/27",
      "40.0.0.1/32",
    );
    const draw = new RoutedSpace(table, world).uniformDrawer(new Prng(6));
    const counts = new Map<number, number>();
    for (let draws = 0; draws < 200_000; draws++) {
      const address = draw();
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    expect(counts.size).toBe(256 + 512 + 1);
    const score = chiSquareScore([...counts.values()], new Float64Array(counts.size).fill(1));
    expect(Math.abs(score)).toBeLessThan(4);
  });

  it("gives a set of sources, or all there are", () => {
    const space = new RoutedSpace(tableOf("20.0.0.0/24", "21.0.0.0/30"), world);
    expect(new Set(space.sourceSet(100, new Prng(1))).size).toBe(100);
    expect(space.sourceSet(1000, new Prng(1))).toHaveLength(260);
  });

  it("refuses a table without prefixes, or with none that may be used", () => {
    expect(() => new RoutedSpace(tableOf(), world)).toThrow("no prefixes");
    const martian = new RoutedSpace(tableOf("224.0.0.0/4", "10.1.0.0/24"), world);
    expect(() => martian.randomHost(new Prng(1))).toThrow("nothing a workload may use");
    expect(() => martian.uniformDrawer(new Prng(1))()).toThrow("nothing a workload may use");
  });
});
