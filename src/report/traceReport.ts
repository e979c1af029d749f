/**
 * `trace`: packets as call trees, with the dst each ends with and its fate. Text and JSON of the
 * same content; pure functions.
 */
import type { TracedFlow, TracedPacket } from "../measure/tracePacket.js";
import { formatAddress } from "../reference/ipv4Address.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { type TraceNames, TraceText } from "./traceText.js";
import { branchesOf, type TraceTree, traceLines, traceTree } from "./traceTree.js";

/** The last thing that was recorded about a dst. */
interface LastSeen {
  readonly dst: string;
  readonly address: number;
  readonly refcount: number;
  readonly branch: string;
}

/** One packet, drawn. */
export interface PacketReport {
  readonly flow: string;
  readonly tree: TraceTree;
  readonly lostEvents: number;
  /** Each dst that the packet met, as it was left. */
  readonly dsts: readonly LastSeen[];
  readonly fate: string;
  readonly counters: Readonly<Record<string, number>>;
}

/** What `--json` prints. */
export interface TraceDocument {
  readonly disclaimer: string;
  readonly design: string;
  readonly image: string;
  readonly packets: readonly PacketReport[];
}

function macText(frame: Uint8Array): string {
  return Array.from(frame.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function fateOf(packet: TracedPacket, device: TraceNames["device"]): string {
  const fates = packet.sent.map(({ ifindex, frame }) => {
    return `sent out of ${device(ifindex)} to ${macText(frame)}, ${frame.length} bytes`;
  });
  if ((packet.counters.inDelivers ?? 0) > 0) fates.push("delivered to this host");
  fates.push(...packet.dropped.map((reason) => `dropped: ${reason}`));
  const { parked = 0, unparked = 0 } = packet.counters;
  if (parked > unparked) fates.push("waits for the address of its neighbour");
  return fates.length === 0 ? "no fate was recorded" : fates.join("; ");
}

function lastSeen(tree: TraceTree, dsts: ReadonlyMap<string, number>): LastSeen[] {
  const seen = new Map<string, LastSeen>();
  for (const { branch } of branchesOf(tree)) {
    const address = branch.dst === undefined ? undefined : dsts.get(branch.dst);
    if (branch.dst === undefined || address === undefined) continue;
    const refcount = branch.refcount ?? 0;
    seen.set(branch.dst, { dst: branch.dst, address, refcount, branch: branch.branch });
  }
  return [...seen.values()];
}

function flowText({ saddr, daddr, iif }: TracedFlow, device: TraceNames["device"]): string {
  if (iif === undefined) return `this host to ${formatAddress(daddr)}`;
  return `${formatAddress(saddr)} to ${formatAddress(daddr)}, received on ${device(iif)}`;
}

/** The reports of packets that went through one machine in this order: dsts keep their names. */
export function packetReports(
  packets: readonly { readonly flow: TracedFlow; readonly packet: TracedPacket }[],
  names: TraceNames,
): PacketReport[] {
  const text = new TraceText(names);
  return packets.map(({ flow, packet }) => {
    const tree = traceTree(packet.trace.events, text);
    return {
      flow: flowText(flow, names.device),
      tree,
      lostEvents: packet.trace.lost,
      dsts: lastSeen(tree, text.dsts),
      fate: fateOf(packet, names.device),
      counters: packet.counters,
    };
  });
}

function dstLine({ dst, address, refcount, branch }: LastSeen): string {
  const left = branch === "destroyed" ? "destroyed" : `left with refcnt ${refcount}`;
  return `${dst} at 0x${address.toString(16)}: ${left}`;
}

/** The document as text. */
export function traceText(document: TraceDocument): string {
  const blocks = document.packets.map((packet, i) => {
    const counters = Object.entries(packet.counters).map(([name, n]) => `${name} + ${n}`);
    const lost = packet.lostEvents === 0 ? [] : [`! ${packet.lostEvents} older events were lost`];
    return [
      `${document.design}, packet ${i + 1}: ${packet.flow}`,
      ...lost,
      ...traceLines(packet.tree),
      `fate: ${packet.fate} (${counters.join(", ")})`,
      ...packet.dsts.map(dstLine),
    ].join("\n");
  });
  return `${blocks.join("\n\n")}\n\n${DISCLAIMER}\n`;
}
