/** The predicates on addresses as packets carry them, against those on host-order numbers. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  isLimitedBroadcast,
  isLoopback,
  isMulticast,
  isZeronet,
  swapBytes,
} from "../../../../src/reference/ipv4Address.js";
import { COMPILE_MS, type Router } from "../../machine/router.js";
import { ipv4Router } from "./ipv4.js";

const PREDICATES = [
  ["ipv4IsZeronet", isZeronet],
  ["ipv4IsLoopback", isLoopback],
  ["ipv4IsMulticast", isMulticast],
  ["ipv4IsLbcast", isLimitedBroadcast],
] as const;

/** Any address, and more than their share of those by an edge of a class. */
const address = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc
    .tuple(fc.constantFrom(0, 1, 126, 127, 128, 223, 224, 239, 240, 255), fc.nat(0xffffff))
    .map(([octet, rest]) => octet * 0x1000000 + rest),
  fc.constantFrom(0, 0x00ffffff, 0x7f000000, 0x7fffffff, 0xe0000000, 0xefffffff, 0xffffffff),
);

describe("predicates on IPv4 addresses", () => {
  let router: Router;

  beforeAll(async () => {
    router = await ipv4Router("linux-3.10");
  }, COMPILE_MS);

  it.each(PREDICATES)("%s says what the reference says", (name, reference) => {
    fc.assert(
      fc.property(address, (a) => {
        expect(router.call(name, swapBytes(a)) !== 0).toBe(reference(a));
      }),
      { numRuns: 2000, seed: 1122 },
    );
  });
});
