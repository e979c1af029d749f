/**
 * `dstbench list`: the designs, knobs and workloads there are, and where each knob shows.
 */
import { KERNELS } from "../image/designs.js";
import { KNOBS } from "../image/knobs.js";
import { RHASH_ENTRIES } from "../machine/machine.js";
import { cacheRoomOf } from "../machine/plan.js";
import { formatBytes, formatCount } from "../report/numbers.js";
import { DISCLAIMER } from "../result/disclaimer.js";
import { SIDE_LOADS } from "../workloads/sideLoad.js";
import { WORKLOADS } from "../workloads/workload.js";

function designLines(): string[] {
  return KERNELS.flatMap((kernel) => {
    const row = KNOBS.filter((knob) => knob.unread(kernel.row) === null).map(
      (knob) => `${knob.name}=${kernel.row[knob.name]}`,
    );
    const head = [`  ${kernel.name}`, `      ${kernel.summary}`, `      ${row.join(" ")}`];
    const cache = cacheRoomOf(kernel.row, RHASH_ENTRIES);
    if (cache === null) return head;
    const { entries, entryBytes, buckets } = cache;
    const full = `${formatCount(entries)} entries of ${entryBytes} bytes`;
    const bytes = formatBytes(entries * entryBytes);
    const table = `${formatCount(buckets)} buckets of 8 bytes`;
    return [...head, `      full cache: ${full}, ${bytes}, and ${table} (--rhash-entries)`];
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
    ...SIDE_LOADS.map((load) => `  ${load.kind.padEnd(17)}${load.description}`),
    "",
    DISCLAIMER,
    "",
  ].join("\n");
}
