/** Entries that leave the route cache by advice of a transport: off their chain, then freed. */
import { describe, expect, it } from "vitest";
import { type RouteCache, RTCF, routeCache } from "../../../helpers/routeCache.js";
import { COMPILE_MS, hostOfRow } from "../../machine/router.js";

const SADDR = 0x08080800;
const DADDR = hostOfRow(40);

/** A flow's entry with its chain, held once by a transport. */
function heldEntry(cache: RouteCache): { at: number; hash: number } {
  cache.receive(SADDR, DADDR);
  const hash = cache.chainOf(SADDR, DADDR);
  const [at = 0] = cache.chain(hash);
  expect(at).not.toBe(0);
  cache.call("dstHold", at);
  return { at, hash };
}

function redirect(cache: RouteCache, at: number): void {
  const { machine } = cache.router;
  const word = (at + machine.layout.at("VIEW_RT_FLAGS")) / 4;
  machine.u32[word] = ((machine.u32[word] ?? 0) | RTCF.redirected) >>> 0;
}

describe.each(["linux-2.6.18", "linux-2.6.39"])(
  "rt_del on %s",
  (design) => {
    const boot = (): Promise<RouteCache> => routeCache(design, { buckets: 1_024 });

    it("takes it alone out of a chain of several; it is freed a grace period later", async () => {
      const cache = await boot();
      const { hash } = heldEntry(cache);
      cache.call("dstRelease", cache.chain(hash)[0] ?? 0);
      for (const daddr of cache.colliding(SADDR, hash, 3, DADDR + 1)) cache.receive(SADDR, daddr);
      const before = cache.chain(hash);
      expect(before.length).toBeGreaterThan(2);
      const middle = before[1] ?? 0;
      cache.call("dstHold", middle);
      redirect(cache, middle);
      const entries = cache.router.entries();
      expect(cache.call("ipv4NegativeAdvice", middle)).toBe(0);
      expect(cache.chain(hash)).toEqual(before.filter((at) => at !== middle));
      expect(cache.refcnt(middle)).toBe(0);
      expect(cache.router.entries()).toBe(entries);
      cache.router.drain();
      expect(cache.router.entries()).toBe(entries - 1);
    });

    it("leaves what others hold to the garbage list, and the next packet misses", async () => {
      const cache = await boot();
      const { at, hash } = heldEntry(cache);
      cache.call("dstHold", at);
      redirect(cache, at);
      expect(cache.call("ipv4NegativeAdvice", at)).toBe(0);
      expect([cache.chain(hash), cache.refcnt(at)]).toEqual([[], 1]);
      expect(cache.stats(() => cache.receive(SADDR, DADDR)).in_slow_tot).toBe(1);
      cache.router.drain();
      expect(cache.field(at, "obsolete")).toBeGreaterThan(0);
      cache.call("dstRelease", at);
    });

    it("does not look for an entry that is dead: that left before", async () => {
      const cache = await boot();
      const { at, hash } = heldEntry(cache);
      const { machine } = cache.router;
      const bytes = new DataView(machine.memory.buffer, at);
      bytes.setInt16(machine.layout.at("VIEW_OBSOLETE"), 2, true);
      expect(cache.call("ipv4NegativeAdvice", at)).toBe(0);
      expect(cache.chain(hash)).toEqual([at]);
      expect(cache.refcnt(at)).toBe(0);
    });

    it("takes stale entries on the way along where generations make them", async () => {
      const cache = await boot();
      const { at, hash } = heldEntry(cache);
      for (const daddr of cache.colliding(SADDR, hash, 2, DADDR + 1)) cache.receive(SADDR, daddr);
      // The head is of another generation; the entry itself is found by the hash of this one.
      const [head = 0, ...others] = cache.chain(hash);
      const isGenid = design === "linux-2.6.39";
      if (isGenid) cache.call("setGenid", head, cache.call("rtGenid") + 1);
      redirect(cache, at);
      expect(cache.call("ipv4NegativeAdvice", at)).toBe(0);
      const left = others.filter((entry) => entry !== at);
      expect(cache.chain(hash)).toEqual(isGenid ? left : [head, ...left]);
      expect(left.length).toBe(1);
    });
  },
  COMPILE_MS,
);
