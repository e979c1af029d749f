/** Machines to look into: the workload's packets go through all CPUs in turn. */
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { readMib } from "../../../src/machine/counters.js";
import { bootInspected, imageToInspect, runWorkload } from "../../../src/measure/inspectMachine.js";
import { standardWorld } from "../../../src/workloads/standardWorld.js";
import { findWorkload } from "../../../src/workloads/workload.js";
import { smallTable } from "../machine/smallExperiment.js";

describe("runWorkload", () => {
  it.each([
    ["internet-mix", "inReceives"],
    ["local-send", "outRequests"],
  ] as const)(
    "runs as many packets of %s as were asked for, on every CPU",
    async (name, counter) => {
      const said: string[] = [];
      const image = await imageToInspect(parseDesign("linux-3.10"), "release", (line) =>
        said.push(line),
      );
      expect(said.length).toBe(image.compiledNow ? 1 : 0);
      const inspected = await bootInspected({
        image,
        world: standardWorld({ nexthops: 8 }),
        table: smallTable(1_000),
        cpus: 3,
        seed: 1,
        packetsPerSecond: 1_000_000,
        flowPairs: 3_000,
        traceEvents: 0,
      });
      const { machine } = inspected;
      runWorkload(inspected, findWorkload(name), 1_001);
      expect(readMib(machine)[counter]).toBe(1_001);
      const at = machine.layout.at("PCPU_MIB") / 4;
      const index = counter === "inReceives" ? 0 : 3;
      const each = [0, 1, 2].map(
        (cpu) => machine.u32[machine.areaOf(cpu) / 4 + at + 2 * index] ?? 0,
      );
      expect(each.every((n) => n >= 320)).toBe(true);
      expect(machine.word("SB_CPUS")).toBe(3);
    },
  );
});
