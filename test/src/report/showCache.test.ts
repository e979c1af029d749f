/** Entries as iproute2, /proc/net/rt_cache and seed-style dumps print them. */
import { describe, expect, it } from "vitest";
import type { DstView } from "../../../src/machine/dstView.js";
import { dumpLines, procLines, routeLines } from "../../../src/report/showCache.js";

const names = ["", "lo", "rx0", "tx0"];
const device = (n: number): string => names[n] ?? `ifindex ${n}`;
const HZ = 1000;

/** A forwarded flow on 2.6.18. */
const FLOW: DstView = {
  address: 4096,
  place: "bucket 5",
  ifindex: 3,
  error: 0,
  obsolete: 0,
  flags: 1,
  refcnt: 2,
  use: 41,
  lastuse: 100,
  expires: 0,
  now: 4294667400,
  headerLen: 0,
  rtFlags: 0,
  rtType: 1,
  rtIif: 2,
  rtGateway: 0x0a02000a,
  rtDst: 0xc0000207,
  rtSrc: 0x0a010002,
  rtSpecDst: 0x0a010001,
  keySrc: 0x0a010002,
  keyTos: 0,
  keyIif: 2,
  metrics: [0, 1500, 0, 0, 0, 0, 0, 1460, 0, 64, 0, 0],
  header: { refcnt: 3, isUpToDate: true },
};

/** The same next hop on 3.10: no addresses. */
const SLOT: DstView = {
  ...FLOW,
  place: "nh_rth_input, fib_info 3",
  flags: 0,
  obsolete: -1,
  rtIif: 0,
  rtDst: undefined,
  rtSrc: undefined,
  rtSpecDst: undefined,
  keySrc: undefined,
  keyTos: undefined,
  keyIif: undefined,
  metrics: new Array(12).fill(0),
  header: null,
};

describe("routeLines", () => {
  it("prints a forwarded flow with its gateway, the answer's source, metrics and iif", () => {
    expect(routeLines([FLOW], device, HZ)).toEqual([
      "192.0.2.7 from 10.1.0.2 via 10.2.0.10 dev tx0  src 10.1.0.1",
      "    cache  mtu 1500 advmss 1460 hoplimit 64 iif rx0",
    ]);
  });

  it("prints type, flags, TOS, error and expiry where there are any", () => {
    const local = {
      ...FLOW,
      ifindex: 1,
      rtType: 2,
      rtFlags: 0x84000000,
      rtGateway: FLOW.rtDst ?? 0,
      keyTos: 0x10,
      error: 101,
      expires: 4294667400 + 7_500,
      metrics: [],
    };
    expect(routeLines([local], device, HZ)).toEqual([
      "local 192.0.2.7 from 10.1.0.2 tos 0x10 dev lo  src 10.1.0.1",
      "    cache <local,src-direct>  expires 7sec error 101 iif rx0",
    ]);
  });

  it("prints an output route with the source that it chose, and none that was asked for", () => {
    const output = { ...FLOW, keyIif: 0, keySrc: 0, rtSrc: 0x0a020001, metrics: [] };
    expect(routeLines([output], device, HZ)).toEqual([
      "192.0.2.7 via 10.2.0.10 dev tx0  src 10.2.0.1",
      "    cache",
    ]);
    expect(routeLines([{ ...output, keySrc: 0x0a020001 }], device, HZ)[0]).toBe(
      "192.0.2.7 from 10.2.0.1 via 10.2.0.10 dev tx0",
    );
  });

  it("prints flags without a word as a number, and expiry across the clock's wrap", () => {
    const odd = { ...FLOW, rtFlags: 0x00110001, expires: 5_000, now: 0xfffffff0, metrics: [] };
    expect(routeLines([odd], device, HZ)[1]).toBe(
      "    cache <notify,100000>  expires 5sec iif rx0",
    );
  });

  it("prints an entry without addresses as one for every destination, and where it is", () => {
    expect(routeLines([SLOT, { ...SLOT, rtGateway: 0 }], device, HZ)).toEqual([
      "* via 10.2.0.10 dev tx0",
      "    cache  nh_rth_input, fib_info 3",
      "* dev tx0",
      "    cache  nh_rth_input, fib_info 3",
    ]);
  });
});

describe("procLines", () => {
  it("has the kernel's header and its 15 columns in lines of 127 bytes", () => {
    const [header = "", line = "", ...rest] = procLines([FLOW], device);
    expect(rest).toEqual([]);
    expect([header.length, line.length]).toEqual([127, 127]);
    expect(header.trimEnd()).toBe(
      "Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\tMTU\tWindow\tIRTT\t" +
        "TOS\tHHRef\tHHUptod\tSpecDst",
    );
    expect(line.trimEnd().split("\t")).toEqual([
      ...["tx0", "070200C0", "0A00020A", "       0", "2", "41", "0", "0200010A"],
      ...["1500", "0", "0", "00", "3", "1", "0100010A"],
    ]);
  });

  it("says that there is no hardware header, and no entry without a flow", () => {
    const lines = procLines([{ ...FLOW, header: null, rtFlags: 0x80000000 }, SLOT], device);
    expect(lines).toHaveLength(2);
    const cells = lines[1]?.split("\t");
    expect([cells?.[3], cells?.[12], cells?.[13]]).toEqual(["80000000", "-1", "0"]);
    expect(procLines([SLOT], device)).toHaveLength(1);
  });
});

describe("dumpLines", () => {
  it("prints field by field, and leaves out what the layout has not", () => {
    expect(dumpLines([FLOW], device)).toEqual([
      "the dst_entry:",
      "    the dev name: tx0",
      "    the error: 0",
      "    the obsolete: 0",
      "    the flag: DST_HOST",
      "    expires: 0, now: 4294667400",
      "    header len: 0",
      "rt_flag: 0",
      "rt_type: RTN_UNICAST",
      "rt_dst: 192.0.2.7",
      "rt_src: 10.1.0.2",
      "rt_iif: 2",
      "rt_gateway: 10.2.0.10",
      "rt_spec_dst: 10.1.0.1",
    ]);
    const both = dumpLines([FLOW, { ...SLOT, ifindex: 0 }], device);
    expect(both.slice(14, 17)).toEqual(["", "the dst_entry:", "    the dev name: none"]);
    expect(both.slice(20)).toEqual([
      "    expires: 0, now: 4294667400",
      "    header len: 0",
      "rt_flag: 0",
      "rt_type: RTN_UNICAST",
      "rt_iif: 0",
      "rt_gateway: 10.2.0.10",
    ]);
  });
});
