/**
 * The judge: before an image is timed, what it does with real frames is compared with the
 * reference, to the byte. Frames of every fate go in one by one; packets of the workload go through
 * the very loop that is timed, a burst at a time. A wrong image is never timed.
 *
 * Runs on this thread, on CPU 0 of the machine, before the workers' first window.
 */

import { sourceCheckOf } from "../image/knobs.js";
import { IMAGE_DROPS, type ImageDrop, PARKED_DROPS } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import { type SentFrame, sentFrames } from "../machine/txRing.js";
import type { Fate } from "../reference/fate.js";
import { swapBytes } from "../reference/ipv4Address.js";
import type { ReferenceRouter } from "../reference/referenceRouter.js";
import type { FateFrame } from "../workloads/fates.js";
import { receiveDeviceIndex } from "../workloads/receiveDevice.js";
import { frameOfTemplate, sendTemplateOf } from "../workloads/templates.js";
import type { PacketPath } from "../workloads/workload.js";

/** The image disagreed with the reference. One line: image, packet, expected, found. */
export class JudgeError extends Error {}

/** What the judge saw. */
export interface Judgement {
  readonly packets: number;
  readonly perFate: Record<string, number>;
}

/** What an image is judged with. */
export interface JudgeRequest {
  readonly machine: Machine;
  readonly router: ReferenceRouter;
  readonly templates: readonly Uint8Array[];
  readonly rxIfindexes: readonly number[];
  /** Kept from image to image while the flow list is the same. @default asked each time */
  readonly known?: KnownFates;
}

const BURST = 64;

/** The MIB words of CPU 0: what one frame changed tells its fate. */
class CpuMib {
  private readonly words: BigUint64Array;
  private readonly before: BigUint64Array;

  constructor(private readonly machine: Machine) {
    const at = machine.areaOf(0) + machine.layout.at("PCPU_MIB");
    const count = machine.layout.at("MIB_COUNTERS");
    this.words = new BigUint64Array(machine.memory.buffer, at, count);
    this.before = this.words.slice();
  }

  mark(): void {
    this.before.set(this.words);
  }

  /** Growth of counter `index` since the mark. */
  grown(index: number): number {
    return Number((this.words[index] ?? 0n) - (this.before[index] ?? 0n));
  }

  /**
   * Drops since the mark, by reason. A packet that is parked counts as dropped for `no-neighbour`,
   * which is its end where nobody answers; when that comes it does not count again.
   */
  drops(): Map<ImageDrop, number> {
    const { layout } = this.machine;
    const first = layout.at("MIB_DROPS");
    const found = new Map<ImageDrop, number>();
    IMAGE_DROPS.forEach((reason, i) => {
      const parked = reason === "no-neighbour" ? this.grown(layout.at("MIB_PARKED")) : 0;
      const count = this.grown(first + i) + parked;
      if (count > 0 && !PARKED_DROPS.has(reason)) found.set(reason, count);
    });
    return found;
  }
}

const MIB_IN_DELIVERS = 1;

function fateText(fate: Fate): string {
  if (fate.kind === "forwarded")
    return `a frame of ${fate.frame.length} bytes out of ${fate.ifindex}`;
  return fate.kind === "dropped" ? `dropped: ${fate.reason}` : "delivered";
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function firstDifference(a: Uint8Array, b: Uint8Array): string {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return `byte ${at}: ${b[at]?.toString(16)} instead of ${a[at]?.toString(16)}`;
}

/** Why a sent frame is not the expected one, or null. */
function frameFault(
  expected: Fate & { kind: "forwarded" },
  sent: SentFrame | undefined,
): string | null {
  if (sent === undefined) return "nothing was sent";
  if (sent.ifindex !== expected.ifindex) return `sent out of ${sent.ifindex}`;
  if (bytesEqual(expected.frame, sent.frame)) return null;
  if (expected.frame.length !== sent.frame.length) return `${sent.frame.length} bytes were sent`;
  return firstDifference(expected.frame, sent.frame);
}

/** Why one frame's fate is not the expected one, or null: it met exactly one fate, and that one. */
function oneFault(expected: Fate, sent: readonly SentFrame[], mib: CpuMib): string | null {
  const drops = mib.drops();
  const dropped = [...drops.values()].reduce((sum, n) => sum + n, 0);
  const delivered = mib.grown(MIB_IN_DELIVERS);
  const reasons = [...drops.keys()].join(", ") || "none";
  const found = `${sent.length} sent, ${delivered} delivered, drops: ${reasons}`;
  if (sent.length + delivered + dropped !== 1) return found;
  if (expected.kind === "forwarded") {
    return sent.length === 1 ? frameFault(expected, sent[0]) : found;
  }
  if (expected.kind === "delivered") return delivered === 1 ? null : found;
  return drops.get(expected.reason) === 1 ? null : found;
}

/** Judges frames one by one through `receiveFrame`. @throws {JudgeError} */
export function judgeFrames(request: JudgeRequest, frames: readonly FateFrame[]): Judgement {
  const { machine } = request;
  const cpu = machine.cpu(0);
  const mib = new CpuMib(machine);
  const frameAt = machine.hostFrameAt(0);
  const bytes = new Uint8Array(machine.memory.buffer);
  const perFate: Record<string, number> = {};
  cpu.call("rcuCpuOnline");
  for (const [i, { name, rxIfindex, frame, expected }] of frames.entries()) {
    bytes.set(frame, frameAt);
    mib.mark();
    const since = machine.ringsWord(0, "RINGS_TX_SENT");
    cpu.call("receiveFrame", frameAt, frame.length, machine.deviceAt(rxIfindex));
    const fault = oneFault(expected, sentFrames(machine, 0, since), mib);
    if (fault !== null) {
      const what = `frame ${i} (${name}) received on ifindex ${rxIfindex}`;
      throw new JudgeError(
        `${machine.image.name}: ${what}: expected ${fateText(expected)}, found ${fault}`,
      );
    }
    perFate[name] = (perFate[name] ?? 0) + 1;
  }
  cpu.call("rcuCpuOffline");
  return { packets: frames.length, perFate };
}

/** What the reference says of packets of a flow list, so that it is asked once for all images. */
export type KnownFates = Map<string, Fate>;

/** What the reference says of the packet at `position` of the list, kept for the next image. */
function knownFate(
  request: JudgeRequest,
  path: PacketPath,
  flows: Uint32Array,
  position: number,
): Fate {
  const key = `${path} ${sourceCheckOf(request.machine.image.row)} ${position}`;
  const known = request.known?.get(key);
  if (known !== undefined) return known;
  const at = 2 * position;
  const fate = expectedOf(request, path, flows[at] ?? 0, flows[at + 1] ?? 0);
  request.known?.set(key, fate);
  return fate;
}

/** What the reference says of packet (saddr, daddr), both as the flow list holds them. */
function expectedOf(request: JudgeRequest, path: PacketPath, saddr: number, daddr: number): Fate {
  const { router, templates, rxIfindexes } = request;
  const rx = receiveDeviceIndex(swapBytes(saddr), templates.length);
  const template = templates[rx];
  if (template === undefined) throw new RangeError(`no template for receive device ${rx}`);
  if (path === "local-send") return router.localSend(swapBytes(daddr), sendTemplateOf(template));
  const frame = frameOfTemplate(template, swapBytes(saddr), swapBytes(daddr));
  const check = sourceCheckOf(request.machine.image.row);
  return router.forward(rxIfindexes[rx] ?? 0, frame, check);
}

function burstFault(
  expected: readonly Fate[],
  sent: readonly SentFrame[],
  mib: CpuMib,
): string | null {
  const forwarded = expected.filter((f) => f.kind === "forwarded");
  if (sent.length !== forwarded.length) {
    const drops = [...mib.drops()].map(([reason, n]) => `${reason} ${n}`).join(", ");
    return `${sent.length} frames sent instead of ${forwarded.length}; drops: ${drops || "none"}`;
  }
  for (const [i, fate] of forwarded.entries()) {
    const fault = frameFault(fate, sent[i]);
    if (fault !== null) return `frame ${i} of the burst: ${fault}`;
  }
  const delivered = expected.filter((f) => f.kind === "delivered").length;
  if (mib.grown(MIB_IN_DELIVERS) !== delivered) {
    return `${mib.grown(MIB_IN_DELIVERS)} delivered instead of ${delivered}`;
  }
  const drops = mib.drops();
  for (const reason of new Set([...drops.keys(), ...dropsOf(expected).keys()])) {
    const found = drops.get(reason) ?? 0;
    const wanted = dropsOf(expected).get(reason) ?? 0;
    if (found !== wanted) return `${found} dropped for ${reason} instead of ${wanted}`;
  }
  return null;
}

function dropsOf(expected: readonly Fate[]): Map<ImageDrop, number> {
  const found = new Map<ImageDrop, number>();
  for (const fate of expected) {
    if (fate.kind === "dropped") found.set(fate.reason, (found.get(fate.reason) ?? 0) + 1);
  }
  return found;
}

/**
 * Judges the first `packets` packets of CPU 0's flow list through the loop that is timed.
 * Leaves the list where the windows will start. @throws {JudgeError}
 */
export function judgeWorkload(
  request: JudgeRequest,
  path: PacketPath,
  flows: Uint32Array,
  packets: number,
): Judgement {
  const { machine } = request;
  const loop = path === "forward" ? "forwardPackets" : "sendPackets";
  const mib = new CpuMib(machine);
  const pairs = flows.length / 2;
  const perFate: Record<string, number> = {};
  machine.cpu(0).call("rcuCpuOnline");
  let judged = 0;
  while (judged < packets) {
    const position = machine.ringsWord(0, "RINGS_FLOW_NEXT");
    const expected = Array.from({ length: BURST }, (_, i) =>
      knownFate(request, path, flows, (position + i) % pairs),
    );
    mib.mark();
    const since = machine.ringsWord(0, "RINGS_TX_SENT");
    machine.cpu(0).call(loop, BURST);
    const fault = burstFault(expected, sentFrames(machine, 0, since), mib);
    if (fault !== null)
      throw new JudgeError(`${machine.image.name}: packets from ${judged}: ${fault}`);
    for (const { kind } of expected) perFate[kind] = (perFate[kind] ?? 0) + 1;
    judged += BURST;
  }
  machine.cpu(0).call("rcuCpuOffline");
  return { packets: judged, perFate };
}
