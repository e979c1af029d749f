/**
 * `dstbench list`: the designs, knobs and workloads there are, and where each knob shows.
 */
import { KERNELS } from "../image/designs.js";
import { KNOBS } from "../image/knobs.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { SIDE_LOADS } from "../workloads/sideLoad.js";
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
    "Side loads (--side-load KIND:RATE, updates per second of the machine's time):",
    ...SIDE_LOADS.map((load) => `  ${load.kind.padEnd(14)}${load.description}`),
    "",
    DISCLAIMER,
    "",
  ].join("\n");
}
