/** Words of an event in words. */
import { describe, expect, it } from "vitest";
import { TRACE_BRANCHES, TRACE_FUNCTIONS } from "../../../src/machine/tracePoints.js";
import { TraceText } from "../../../src/report/traceText.js";

const names = { device: (n: number) => `dev${n}`, firstDrop: 8, outputSlot: "nh_rth_output" };
const event = { where: 0, kind: "branch", what: 0, jiffies: 0, a: 0, b: 0, c: 0 } as const;

function shown(text: string, words: { a?: number; b?: number; c?: number }): string {
  return new TraceText(names).expand(text, { ...event, ...words });
}

describe("expand", () => {
  it("shows each kind of word", () => {
    expect(shown("{address.a} {via.b} {via.c}", { a: 0x0100007f, b: 0x0a00020a, c: 0 })).toBe(
      "127.0.0.1 via 10.2.0.10 on-link",
    );
    expect(shown("{prefix.a}", { a: 0xc0000207, b: 24 })).toBe("192.0.2.0/24");
    expect(shown("{prefix.a}", { a: 0xc0000207, b: 0 })).toBe("0.0.0.0/0");
    expect(shown("{slot.a} {slot.b}", { a: 0, b: 1 })).toBe("nh_rth_input nh_rth_output");
    expect(shown("{n.a} {error.b} {verdict.c}", { a: 0xffffffff, b: -101, c: -22 })).toBe(
      "-1 -ENETUNREACH -EINVAL",
    );
    expect(shown("{mib.a}, {mib.b}, {stat.c}", { a: 0, b: 8 + 11, c: 3 })).toBe(
      "inReceives + 1, dropped: no-route, in_no_route + 1",
    );
    expect(shown("{table.c} {type.c}", { c: (3 << 8) | 255 })).toBe("local broadcast");
    expect(shown("{miss.a} {miss.b}", { a: 1, b: -113 })).toBe("miss -EHOSTUNREACH");
  });

  it("numbers dsts by their first appearance and keeps the number", () => {
    const text = new TraceText(names);
    const said = [640, 1280, 640, 0].map((a) => text.expand("{dst.a}", { ...event, a }));
    expect(said).toEqual(["dst#1", "dst#2", "dst#1", "no dst"]);
    expect(text.expand("in{displaced.c}", { ...event, c: 1280 })).toBe("in, in place of dst#2");
    expect(text.expand("in{displaced.c}", event)).toBe("in");
  });

  it("knows every kind that the tables of trace points use", () => {
    for (const point of [...TRACE_FUNCTIONS, ...TRACE_BRANCHES]) {
      expect(shown(point.text, {}), point.name).not.toMatch(/\{\w+\.[abc]\}/);
    }
  });
});
