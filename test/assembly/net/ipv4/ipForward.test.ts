/** Forwarding rewrites TTL and checksum; any header, judged to the byte. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { internetChecksum } from "../../../../src/reference/checksum.js";
import { ETH_HLEN, refreshChecksum, write16 } from "../../../../src/reference/ipv4Frame.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  type Router,
  referenceRouter,
  routerOf,
  WORLD,
} from "../../machine/router.js";

const RX = WORLD.devices[1]?.ifindex ?? 0;
const judge = referenceRouter();

describe("ip_forward", () => {
  let router: Router;

  beforeAll(async () => {
    router = await routerOf("linux-3.10");
  }, COMPILE_MS);

  it("lowers the TTL, mends the checksum, changes nothing else, whatever the header says", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 255 }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 0xffff }),
        (ttl, id, tos, saddrLow) => {
          const saddr = 0x08080000 + (saddrLow & ~3);
          const frame = frameOfPair(router, saddr, hostOfRow(2));
          frame[ETH_HLEN + 1] = tos;
          frame[ETH_HLEN + 8] = ttl;
          write16(frame, ETH_HLEN + 4, id);
          refreshChecksum(frame, ETH_HLEN);
          const fate = router.receive(RX, frame);
          expect(fate).toEqual(judge.forward(RX, frame));
          if (typeof fate === "string" || fate.kind !== "forwarded") throw new Error("not sent");
          expect(internetChecksum(fate.frame, ETH_HLEN, 20)).toBe(0);
          expect(fate.frame[ETH_HLEN + 8]).toBe(ttl - 1);
        },
      ),
      { numRuns: 300, seed: 1624 },
    );
  });

  it("mends a checksum that wraps around", () => {
    // Every value of the checksum's own word, by way of the identification.
    const frame = frameOfPair(router, 0x08080804, hostOfRow(2));
    for (let id = 0; id < 0x10000; id += 37) {
      write16(frame, ETH_HLEN + 4, id);
      refreshChecksum(frame, ETH_HLEN);
      const fate = router.receive(RX, frame);
      if (typeof fate === "string" || fate.kind !== "forwarded") throw new Error("not sent");
      expect(internetChecksum(fate.frame, ETH_HLEN, 20)).toBe(0);
    }
  });
});
