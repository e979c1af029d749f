/** The search in a trie: what a walk does where the longest match is not below its first leaf. */
import { describe, expect, it } from "vitest";
import { FibMachine, ip } from "./fibMachine.js";

describe("LC-trie", () => {
  it("steps back over an empty slot, a wrong leaf and skipped bits that differ", async () => {
    const m = await FibMachine.boot();
    const routes: [string, number][] = [
      ["0.0.0.0", 0],
      ["10.0.0.0", 8],
      ["10.128.0.0", 9],
      ["10.128.7.0", 24],
      ["10.200.0.0", 16],
      ["10.200.77.0", 24],
    ];
    routes.forEach(([text, plen], i) => {
      m.insert({ key: ip(text), plen, nexthops: [{ oif: 1, gw: i + 1 }] });
    });
    expect(m.lookup(ip("10.128.7.9")).gw).toBe(4);
    expect(m.lookup(ip("10.128.8.9")).gw).toBe(3);
    expect(m.lookup(ip("10.200.76.255")).gw).toBe(5);
    expect(m.lookup(ip("10.64.0.1")).gw).toBe(2);
    expect(m.lookup(ip("11.0.0.1")).gw).toBe(1);
    expect(m.lookup(ip("255.255.255.255")).gw).toBe(1);
  });
});
