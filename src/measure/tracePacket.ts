/**
 * Sends single packets through a debug machine and takes what it recorded: events, frames that it
 * sent, counters that grew. Runs on this thread, on CPU 0.
 */
import { readMib } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import { type CpuTrace, TraceReader } from "../machine/traceReader.js";
import { type SentFrame, sentFrames } from "../machine/txRing.js";
import { swapBytes } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import { receiveDevices } from "../workloads/standardWorld.js";
import { frameOfTemplate, rxTemplate } from "../workloads/templates.js";
import type { Inspected } from "./inspectMachine.js";

/** A packet; addresses in host order. */
export interface TracedFlow {
  readonly daddr: number;
  /** Of a received packet; a sender's is chosen by the route. */
  readonly saddr: number;
  /** Device that it arrives on; undefined: this host sends it. */
  readonly iif: number | undefined;
}

/** What became of one packet, as the machine recorded it. */
export interface TracedPacket {
  readonly trace: CpuTrace;
  readonly sent: readonly SentFrame[];
  /** IP counters that grew, drops by their reason. */
  readonly counters: Readonly<Record<string, number>>;
  readonly dropped: readonly string[];
}

/** The device of this name or ifindex on which packets can arrive. @throws {UsageError} */
export function receivingDevice({ request }: Inspected, name: string | undefined): number {
  const devices = receiveDevices(request.world);
  const found =
    name === undefined
      ? devices[0]
      : devices.find((device) => device.name === name || String(device.ifindex) === name);
  if (found !== undefined) return found.ifindex;
  const allowed = devices.map((device) => `${device.name} (${device.ifindex})`).join(", ");
  throw new UsageError(`--iif ${name ?? ""}; allowed: ${allowed}`);
}

function growth(machine: Machine, run: () => void): Pick<TracedPacket, "counters" | "dropped"> {
  const before = readMib(machine);
  run();
  const { drops, ...after } = readMib(machine);
  const counters: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const grown = value - before[name as keyof typeof after];
    if (grown !== 0) counters[name] = grown;
  }
  const dropped: string[] = [];
  for (const [reason, value] of Object.entries(drops)) {
    const grown = value - (before.drops[reason as keyof typeof drops] ?? 0);
    if (grown === 0) continue;
    counters[reason] = grown;
    dropped.push(reason);
  }
  return { counters, dropped };
}

function receiveOne({ machine, request }: Inspected, flow: TracedFlow): void {
  const device = request.world.devices.find(({ ifindex }) => ifindex === flow.iif);
  if (device === undefined) throw new RangeError(`no device ${flow.iif}`);
  const frame = frameOfTemplate(rxTemplate(device), flow.saddr, flow.daddr);
  const at = machine.hostFrameAt(0);
  new Uint8Array(machine.memory.buffer).set(frame, at);
  machine.cpu(0).call("receiveFrame", at, frame.length, machine.deviceAt(device.ifindex));
}

function sendOne({ machine, experiment }: Inspected, flow: TracedFlow): void {
  experiment.setFlows([Uint32Array.of(0, swapBytes(flow.daddr))]);
  machine.cpu(0).call("sendPackets", 1);
}

/** Sends one packet and returns what was recorded, the frees that it led to among it. */
export function tracePacket(inspected: Inspected, flow: TracedFlow): TracedPacket {
  const { machine } = inspected;
  const reader = new TraceReader(machine);
  const cpu = machine.cpu(0);
  const since = machine.ringsWord(0, "RINGS_TX_SENT");
  cpu.call("rcuCpuOnline");
  const grown = growth(machine, () => {
    reader.start();
    if (flow.iif === undefined) sendOne(inspected, flow);
    else receiveOne(inspected, flow);
    cpu.call("rcuBarrierLocal");
    reader.stop();
  });
  cpu.call("rcuCpuOffline");
  return { trace: reader.read(0), sent: sentFrames(machine, 0, since), ...grown };
}
