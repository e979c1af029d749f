/** The event trace of whole machines: what is read is what happened, and off it costs nothing. */
import { beforeAll, describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { findImage } from "../../../src/image/imageStore.js";
import { clearCosts, readCosts } from "../../../src/machine/counters.js";
import { TRACE_FUNCTIONS } from "../../../src/machine/tracePoints.js";
import { TraceReader } from "../../../src/machine/traceReader.js";
import { bootInspected, type Inspected } from "../../../src/measure/inspectMachine.js";
import { buildFlowLists } from "../../../src/workloads/flows.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { runPackets, smallTable } from "./smallExperiment.js";

const CPUS = 2;

async function inspected(
  traceEvents: number,
  flavour: "debug" | "release" = "debug",
): Promise<Inspected> {
  const image = await findImage(parseDesign("linux-3.10"), flavour);
  const world = standardWorld({ nexthops: 8 });
  const machine = await bootInspected({
    image,
    world,
    table: smallTable(1_000),
    cpus: CPUS,
    seed: 1,
    packetsPerSecond: 1_000_000,
    flowPairs: 8_192,
    traceEvents,
  });
  const options = { cpus: CPUS, packets: 8_192, seed: 1, world };
  const lists = buildFlowLists(findWorkload("internet-mix"), smallTable(1_000), options);
  machine.experiment.setFlows(lists.perCpu);
  return machine;
}

/** Costs of 1,024 packets of CPU 0, after as many without counting. */
function costs({ machine }: Inspected): Record<string, number> {
  runPackets(machine, "forwardPackets", 1_024);
  clearCosts(machine);
  runPackets(machine, "forwardPackets", 1_024);
  return { ...readCosts(machine) };
}

describe("TraceReader", () => {
  let traced: Inspected;

  beforeAll(async () => {
    traced = await inspected(256);
  });

  it("reads the events of each CPU in order, the newest ones, and how many were lost", () => {
    const { machine } = traced;
    const reader = new TraceReader(machine);
    reader.start();
    runPackets(machine, "forwardPackets", 1, 1);
    const few = reader.read(1);
    expect(few.lost).toBe(0);
    expect(few.events[0]).toMatchObject({ where: 1, kind: "call", b: 46 });
    expect(TRACE_FUNCTIONS[few.events[0]?.what ?? 0]?.name).toBe("ip_rcv");
    expect(reader.read(0)).toEqual({ events: [], lost: 0 });
    runPackets(machine, "forwardPackets", 64, 1);
    const many = reader.read(1);
    reader.stop();
    expect(many.events).toHaveLength(256);
    expect(many.lost).toBeGreaterThan(500);
    const clock = many.events.map(({ jiffies }) => jiffies);
    expect(clock).toEqual([...clock].sort((a, b) => a - b));
    const starts = many.events.filter(({ where, kind }) => where === 1 && kind === "call");
    expect(starts.length).toBeGreaterThan(5);
  });

  it("records nothing after stop, and begins anew at start", () => {
    const { machine } = traced;
    const reader = new TraceReader(machine);
    reader.start();
    runPackets(machine, "forwardPackets", 1);
    reader.stop();
    const before = reader.read(0);
    expect(before.events.length).toBeGreaterThan(5);
    runPackets(machine, "forwardPackets", 64);
    expect(reader.read(0)).toEqual(before);
    reader.start();
    reader.stop();
    expect(reader.read(0)).toEqual({ events: [], lost: 0 });
  });

  it("refuses an image that records nothing, and a plan without room", async () => {
    const release = await inspected(256, "release");
    expect(() => new TraceReader(release.machine)).toThrow(/release.* records no events/);
    const bare = await inspected(0);
    expect(() => new TraceReader(bare.machine)).toThrow(/no memory planned for events/);
  });

  it("changes no cost of a packet, switched off or not there at all", async () => {
    const bare = costs(await inspected(0));
    const off = costs(await inspected(256));
    expect(bare.packets).toBe(1_024);
    expect(off).toEqual(bare);
    const on = await inspected(256);
    new TraceReader(on.machine).start();
    expect(costs(on).atomicLoads).toBeGreaterThan(bare.atomicLoads ?? 0);
  });
});
