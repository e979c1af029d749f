/** A table part that one process leaves and another reads: the same bytes, or refused. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditMachine } from "../../../src/machine/audit.js";
import { Experiment, type ExperimentRequest } from "../../../src/machine/experiment.js";
import { BootError } from "../../../src/machine/machine.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import {
  drainHere,
  machineOf,
  runPackets,
  type Small,
  setWorkload,
  smallExperiment,
} from "./smallExperiment.js";

const IMAGES = ["linux-3.10.release", "nexthop-direct.release", "linux-2.6.18.release"];

let small: Small;
let folder: string;
const file = (kind: string): string => path.join(folder, `table-${kind}.bin`);

/** The request of `small` once more, as another process has it: another seed, the same table. */
function requestOf(mode: "write" | "read", flowPairs = 8_192): ExperimentRequest {
  const { world, table, nexthopOf, templates } = small;
  const images = small.machines.map((machine) => machine.image);
  const boot = { ...machineOf(small, 0).options, seed: mode === "write" ? 3 : 58 };
  return { images, world, table, nexthopOf, templates, flowPairs, boot, tables: { folder, mode } };
}

describe("a table part in a file", () => {
  let writer: Experiment;

  beforeAll(async () => {
    small = await smallExperiment(IMAGES);
    folder = mkdtempSync(path.join(tmpdir(), "dstbench-table-"));
    writer = await Experiment.create(requestOf("write"));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("is read by machines of another layout, which then route and balance alike", async () => {
    expect(writer.loadMs).toBeGreaterThan(0);
    const reader = await Experiment.create(requestOf("read"));
    expect(reader.loadMs).toBe(0);
    for (const [i, machine] of reader.machines.entries()) {
      const { base } = machine.table;
      const used = machine.cpu(machine.controlCpu).call("tablePartBytes");
      const bytesOf = ({ memory }: Experiment): Uint8Array =>
        new Uint8Array(memory.buffer, base, used).slice();
      expect(Buffer.compare(bytesOf(reader), bytesOf(writer))).toBe(0);
      expect(machine.plan.superblock.base).not.toBe(writer.machines[i]?.plan.superblock.base);
    }
    const lists = setWorkload({ ...small, experiment: reader }, "internet-mix");
    expect(lists.packetsPerCpu).toBe(8_192);
    for (const machine of reader.machines) {
      runPackets(machine, "forwardPackets", 128);
      expect(sentFrames(machine, 0, 0).length).toBeGreaterThan(0);
      const report = await auditMachine({
        machine,
        world: small.world,
        routesByNexthop: small.routesByNexthop,
        drain: () => drainHere(machine),
      });
      expect(report.failures).toEqual([]);
    }
  });

  it("is refused at another address, cut short, and with fib_infos that it lacks", async () => {
    await expect(Experiment.create(requestOf("read", 16_384))).rejects.toThrow(BootError);
    const whole = readFileSync(file("trie"));
    truncateSync(file("trie"), whole.length - 8);
    await expect(Experiment.create(requestOf("read"))).rejects.toThrow(
      /table part trie: cut short/,
    );
    writeFileSync(file("trie"), whole);
    const few = { ...small.world, nexthops: small.world.nexthops.slice(0, 2) };
    const request = { ...requestOf("read"), world: few };
    await expect(Experiment.create(request)).rejects.toThrow(/fib_info that this machine/);
  });

  it("is loaded as ever where nobody left one", async () => {
    rmSync(file("hash"));
    const { loadMs, machines } = await Experiment.create(requestOf("read"));
    expect(loadMs).toBeGreaterThan(0);
    expect(machines).toHaveLength(IMAGES.length);
  });
});
