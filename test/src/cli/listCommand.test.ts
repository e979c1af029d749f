/** `list`: everything that can be asked for stands in it. */
import { describe, expect, it } from "vitest";
import { listText } from "../../../src/cli/listCommand.js";
import { KERNELS } from "../../../src/image/designs.js";
import { KNOBS } from "../../../src/image/knobs.js";
import { DISCLAIMER } from "../../../src/result/disclaimer.js";
import { SIDE_LOADS } from "../../../src/workloads/sideLoad.js";
import { WORKLOADS } from "../../../src/workloads/workload.js";

describe("listText", () => {
  const lines = listText().split("\n");

  it("names every design with the knobs that it reads, and no others", () => {
    for (const kernel of KERNELS) {
      const at = lines.indexOf(`  ${kernel.name}`);
      expect(lines[at + 1]?.trim()).toBe(kernel.summary);
      const read = KNOBS.filter((knob) => knob.unread(kernel.row) === null);
      const row = read.map((knob) => `${knob.name}=${kernel.row[knob.name]}`).join(" ");
      expect(lines[at + 2]?.trim()).toBe(row);
    }
  });

  it("names every knob, every value, and the workload and cost that show it", () => {
    for (const knob of KNOBS) {
      const at = lines.indexOf(`  ${knob.name}: ${knob.summary}`);
      expect(at, knob.name).toBeGreaterThan(0);
      knob.values.forEach((value, i) => {
        expect(lines[at + 1 + i]).toMatch(new RegExp(`^ {6}${value.name} +`));
        expect(lines[at + 1 + i]).toContain(value.summary);
      });
      const shown = lines[at + 1 + knob.values.length];
      expect(shown).toContain(`shows in ${knob.shownBy.design} on ${knob.shownBy.workload}:`);
      expect(WORKLOADS.map(({ name }) => name)).toContain(knob.shownBy.workload);
    }
  });

  it("names every side load and how it is asked for", () => {
    expect(listText()).toContain("--side-load KIND:RATE");
    for (const { kind, description } of SIDE_LOADS) {
      expect(lines.find((text) => text.startsWith(`  ${kind} `))).toContain(description);
    }
  });

  it("names every workload, says what it is not, and ends with a line feed", () => {
    for (const workload of WORKLOADS) {
      const line = lines.find((text) => text.startsWith(`  ${workload.name} `));
      expect(line).toContain(workload.description);
    }
    expect(listText()).toContain(DISCLAIMER);
    expect(lines.at(-1)).toBe("");
  });
});
