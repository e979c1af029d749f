/** Layouts of dst_entry and rtable, field by field, as the spec's tables have them (1.1). */
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../../helpers/testMachine.js";

const ENTRY = "test/assembly/net/core/dstLayouts.as.ts";
/** Names of `setField`'s numbers. */
const FIELD = {
  flags: 0,
  lastuse: 1,
  expires: 2,
  next: 3,
  ops: 4,
  rtGateway: 5,
  rtFlags: 6,
  dev: 7,
  input: 8,
  obsolete: 9,
  error: 10,
  use: 11,
  neighbour: 20,
  hh: 21,
  keyDst: 30,
  keySrc: 31,
  keyTos: 32,
  keyIif: 33,
  keyOif: 34,
  rtDst: 35,
  rtSpecDst: 36,
  rtPmtu: 40,
} as const;
type Field = keyof typeof FIELD;

interface LayoutRow {
  readonly bytes: number;
  readonly define: number;
  readonly rtable: number;
  readonly refcnt: number;
  readonly rcuHead: number;
  readonly fields: Readonly<Partial<Record<Field, readonly [offset: number, bytes: number]>>>;
}

const LAYOUTS: readonly LayoutRow[] = [
  {
    bytes: 208,
    define: 0,
    rtable: 328,
    refcnt: 8,
    rcuHead: 192,
    fields: {
      next: [0, 4],
      use: [12, 4],
      dev: [24, 4],
      error: [32, 2],
      obsolete: [34, 2],
      flags: [36, 4],
      lastuse: [40, 4],
      expires: [48, 4],
      neighbour: [136, 4],
      hh: [144, 4],
      input: [160, 4],
      ops: [184, 4],
      rtFlags: [216, 4],
      rtDst: [224, 4],
      rtGateway: [236, 4],
      keyOif: [240, 4],
      keyIif: [244, 4],
      keyDst: [248, 4],
      keySrc: [252, 4],
      keyTos: [260, 1],
      rtSpecDst: [312, 4],
    },
  },
  {
    bytes: 160,
    define: 1,
    rtable: 232,
    refcnt: 128,
    rcuHead: 0,
    fields: {
      dev: [24, 4],
      ops: [32, 4],
      expires: [48, 4],
      neighbour: [64, 4],
      hh: [72, 4],
      input: [88, 4],
      error: [104, 2],
      obsolete: [106, 2],
      use: [132, 4],
      lastuse: [136, 4],
      flags: [144, 4],
      next: [152, 4],
      keyDst: [160, 4],
      keySrc: [164, 4],
      rtFlags: [172, 4],
      keyTos: [178, 1],
      rtDst: [180, 4],
      keyIif: [192, 4],
      keyOif: [196, 4],
      rtGateway: [204, 4],
      rtSpecDst: [208, 4],
    },
  },
  {
    bytes: 152,
    define: 2,
    rtable: 192,
    refcnt: 128,
    rcuHead: 0,
    fields: {
      dev: [24, 4],
      ops: [32, 4],
      expires: [48, 4],
      input: [80, 4],
      flags: [96, 2],
      error: [100, 2],
      obsolete: [102, 2],
      use: [132, 4],
      lastuse: [136, 4],
      next: [144, 4],
      rtFlags: [156, 4],
      rtGateway: [168, 4],
      rtPmtu: [172, 4],
    },
  },
];

describe.each(LAYOUTS)("dst_entry of $bytes bytes", ({ bytes, define, rtable, ...row }) => {
  let machine: TestMachine;
  const constant = (name: string): number => {
    const exported: unknown = machine.cpu(0)[name];
    return (exported as WebAssembly.Global).value as number;
  };

  beforeAll(async () => {
    machine = await testMachine(ENTRY, { defines: { DST_DST_LAYOUT: define, DST_ROUTE_CACHE: 0 } });
  });

  it("F4-19 has its size, and its count where the kernel has it", () => {
    expect(constant("DST_ENTRY_BYTES")).toBe(bytes);
    expect(constant("RTABLE_BYTES")).toBe(rtable);
    expect(constant("DST_REFCNT_OFFSET")).toBe(row.refcnt);
    const line = (at: number): number => Math.floor(at / 64);
    const { next } = row.fields;
    if (bytes === 208) expect(line(row.refcnt)).toBe(line(next?.[0] ?? -1));
    else expect(row.refcnt % 64).toBe(0);
  });

  it("finds an entry by its rcu_head", () => {
    expect(constant("DST_RCU_HEAD_OFFSET")).toBe(row.rcuHead);
    expect(machine.cpu(0).dstOfRcuHead?.(0x1000 + row.rcuHead)).toBe(0x1000);
  });

  it.each(Object.entries(row.fields))("keeps %s at its place and no other", (name, place) => {
    const [offset, width] = place;
    const at = machine.regions.pages.base;
    machine.u8.fill(0, at, at + 512);
    machine.cpu(0).setField?.(at, FIELD[name as Field], 0x01020304);
    const written = [...machine.u8.subarray(at, at + 512)].flatMap((v, i) => (v === 0 ? [] : [i]));
    expect(written).toEqual(Array.from({ length: width }, (_, i) => offset + i));
  });

  it("reads metrics from the entry itself, or from where it points", () => {
    const at = machine.regions.pages.base;
    const own = at + 1024;
    machine.u8.fill(0, at, at + 512);
    machine.u32[(own + 4) / 4] = 1500;
    machine.u32[(at + 60 + 4) / 4] = 576;
    expect(machine.cpu(0).metricOf?.(at, own, 1)).toBe(bytes === 208 ? 576 : 1500);
  });
});
