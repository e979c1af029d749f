/**
 * Either kind of table against a model: any sequence of changes, then every answer, every
 * structure, every object.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  APPEND,
  CREATE,
  EXCL,
  FibMachine,
  ip,
  KINDS,
  LOCAL,
  MAIN,
  REPLACE,
  type Route,
} from "./fibMachine.js";
import { FibModel } from "./fibModel.js";

const octet = fc.constantFrom(0, 1, 2, 3, 10, 127, 128, 129, 192, 255);
const address = fc
  .tuple(octet, octet, octet, octet)
  .map(([a, b, c, d]) => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
const prefix = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([key, plen]) => ({
  key: plen === 0 ? 0 : (key & (0xffffffff << (32 - plen))) >>> 0,
  plen,
}));
const nexthop = fc.record({ oif: fc.constantFrom(1, 2, 3), gw: fc.integer({ min: 1, max: 4 }) });

const route = fc.record({
  prefix,
  table: fc.constantFrom(MAIN, MAIN, LOCAL),
  tos: fc.constantFrom(0, 0, 0, 4, 8),
  type: fc.constantFrom(1, 1, 1, 1, 2, 7, 9),
  scope: fc.constantFrom(0, 0, 0, 253),
  priority: fc.constantFrom(0, 0, 1, 2),
  nlflags: fc.constantFrom(
    CREATE | EXCL,
    CREATE,
    CREATE | APPEND,
    CREATE | REPLACE,
    REPLACE,
    APPEND,
  ),
  nexthop,
});

type Op =
  | { op: "insert" | "remove"; route: Route }
  | { op: "row"; base: number; plen: number; count: number; add: boolean; oif: number }
  | { op: "down"; oif: number }
  | { op: "settle" };

const routeOp: fc.Arbitrary<Op> = fc
  .record({ op: fc.constantFrom("insert", "insert", "insert", "remove"), route, any: fc.boolean() })
  .map(({ op, route: { prefix: p, nexthop: nh, ...rest }, any }) => {
    if (op === "insert") return { op: "insert", route: { ...p, ...rest, nexthops: [nh] } };
    const { table, tos, priority } = rest;
    const wanted = any ? {} : { nexthops: [nh] };
    return { op: "remove", route: { ...p, table, tos, priority, ...wanted } };
  });
/** A run of neighbouring prefixes, which makes nodes inflate, or takes them away again. */
const rowOp: fc.Arbitrary<Op> = fc.record({
  op: fc.constant("row" as const),
  base: fc.constantFrom(ip("10.0.0.0"), ip("10.1.0.0"), ip("192.0.0.0")),
  plen: fc.constantFrom(16, 20, 24, 32),
  count: fc.integer({ min: 1, max: 70 }),
  add: fc.boolean(),
  oif: fc.constantFrom(1, 2),
});
const ops = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: routeOp },
    { weight: 3, arbitrary: rowOp },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant("down" as const), oif: nexthop.map((n) => n.oif) }),
    },
    { weight: 1, arbitrary: fc.constant({ op: "settle" } as const) },
  ),
  { maxLength: 60 },
);

interface Both {
  machine: FibMachine;
  models: Map<number, FibModel>;
}

function modelOf(both: Both, table = MAIN): FibModel {
  const model = both.models.get(table);
  if (model === undefined) throw new RangeError(`no table ${table}`);
  return model;
}

function applyRow(both: Both, op: Extract<Op, { op: "row" }>): void {
  for (let i = 0; i < op.count; i++) {
    const key = (op.base + i * 2 ** (32 - op.plen)) >>> 0;
    const one = { key, plen: op.plen, nexthops: [{ oif: op.oif, gw: 1 + (i % 3) }] };
    if (op.add) expect(both.machine.insert(one)).toBe(modelOf(both).insert(one));
    else expect(both.machine.remove(one)).toBe(modelOf(both).remove(one));
  }
}

function apply(both: Both, op: Op): void {
  const { machine } = both;
  if (op.op === "insert") {
    expect(machine.insert(op.route)).toBe(modelOf(both, op.route.table).insert(op.route));
  } else if (op.op === "remove") {
    expect(machine.remove(op.route)).toBe(modelOf(both, op.route.table).remove(op.route));
  } else if (op.op === "row") {
    applyRow(both, op);
  } else if (op.op === "down") {
    const removed = modelOf(both).down(op.oif) + modelOf(both, LOCAL).down(op.oif);
    expect(machine.deviceDown(op.oif)).toBe(removed);
    machine.call("fibSyncUpDev", op.oif * 4096);
  } else {
    machine.settle();
  }
}

/** Keys around everything an operation touched: its network, its last address, and past both. */
function probesOf(op: Op): number[] {
  if (op.op !== "insert" && op.op !== "remove" && op.op !== "row") return [];
  const { key, plen } = op.op === "row" ? { key: op.base, plen: op.plen } : op.route;
  const last = key + 2 ** (32 - plen) - 1;
  return [key, last, last + 1, key - 1, key + 1].map((n) => n >>> 0);
}

function compareAnswers(both: Both, keys: number[], tos: number, oif: number): void {
  for (const table of [MAIN, LOCAL]) {
    for (const key of keys) {
      for (const scope of [0, 253]) {
        const wanted = modelOf(both, table).lookup(key, { tos, scope, oif });
        const got = both.machine.lookup(key, { table, tos, scope, oif });
        expect({ key, ...got }).toMatchObject({ key, ...wanted });
      }
    }
  }
}

describe.each(KINDS)("any changes, %s", (kind) => {
  let machine: FibMachine;
  beforeAll(async () => {
    machine = await FibMachine.boot({ tableBytes: 2 * 1024 * 1024 }, 400, 1, kind);
  }, 60_000);

  it("answers as the model after any changes, keeps its shape, and loses no object", () => {
    fc.assert(
      fc.property(
        ops,
        fc.array(address, { maxLength: 20 }),
        fc.constantFrom(0, 4, 12),
        fc.constantFrom(0, 0, 2),
        (sequence, keys, tos, oif) => {
          // A run that failed has left its routes behind.
          for (const left of [1, 2, 3]) machine.deviceDown(left);
          machine.settle();
          expect(machine.call("fibTableInit")).toBe(1);
          const models = new Map([MAIN, LOCAL].map((id) => [id, new FibModel()]));
          const both = { machine, models };
          for (const op of sequence) {
            apply(both, op);
            if (op.op !== "settle") machine.call("rcuQuiescent");
          }
          const probes = [...keys, ...sequence.flatMap(probesOf)];
          compareAnswers(both, probes, tos, oif);
          expect(machine.aliases(MAIN)).toBe(modelOf(both).routes);
          machine.settle();
          expect(machine.check()).toBe(0);
          compareAnswers(both, probes.slice(0, 10), 0, 0);
          // Empty the tables: nothing may stay in use.
          for (const left of [1, 2, 3]) machine.deviceDown(left);
          machine.settle();
          expect(machine.check()).toBe(0);
          expect(machine.liveObjects()).toBe(0);
          expect(machine.call("infosInUse")).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("finds every nested prefix of one address, and the default route below all", async () => {
    const m = await FibMachine.boot({}, 64, 4, kind);
    const key = ip("170.85.170.85");
    for (let plen = 32; plen >= 0; plen--) {
      const mask = plen === 0 ? 0 : (0xffffffff << (32 - plen)) >>> 0;
      const network = (key & mask) >>> 0;
      expect(m.insert({ key: network, plen, nexthops: [{ oif: 1, gw: 1 }] })).toBe(0);
    }
    for (let plen = 32; plen >= 0; plen--) {
      expect(m.lookup(key).plen).toBe(plen);
      const mask = plen === 0 ? 0 : (0xffffffff << (32 - plen)) >>> 0;
      expect(m.remove({ key: (key & mask) >>> 0, plen })).toBe(0);
      m.settle();
      expect(m.check()).toBe(0);
    }
    expect(m.lookup(key).ret).toBe(1);
  });
});
