/** Trees from events: what runs inside what follows from the events alone. */
import { describe, expect, it } from "vitest";
import { TRACE_BRANCHES, TRACE_FUNCTIONS } from "../../../src/machine/tracePoints.js";
import type { TraceEvent } from "../../../src/machine/traceReader.js";
import { TraceText } from "../../../src/report/traceText.js";
import { branchesOf, traceLines, traceTree } from "../../../src/report/traceTree.js";

const names = { device: (n: number) => `dev${n}`, firstDrop: 8, outputSlot: "nh_rth_output" };

function numberOf(points: readonly { name: string }[], name: string): number {
  const number = points.findIndex((point) => point.name === name);
  if (number < 0) throw new RangeError(name);
  return number;
}

const words = { jiffies: 7, a: 0, b: 0, c: 0 };

function call(caller: string, callee: string, more: Partial<TraceEvent> = {}): TraceEvent {
  const where = numberOf(TRACE_FUNCTIONS, caller);
  const what = numberOf(TRACE_FUNCTIONS, callee);
  return { ...words, where, kind: "call", what, ...more };
}

function branch(inside: string, name: string, more: Partial<TraceEvent> = {}): TraceEvent {
  const where = numberOf(TRACE_FUNCTIONS, inside);
  return { ...words, where, kind: "branch", what: numberOf(TRACE_BRANCHES, name), ...more };
}

function lines(events: readonly TraceEvent[]): string[] {
  return traceLines(traceTree(events, new TraceText(names)));
}

describe("traceTree", () => {
  it("nests calls and ends them when their caller goes on", () => {
    const drawn = lines([
      call("root", "ip_rcv", { a: 2, b: 46 }),
      call("ip_rcv", "ip_rcv_finish", { a: 0x0200010a, b: 0x070200c0 }),
      call("ip_rcv_finish", "ip_route_input_noref"),
      call("ip_route_input_noref", "ip_route_input_slow"),
      call("ip_route_input_slow", "fib_lookup", { a: 0x070200c0 }),
      branch("fib_lookup", "table_miss", { a: 0xc0000207, b: 1, c: 255 }),
      branch("fib_lookup", "table_found", { a: 0xc0000207, b: 24, c: (1 << 8) | 254 }),
      branch("ip_route_input_slow", "verdict", { a: 1 }),
      call("ip_rcv_finish", "dst_input"),
      call("dst_input", "ip_forward"),
    ]);
    expect(drawn).toEqual([
      "> ip_rcv  on dev2, 46 bytes",
      "> > ip_rcv_finish  10.1.0.2 to 192.0.2.7",
      "> > > ip_route_input_noref  0.0.0.0 to 0.0.0.0",
      "> > > > ip_route_input_slow",
      "> > > > > fib_lookup  192.0.2.7",
      "          - local: miss",
      "          - main: 192.0.2.0/24, unicast",
      "        - forward",
      "> > > dst_input",
      "> > > > ip_forward",
    ]);
  });

  it("opens a function that an event names and nothing called, and ends a leaf at once", () => {
    const drawn = lines([
      call("root", "dst_free"),
      branch("dst_hold", "held", { a: 64, b: 2 }),
      branch("dst_hold", "held", { a: 64, b: 3 }),
      branch("dst_destroy", "destroyed", { a: 64, b: 0 }),
      branch("current", "mib", { a: 2 }),
      branch("dst_free", "kept", { a: 64, b: 0 }),
    ]);
    expect(drawn).toEqual([
      "> dst_free",
      "> > dst_hold",
      "    - dst#1, refcnt now 2",
      "> > dst_hold",
      "    - dst#1, refcnt now 3",
      "> > dst_destroy",
      "    - dst#1, refcnt 0",
      "    - forwDatagrams + 1",
      "  - refcnt 0, kept by its owner: dst#1",
    ]);
  });

  it("begins a new tree with each call from outside, and knows the innermost of two alike", () => {
    const events = [
      call("root", "ip_rcv"),
      call("ip_rcv", "ip_rcv_finish"),
      call("ip_rcv_finish", "dst_input"),
      call("dst_input", "ip_rcv"),
      call("ip_rcv", "ip_rcv_finish"),
      branch("ip_rcv_finish", "error", { a: -22 }),
      call("root", "rcu_do_batch", { a: 128 }),
    ];
    expect(lines(events).filter((line) => !line.includes("0.0.0.0"))).toEqual([
      "> ip_rcv  on dev0, 0 bytes",
      "> > > dst_input",
      "> > > > ip_rcv  on dev0, 0 bytes",
      "          - -EINVAL",
      "> rcu_do_batch  dst#1",
    ]);
  });

  it("draws an event of a function that no table has, and branches without a call", () => {
    const strange = { ...words, where: 999, kind: "call" as const, what: 998 };
    expect(lines([strange, branch("current", "verdict", { a: 2 })])).toEqual([
      "> number 998",
      "  - local",
    ]);
    expect(lines([branch("current", "verdict", { a: 2 })])).toEqual([]);
  });

  it("lists the branches about a dst with its count, in order", () => {
    const text = new TraceText(names);
    const tree = traceTree(
      [
        call("root", "dst_release"),
        branch("dst_release", "released", { a: 640, b: 0 }),
        branch("dst_destroy", "destroyed", { a: 640, b: -1 }),
      ],
      text,
    );
    expect(branchesOf(tree)).toEqual([
      {
        call: "dst_release",
        branch: expect.objectContaining({ dst: "dst#1", refcount: 0, jiffies: 7 }),
      },
      {
        call: "dst_destroy",
        branch: expect.objectContaining({ branch: "destroyed", refcount: -1 }),
      },
    ]);
    expect([...text.dsts]).toEqual([["dst#1", 640]]);
  });
});
