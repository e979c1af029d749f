/**
 * IPv4's dst operations of three kernels: checks, advice, failures, metrics with and without a
 * peer, black holes.
 */
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMPILE_MS } from "../../machine/router.js";
import { DST_OBSOLETE_DEAD } from "../core/core.js";
import { ERAS, type EraRouter, eraOf, eraRouter, MARK_DISCARD } from "../core/eras.js";

const ENTRY = "test/assembly/net/ipv4/dstOperations.as.ts";
const RT = { flags: 0, gateway: 1, genid: 2, dst: 3, peer: 4, fi: 5, idev: 6 } as const;
const PEER = { learned: 0, expires: 1, original: 2, references: 3 } as const;
const RTCF_REDIRECTED = 0x00040000;
const DST_OBSOLETE_KILL = -2;
const RTAX_MTU = 2;
const RTAX_ADVMSS = 8;
const RTAX_HOPLIMIT = 10;
const DADDR = 0x0a01020b;
const HZ = 1000;

describe.each(ERAS)("dst operations of $name", (era) => {
  let one: EraRouter;
  const isA = era.name === "2.6.18";
  const isB = era.name === "3.10";

  beforeAll(async () => {
    one = await eraRouter(era, 1, ENTRY);
  }, COMPILE_MS);

  beforeEach(() => {
    expect([one.router.rtablesInUse(), one.garbage(), one.busy()]).toEqual([0, [], []]);
  });

  const end = (...entries: number[]): void => {
    for (const at of entries) {
      one.call("dstRelease", at);
      one.call("dstFree", at);
    }
    one.call("dstGcTask");
    one.router.drain();
  };

  it("dst_check: a live entry of the current generation passes; 2.6.18 does not even ask", () => {
    const at = one.alloc(true);
    expect(one.call("dstCheck", at, 0)).toBe(at);
    one.router.control("rtCacheFlush");
    expect(one.call("dstCheck", at, 0)).toBe(isA ? at : 0);
    end(at);
  });

  it("dst_check of a DEAD entry: never in 2.6.18, else while its generation is current", () => {
    const at = one.alloc(true);
    one.call("dstFree", at);
    expect(one.obsolete(at)).toBe(DST_OBSOLETE_DEAD);
    expect(one.call("dstCheck", at, 0)).toBe(isA ? 0 : at);
    one.router.control("rtCacheFlush");
    expect(one.call("dstCheck", at, 0)).toBe(0);
    one.end([at]);
  });

  it("dst_check of a killed entry fails in 3.10; 2.6.39 has no such value", () => {
    const at = one.alloc(true);
    one.call("setObsolete", at, DST_OBSOLETE_KILL);
    expect(one.call("dstCheck", at, 0)).toBe(isB || isA ? 0 : at);
    one.call("setObsolete", at, era.obsolete);
    end(at);
  });

  it("negative advice drops what is dead or redirected, and what expires but in 2.6.39", () => {
    const kept = one.alloc(true);
    expect(one.call("negativeAdvice", kept)).toBe(kept);
    expect(one.router.refcnt(kept)).toBe(1);
    const expiring = one.alloc(true);
    one.call("dstSetExpires", expiring, HZ);
    const drops = era.name !== "2.6.39";
    expect(one.call("negativeAdvice", expiring)).toBe(drops ? 0 : expiring);
    if (!drops) one.call("dstRelease", expiring);
    const redirected = one.alloc(true);
    one.call("setRtField", redirected, RT.flags, RTCF_REDIRECTED);
    expect(one.call("negativeAdvice", redirected)).toBe(0);
    const dead = one.alloc(true);
    one.call("setObsolete", dead, 1);
    expect(one.call("negativeAdvice", dead)).toBe(0);
    one.call("setObsolete", dead, era.obsolete);
    for (const at of [expiring, redirected, dead]) {
      expect(one.router.refcnt(at)).toBe(0);
      one.call("dstFree", at);
    }
    end(kept);
  });

  it("a killed entry is dropped by advice in 2.6.18, where any obsolete is dead", () => {
    const at = one.alloc(true);
    one.call("setObsolete", at, DST_OBSOLETE_KILL);
    expect(one.call("negativeAdvice", at)).toBe(isA ? 0 : at);
    one.call("setObsolete", at, era.obsolete);
    if (isA) one.call("dstFree", at);
    else end(at);
  });

  it("a link failure lets the entry expire now, but in 2.6.39", () => {
    const at = one.alloc(true);
    one.call("ipv4LinkFailure", at);
    const now = one.jiffies();
    expect(one.field(at, "expires") >>> 0).toBe(era.name === "2.6.39" ? 0 : now);
    end(at);
  });

  it("dst_set_expires moves the time forward only, and never to 0", () => {
    const at = one.alloc(true);
    const expires = (): number => one.field(at, "expires") >>> 0;
    one.call("dstSetExpires", at, 50);
    const first = (one.jiffies() + 50) >>> 0;
    expect(expires()).toBe(first);
    one.call("dstSetExpires", at, 60);
    expect(expires()).toBe(first);
    one.call("dstSetExpires", at, 40);
    expect(expires()).toBe((first - 10) >>> 0);
    one.setField(at, "expires", 0);
    one.call("dstSetExpires", at, 2 ** 32 - one.jiffies());
    expect(expires()).toBe(1);
    end(at);
  });

  it("dst_use counts a use and notes when; only the one with a reference holds", () => {
    const at = one.alloc(true);
    one.call("dstUse", at, 77);
    one.call("dstUseNoref", at, 78);
    expect([one.field(at, "use"), one.field(at, "lastuse")]).toEqual([2, 78]);
    expect(one.router.refcnt(at)).toBe(2);
    one.call("dstRelease", at);
    end(at);
  });

  it("a route's metrics: a copy with defaults, or a read-only pointer to them", () => {
    const at = one.alloc(true);
    one.call("setRtField", at, RT.dst, DADDR);
    const index = 1;
    one.call("initMetrics", at, index);
    const own = one.router.field(at, "DST_METRICS_OFFSET") >>> 0;
    if (isA) {
      expect(one.call("dstMetric", at, RTAX_MTU)).toBe(1500);
      expect(one.call("dstMetric", at, RTAX_ADVMSS)).toBe(1460);
      expect(one.call("dstMetric", at, RTAX_HOPLIMIT)).toBe(64);
      expect(one.call("dstMetricSet", at, RTAX_MTU, 1400)).toBe(1);
      expect(one.call("dstMetric", at, RTAX_MTU)).toBe(1400);
    } else {
      expect(own).toBe(one.call("infoMetrics", index) | 1);
      expect(one.call("dstMetric", at, RTAX_MTU)).toBe(0);
    }
    expect(one.call("dstMetricsReadOnly", at)).toBe(isA ? 0 : 1);
    end(at);
  });

  it("an entry without a route: 2.6.18 fills its own words, later ones point to zeros", () => {
    const at = one.alloc(true);
    if (!isA) {
      const own = one.router.field(at, "DST_METRICS_OFFSET") >>> 0;
      expect(own).toBe(one.call("dstDefaultMetricsAt") | 1);
    }
    for (let metric = 1; metric <= era.metrics; metric++) {
      expect(one.call("dstMetric", at, metric)).toBe(0);
    }
    one.call("initMetrics", at, 0);
    expect(one.call("dstMetric", at, RTAX_MTU)).toBe(isA ? 1500 : 0);
    end(at);
  });

  it("3.10 refuses to copy metrics, and counts it; nothing is written", () => {
    if (!isB) return;
    const at = one.alloc(true);
    one.call("initMetrics", at, 1);
    const costs = one.router.costs(() => {
      expect(one.call("dstMetricSet", at, RTAX_MTU, 1400)).toBe(0);
    });
    expect(costs.cowRefusals).toBe(1);
    expect(one.call("dstMetric", at, RTAX_MTU)).toBe(0);
    end(at);
  });

  it("a device that goes takes the in_device of 2.6.18 along", () => {
    if (!isA) return;
    const at = one.alloc(true);
    one.call("setRtField", at, RT.idev, one.dev);
    one.call("ipv4DstIfdown", at, one.loopback);
    expect(one.call("rtField", at, RT.idev)).toBe(one.dev);
    one.call("ipv4DstIfdown", at, one.dev);
    expect(one.call("rtField", at, RT.idev)).toBe(one.loopback);
    end(at);
  });

  it("a black hole discards, is dead from the start, and passes no check after a flush", () => {
    if (isA) return;
    const orig = one.alloc(true);
    one.call("setRtField", orig, RT.gateway, DADDR);
    one.call("dstHold", orig);
    const count = one.router.control("netdevRefcntRead", one.dev);
    const at = one.call("blackhole", orig);
    expect(one.router.refcnt(orig)).toBe(1);
    expect(one.handlers(at)).toEqual(MARK_DISCARD);
    expect([one.obsolete(at), one.garbage()]).toEqual([DST_OBSOLETE_DEAD, [at]]);
    expect([one.router.refcnt(at), one.field(at, "use")]).toEqual([1, 1]);
    expect(one.deviceOf(at)).toBe(one.dev);
    expect(one.router.control("netdevRefcntRead", one.dev)).toBe(count + 1);
    expect(one.call("rtField", at, RT.gateway)).toBe(DADDR);
    expect(one.call("dstCheck", at, 0)).toBe(0);
    // One slab, two counts.
    expect(one.router.rtablesInUse()).toBe(2);
    expect([one.call("dstEntriesOf", 1, 0), one.call("dstEntriesOf", 2, 0)]).toEqual([1, 1]);
    one.call("dstRelease", at);
    end(orig);
    expect(one.call("dstEntriesOf", 2, 0)).toBe(0);
  });
});

describe("metrics and peers of 2.6.39", () => {
  let one: EraRouter;
  let index = 0;

  beforeAll(async () => {
    one = await eraRouter(eraOf("2.6.39"), 1, ENTRY);
    index = 1;
  }, COMPILE_MS);

  const route = (daddr: number): number => {
    const at = one.alloc(true);
    one.call("setRtField", at, RT.dst, daddr);
    one.call("initMetrics", at, index);
    return at;
  };
  const mtu = (at: number): number => one.call("dstMetric", at, RTAX_MTU);
  const peer = (at: number, field: keyof typeof PEER): number =>
    one.call("peerField", one.call("rtField", at, RT.peer), PEER[field]);
  const free = (...entries: number[]): void => {
    for (const at of entries) {
      one.call("dstRelease", at);
      one.call("dstFree", at);
    }
    expect(one.router.rtablesInUse()).toBe(0);
  };

  it("a write moves the entry from the route's metrics to the peer's, once", () => {
    const at = route(DADDR);
    expect(one.call("rtField", at, RT.peer)).toBe(0);
    expect(one.call("dstMetricSet", at, RTAX_MTU, 1400)).toBe(1);
    const pointer = one.router.field(at, "DST_METRICS_OFFSET") >>> 0;
    expect(pointer).toBe(one.call("peerMetricsAt", one.call("rtField", at, RT.peer)));
    expect([mtu(at), one.call("dstMetricsReadOnly", at)]).toEqual([1400, 0]);
    expect(one.word(one.call("infoMetrics", index) + 4)).toBe(0);
    expect(one.call("dstMetricSet", at, RTAX_MTU, 1300)).toBe(1);
    expect(one.call("inetPeers")).toBe(1);
    // Another entry to the same destination finds the peer and what was written.
    const other = route(DADDR);
    expect([mtu(other), peer(other, "references")]).toEqual([1300, 2]);
    const elsewhere = route(DADDR + 1);
    expect(mtu(elsewhere)).toBe(0);
    free(at, other, elsewhere);
    const again = one.call("inetGetpeer", DADDR, 0);
    expect(one.call("peerField", again, PEER.references)).toBe(1);
    one.call("inetPutpeer", again);
    expect(one.call("inetGetpeer", DADDR + 2, 0)).toBe(0);
  });

  it("holds the fib_info whose metrics it shares, until it writes or goes", () => {
    const request = one.router.machine.word("SB_REQUEST_AT");
    one.router.machine.u32.fill(0, request / 4, request / 4 + 16);
    one.setWord(request + 24, 1400);
    const shared = one.router.control("fibCreateInfoRequest");
    const clients = (): number => one.call("infoClients", shared);
    const through = (daddr: number): number => {
      const at = one.alloc(true);
      one.call("setRtField", at, RT.dst, daddr);
      one.call("initMetrics", at, shared);
      expect(mtu(at)).toBe(1400);
      return at;
    };
    expect(clients()).toBe(1);
    const writes = through(DADDR + 64);
    const goes = through(DADDR + 65);
    expect(clients()).toBe(3);
    expect(one.call("dstMetricSet", writes, RTAX_MTU, 1300)).toBe(1);
    expect([mtu(writes), mtu(goes), clients()]).toEqual([1300, 1400, 2]);
    const copy = one.call("blackhole", goes);
    expect(clients()).toBe(3);
    one.call("dstFree", goes);
    expect(clients()).toBe(2);
    one.call("dstRelease", copy);
    one.call("dstGcTask");
    expect(clients()).toBe(1);
    free(writes);
    expect(clients()).toBe(1);
  });

  it("the loser of the exchange uses what the winner has put there", () => {
    const at = route(DADDR + 16);
    const old = one.router.field(at, "DST_METRICS_OFFSET") >>> 0;
    const mine = one.layout("SUPERBLOCK_BYTES") + 64;
    const theirs = one.call("peerMetricsAt", one.call("inetGetpeer", DADDR + 17, 1));
    expect(one.call("dstMetricsExchange", at, old, theirs)).toBe(theirs);
    expect(one.call("dstMetricsExchange", at, old, mine)).toBe(theirs);
    expect(one.call("dstMetricsExchange", at, old ^ 2, mine)).toBe(theirs);
    // Where the winner is read-only there is nothing to write to.
    one.setWord(at + one.layout("DST_METRICS_OFFSET"), old);
    expect(one.call("dstMetricsExchange", at, theirs, mine)).toBe(0);
    free(at);
  });

  it("a learned MTU reaches every entry at its next check, for 600 s", () => {
    const daddr = DADDR + 32;
    const at = route(daddr);
    const other = route(daddr);
    const genid = one.call("rtPeerGenid");
    one.call("learnPmtu", at, 1200);
    expect(one.call("rtPeerGenid")).toBe(genid + 1);
    expect([mtu(at), peer(at, "learned")]).toEqual([1200, 1200]);
    expect(mtu(other)).toBe(0);
    expect(one.call("dstCheck", other, 0)).toBe(other);
    expect(mtu(other)).toBe(1200);
    one.call("learnPmtu", at, 1300);
    expect(peer(at, "learned")).toBe(1200);
    one.call("clockAdvance", 600 * HZ - 1);
    expect(one.call("negativeAdvice", at)).toBe(at);
    expect(mtu(at)).toBe(1200);
    one.call("clockAdvance", 1);
    expect(one.call("negativeAdvice", at)).toBe(at);
    expect([mtu(at), peer(at, "expires")]).toEqual([0, 0]);
    free(at, other);
  });

  it("552 is the least; without an MTU of the route the first one learned passes for it", () => {
    const at = route(DADDR + 40);
    one.call("learnPmtu", at, 1200);
    one.call("learnPmtu", at, 100);
    expect([mtu(at), peer(at, "learned"), peer(at, "original")]).toEqual([552, 552, 1200]);
    one.call("clockAdvance", 600 * HZ);
    expect(one.call("dstCheck", at, 0)).toBe(at);
    // The check of an entry that has heard already looks at nothing; advice does.
    expect(mtu(at)).toBe(552);
    expect(one.call("negativeAdvice", at)).toBe(at);
    expect(mtu(at)).toBe(1200);
    free(at);
  });

  it("a link failure forgets it at once; whoever comes second restores nothing", () => {
    const at = route(DADDR + 48);
    one.call("learnPmtu", at, 1000);
    const expires = peer(at, "expires");
    one.call("ipv4LinkFailure", at);
    expect([mtu(at), peer(at, "expires")]).toEqual([0, 0]);
    expect(one.call("peerForget", one.call("rtField", at, RT.peer), expires)).toBe(0);
    free(at);
  });
});
