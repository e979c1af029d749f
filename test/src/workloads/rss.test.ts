/**
 * The RSS hash against Microsoft's published vectors, and the spread over CPUs.
 */
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/reference/ipv4Address.js";
import { Prng } from "../../../src/workloads/prng.js";
import { rssCpu, toeplitzHash } from "../../../src/workloads/rss.js";
import { chiSquareScore } from "./chiSquare.js";

describe("toeplitzHash", () => {
  it.each([
    ["66.9.149.187", "161.142.100.80", 0x323e8fc2],
    ["199.92.111.2", "65.69.140.83", 0xd718262a],
    ["24.19.198.95", "12.22.207.184", 0xd2d0a5de],
    ["38.27.205.30", "209.142.163.6", 0x82989176],
    ["153.39.163.191", "202.188.127.2", 0x5d1809c5],
  ])("gives the published hash of %s to %s", (source, destination, hash) => {
    expect(toeplitzHash(parseAddress(source), parseAddress(destination))).toBe(hash);
  });
});

describe("rssCpu", () => {
  it("takes the low seven bits of the hash, dealt to the CPUs in turn", () => {
    const saddr = parseAddress("66.9.149.187");
    const daddr = parseAddress("161.142.100.80");
    expect([1, 2, 3, 64].map((cpus) => rssCpu(saddr, daddr, cpus))).toEqual([0, 0, 0, 2]);
  });

  it("spreads flows as evenly as 128 entries allow", () => {
    const prng = new Prng(8);
    const counts = new Float64Array(3);
    for (let flow = 0; flow < 100_000; flow++) {
      const cpu = rssCpu(prng.next(), prng.next(), 3);
      counts[cpu] = (counts[cpu] ?? 0) + 1;
    }
    expect(Math.abs(chiSquareScore(counts, [43, 43, 42]))).toBeLessThan(4);
  });
});
