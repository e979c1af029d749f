/**
 * Compares what was captured with the timeline of the reference: every frame to the byte, and every
 * packet that was not sent with what its burst's counters say.
 *
 * Counters are of a burst, so drops are matched by number: of each reason at least as many as
 * packets that can have no other end, and at most as many as packets that can have this one.
 */
import { IMAGE_DROPS, PARKED_DROPS } from "../../src/machine/counters.js";
import type { Machine } from "../../src/machine/machine.js";
import { formatAddress } from "../../src/reference/ipv4Address.js";
import { BURST, type Capture, RECORD, RECORD_WORDS } from "./captureRun.js";
import {
  DELIVERED,
  type FateTimeline,
  FRAME_WORDS,
  isCaptured,
  type Outcome,
  SENT,
} from "./fateTimeline.js";

/** What a comparison saw. */
export interface CaptureVerdict {
  readonly frames: number;
  /** Packets that were not sent: delivered or dropped. */
  readonly others: number;
  /** Frames that were right for one of several states only because a change was being made. */
  readonly ambiguous: number;
  /** Drops for reasons that are no state's, only a moment's: device-down while it goes down. */
  readonly momentary: number;
  /** Drops that no state allows, by reason. */
  readonly unexplained: Readonly<Record<string, number>>;
  /** Packets and bursts that nothing explains; the first few as lines. */
  readonly wrong: number;
  readonly faults: readonly string[];
}

const FAULTS_SHOWN = 10;
const MIB_IN_DELIVERS = 1;

function dropName(drop: number): string {
  return drop === DELIVERED ? "delivered" : (IMAGE_DROPS[drop] ?? `drop ${drop}`);
}

function describe(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((one) => (one.drop === SENT ? `a frame out of ${one.ifindex}` : dropName(one.drop)))
    .join(" or ");
}

/** Checks one CPU's capture. */
class Checker {
  frames = 0;
  others = 0;
  ambiguous = 0;
  momentary = 0;
  wrong = 0;
  readonly faults: string[] = [];
  readonly unexplained: Record<string, number> = {};
  private readonly firstDrop: number;
  private readonly parked: number;

  constructor(
    machine: Machine,
    private readonly timeline: FateTimeline,
    private readonly slots: boolean,
  ) {
    this.firstDrop = machine.layout.at("MIB_DROPS");
    this.parked = machine.layout.at("MIB_PARKED");
  }

  private fault(line: string): void {
    this.wrong++;
    if (this.faults.length < FAULTS_SHOWN) this.faults.push(line);
  }

  burst(cpu: number, record: Uint32Array): void {
    const versions = [record[RECORD.from] ?? 0, record[RECORD.to] ?? 0] as const;
    const list = this.timeline.lines[cpu] ?? [];
    const unsent: Outcome[][] = [];
    for (let i = 0; i < BURST; i++) {
      const index = ((record[RECORD.flowNext] ?? 0) + i) % list.length;
      const allowed = this.timeline.allowed(cpu, index, versions, this.slots);
      const at = RECORD.packets + i * (1 + FRAME_WORDS);
      const isSent = record[at] !== 0;
      if (isSent) {
        this.frames++;
        if (allowed.length > 1) this.ambiguous++;
        if (allowed.some((one) => isCaptured(one, record, at))) continue;
      } else {
        this.others++;
        const ends = allowed.filter((one) => one.drop !== SENT);
        if (ends.length > 0) {
          unsent.push(ends);
          continue;
        }
      }
      const daddr = formatAddress(list[index]?.packet.daddr ?? 0);
      const found = isSent ? `a frame out of ${((record[at] ?? 0) >>> 16) + 1}` : "nothing sent";
      this.fault(
        `CPU ${cpu}, versions ${versions}, to ${daddr}: ${found}, not ${describe(allowed)}`,
      );
    }
    this.ends(`CPU ${cpu}, versions ${versions}`, record, unsent);
  }

  /** Matches the counters of a burst with the ends of its packets that were not sent. */
  private ends(where: string, record: Uint32Array, unsent: readonly Outcome[][]): void {
    const reasons = [DELIVERED, ...IMAGE_DROPS.keys()];
    for (const drop of reasons) {
      const counter = drop === DELIVERED ? MIB_IN_DELIVERS : this.firstDrop + drop;
      const reason = IMAGE_DROPS[drop];
      if (reason !== undefined && PARKED_DROPS.has(reason)) continue;
      // A packet that waits for a neighbour is one without a neighbour, whatever its end.
      const parked = reason === "no-neighbour" ? (record[RECORD.mib + this.parked] ?? 0) : 0;
      const found = (record[RECORD.mib + counter] ?? 0) + parked;
      const can = unsent.filter((ends) => ends.some((one) => one.drop === drop));
      const must = can.filter((ends) => ends.every((one) => one.drop === drop));
      if (found > must.length && IMAGE_DROPS[drop] === "device-down") {
        this.momentary += found - must.length;
      }
      if (found >= must.length && found <= can.length) continue;
      const name = dropName(drop);
      if (found > can.length) {
        this.unexplained[name] = (this.unexplained[name] ?? 0) + found - can.length;
      }
      this.fault(`${where}: ${found} ${name}, not ${must.length} to ${can.length}`);
    }
  }
}

/** Compares the captures of all CPUs with the timeline. */
export function captureCheck(
  machine: Machine,
  timeline: FateTimeline,
  captures: readonly Capture[],
): CaptureVerdict {
  const checker = new Checker(machine, timeline, machine.image.row["route-cache"] === "nexthop");
  for (const [cpu, { records, captured }] of captures.entries()) {
    for (let n = 0; n < captured; n++) {
      checker.burst(cpu, records.subarray(n * RECORD_WORDS, (n + 1) * RECORD_WORDS));
    }
  }
  const { frames, others, ambiguous, momentary, wrong, faults, unexplained } = checker;
  return { frames, others, ambiguous, momentary, wrong, faults, unexplained };
}
