/**
 * `dstbench list`: the designs, knobs and workloads there are, and where each knob shows.
 */
import { KERNELS } from "../image/designs.js";
import { KNOBS } from "../image/knobs.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { WORKLOADS } from "../workloads/workload.js";

function designLines(): string[] {
  return KERNELS.flatMap((kernel) => {
    const row = KNOBS.filter((knob) => knob.unread(kernel.row) === null).map(
      (knob) => `${knob.name}=${kernel.row[knob.name]}`,
    );
    return [`  ${kernel.name}`, `      ${kernel.summary}`, `      ${row.join(" ")}`];
  });
}

function knobLines(): string[] {
  return KNOBS.flatMap((knob) => {
    const values = knob.values.map((value) => `      ${value.name.padEnd(14)}${value.summary}`);
    const { design, workload, cost } = knob.shownBy;
    return [
      `  ${knob.name}: ${knob.summary}`,
      ...values,
      `      shows in ${design} on ${workload}: ${cost}`,
    ];
  });
}

/** The text of `dstbench list`. */
export function listText(): string {
  const workloads = WORKLOADS.map((w) => `  ${w.name.padEnd(14)}${w.description}`);
  return [
    "Designs (KERNEL, or KERNEL+KNOB=VALUE…):",
    ...designLines(),
    "",
    "Knobs (those that a design never reads are refused):",
    ...knobLines(),
    "",
    "Workloads:",
    ...workloads,
    "",
    DISCLAIMER,
    "",
  ].join("\n");
}
