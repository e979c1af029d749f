/**
 * Masks, networks and dotted quads against ipaddr.js.
 */
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { formatPrefix, networkOf, prefixMask } from "../../../src/inputs/prefixText.js";

const anyAddress = fc.nat({ max: 0xffffffff });
const anyLength = fc.nat({ max: 32 });

describe("prefixText", () => {
  it("knows the masks at the ends, where shifts wrap", () => {
    expect([0, 1, 8, 31, 32].map(prefixMask)).toEqual([
      0, 0x80000000, 0xff000000, 0xfffffffe, 0xffffffff,
    ]);
  });

  it("formats and masks as ipaddr.js reads", () => {
    fc.assert(
      fc.property(anyAddress, anyLength, (address, length) => {
        const text = formatPrefix(address, length);
        expect(ipaddr.IPv4.isValidCIDRFourPartDecimal(text)).toBe(true);
        const network = ipaddr.IPv4.networkAddressFromCIDR(text).toString();
        expect(formatPrefix(networkOf(address, length), length)).toBe(`${network}/${length}`);
      }),
    );
  });
});
