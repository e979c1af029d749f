/**
 * Addresses as text and bytes, masks, and the classes that are never forwarded.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatAddress,
  isInPrefix,
  isMartian,
  netmask,
  parseAddress,
  swapBytes,
} from "../../../src/reference/ipv4Address.js";
import { UsageError } from "../../../src/reference/usageError.js";

const address = fc.integer({ min: 0, max: 0xffffffff });

describe("ipv4Address", () => {
  it("reads what it writes, and swaps twice to the same", () => {
    fc.assert(
      fc.property(address, (value) => {
        expect(parseAddress(formatAddress(value))).toBe(value);
        expect(swapBytes(swapBytes(value))).toBe(value);
      }),
    );
    expect(parseAddress("192.0.2.7")).toBe(0xc0000207);
    expect(swapBytes(0xc0000207)).toBe(0x070200c0);
  });

  it.each(["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.x", "1.2.3.4 "])(
    "refuses %j in one line",
    (text) => {
      expect(() => parseAddress(text)).toThrow(UsageError);
      expect(() => parseAddress(text)).toThrow(/^".*" is no IPv4 address; allowed: [^\n]+$/);
    },
  );

  it("masks every length, both ends included", () => {
    expect(netmask(0)).toBe(0);
    expect(netmask(8)).toBe(0xff000000);
    expect(netmask(32)).toBe(0xffffffff);
    expect(isInPrefix(0xffffffff, 0, 0)).toBe(true);
    expect(isInPrefix(0xc0000207, 0xc0000206, 32)).toBe(false);
  });

  it("calls 0/8, 127/8, 224/4 and 240/4 martian and their neighbours not", () => {
    const martian = ["0.0.0.0", "0.255.255.255", "127.0.0.1", "224.0.0.1", "240.0.0.0"];
    const usable = ["1.0.0.0", "126.255.255.255", "128.0.0.0", "223.255.255.255"];
    expect(martian.map(parseAddress).every(isMartian)).toBe(true);
    expect(usable.map(parseAddress).some(isMartian)).toBe(false);
  });
});
