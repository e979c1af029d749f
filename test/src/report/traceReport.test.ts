/** Packets as they are printed: the tree, the fate, and the dst at the end. */
import { describe, expect, it } from "vitest";
import type { TracedPacket } from "../../../src/measure/tracePacket.js";
import { packetReports, traceText } from "../../../src/report/traceReport.js";
import { DISCLAIMER } from "../../../src/result/disclaimer.js";

const names = { device: (n: number) => `dev${n}`, firstDrop: 8, outputSlot: "nh_rth_output" };
const words = { jiffies: 0, a: 0, b: 0, c: 0 };
const HELD = { ...words, where: 18, kind: "branch", what: 17, a: 640, b: 2 } as const;
const DESTROYED = { ...words, where: 21, kind: "branch", what: 20, a: 640, b: 0 } as const;
const flow = { daddr: 0xc0000207, saddr: 0x0a010002, iif: 2 };

function packet(more: Partial<TracedPacket>): TracedPacket {
  const nothing = { trace: { events: [], lost: 0 }, sent: [], counters: {}, dropped: [] };
  return { ...nothing, ...more };
}

describe("packetReports", () => {
  it("tells each fate from what the machine sent and counted", () => {
    const sent = [{ ifindex: 6, frame: Uint8Array.of(2, 0, 10, 2, 0, 200, ...new Array(54)) }];
    const reports = packetReports(
      [
        { flow, packet: packet({ sent }) },
        { flow, packet: packet({ counters: { inDelivers: 1 } }) },
        { flow: { ...flow, iif: undefined }, packet: packet({ dropped: ["no-route"] }) },
        { flow, packet: packet({}) },
        { flow, packet: packet({ counters: { parked: 1 } }) },
        { flow, packet: packet({ counters: { parked: 1, unparked: 1 } }) },
      ],
      names,
    );
    expect(reports.map((report) => report.fate)).toEqual([
      "sent out of dev6 to 02:00:0a:02:00:c8, 60 bytes",
      "delivered to this host",
      "dropped: no-route",
      "no fate was recorded",
      "waits for the address of its neighbour",
      "no fate was recorded",
    ]);
    expect(reports[0]?.flow).toBe("10.1.0.2 to 192.0.2.7, received on dev2");
    expect(reports[2]?.flow).toBe("this host to 192.0.2.7");
  });

  it("keeps the name of a dst from packet to packet and says how it was left", () => {
    const [first, second] = packetReports(
      [
        { flow, packet: packet({ trace: { events: [HELD], lost: 0 } }) },
        { flow, packet: packet({ trace: { events: [HELD, DESTROYED], lost: 3 } }) },
      ],
      names,
    );
    expect(first?.dsts).toEqual([{ dst: "dst#1", address: 640, refcount: 2, branch: "held" }]);
    expect(second?.dsts).toEqual([
      { dst: "dst#1", address: 640, refcount: 0, branch: "destroyed" },
    ]);
    const text = traceText({
      disclaimer: DISCLAIMER,
      design: "linux-3.10",
      image: "abc",
      packets: [first, second].filter((report) => report !== undefined),
    });
    expect(text.split("\n")).toEqual([
      "linux-3.10, packet 1: 10.1.0.2 to 192.0.2.7, received on dev2",
      "> dst_hold",
      "  - dst#1, refcnt now 2",
      "fate: no fate was recorded ()",
      "dst#1 at 0x280: left with refcnt 2",
      "",
      "linux-3.10, packet 2: 10.1.0.2 to 192.0.2.7, received on dev2",
      "! 3 older events were lost",
      "> dst_hold",
      "  - dst#1, refcnt now 2",
      "> dst_destroy",
      "  - dst#1, refcnt 0",
      "fate: no fate was recorded ()",
      "dst#1 at 0x280: destroyed",
      "",
      DISCLAIMER,
      "",
    ]);
  });
});
