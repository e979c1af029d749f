/**
 * `dstbench trace DESIGN DADDR`: the call tree of single packets, from what a debug image recorded.
 */
import { receivingDevice, tracePacket } from "../measure/tracePacket.js";
import { formatAddress, parseAddress } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import { findDevice } from "../reference/world.js";
import { packetReports, type TraceDocument, traceText } from "../report/traceReport.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { EXIT_OK } from "./exitCodes.js";
import { bootForArguments, type MachineArguments } from "./inspectOptions.js";
import { wholeNumber } from "./optionValues.js";

/** As commander hands them over. */
export interface TraceArguments extends MachineArguments {
  saddr?: string;
  iif?: string;
  send?: boolean;
  packets: string;
  json?: boolean;
}

/** Values where nothing is said; `--help` prints them. */
export const TRACE_DEFAULTS = { packets: "1" } as const;

const TRACE_EVENTS = 4096;
const PACKETS_MAX = 1000;

function addressOption(option: string, text: string): number {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${option}: ${error.message}`);
  }
}

/** Runs the command and returns its exit code. */
export async function runTrace(
  designText: string,
  daddrText: string,
  args: TraceArguments,
): Promise<number> {
  const daddr = addressOption("DADDR", daddrText);
  const given = args.saddr === undefined ? undefined : addressOption("--saddr", args.saddr);
  const count = wholeNumber("--packets", args.packets, 1, PACKETS_MAX);
  const isSent = args.send === true;
  if (isSent && (given !== undefined || args.iif !== undefined)) {
    throw new UsageError("--send with --saddr or --iif; allowed: --send alone, the route chooses");
  }
  const { inspected, design } = await bootForArguments(designText, args, {
    flavour: "debug",
    cpus: 1,
    flowPairs: 64,
    traceEvents: TRACE_EVENTS,
  });
  const { world } = inspected.request;
  const iif = isSent ? undefined : receivingDevice(inspected, args.iif);
  // The sender that stands beside the receiving device: its address and one.
  const beside = (findDevice(world, iif ?? 0)?.addresses[0]?.address ?? 0) + 1;
  const flow = { daddr, saddr: given ?? beside, iif };
  const packets = Array.from({ length: count }, () => {
    return { flow, packet: tracePacket(inspected, flow) };
  });
  const { machine } = inspected;
  const document: TraceDocument = {
    disclaimer: DISCLAIMER,
    design: design.name,
    image: machine.image.sha256,
    packets: packetReports(packets, {
      device: (ifindex) => findDevice(world, ifindex)?.name ?? `ifindex ${ifindex}`,
      firstDrop: machine.layout.at("MIB_DROPS"),
      outputSlot: design.row["output-slot"] === "shared" ? "nh_rth_output" : "nh_pcpu_rth_output",
    }),
  };
  process.stdout.write(
    args.json === true ? `${JSON.stringify(document, null, 2)}\n` : traceText(document),
  );
  if (document.packets.some((packet) => packet.counters["no-route"] !== undefined)) {
    const routes = `${inspected.request.table.count} routes`;
    process.stderr.write(
      `no route to ${formatAddress(daddr)} in this table of ${routes}; --routes all has more\n`,
    );
  }
  return EXIT_OK;
}
