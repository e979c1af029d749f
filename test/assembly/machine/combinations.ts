/** Every sound combination of knobs, and a seeded sample of them. */
import { KERNELS, parseDesign } from "../../../src/image/designs.js";
import { KNOBS, type KnobName } from "../../../src/image/knobs.js";
import { Prng, shuffledIndices } from "../../../src/workloads/prng.js";

/** Designs of one kernel with every knob set that it reads, sound ones only. */
function combinationsOf(kernel: string): string[] {
  const row = KERNELS.find(({ name }) => name === kernel)?.row;
  if (row === undefined) throw new RangeError(kernel);
  let designs = [kernel];
  for (const knob of KNOBS) {
    if (knob.name === "route-cache" || knob.unread(row) !== null) continue;
    designs = designs.flatMap((design) =>
      knob.values.map((value) => withKnob(design, knob.name, value.name)),
    );
  }
  return designs.filter(isSound);
}

function withKnob(design: string, knob: KnobName, value: string): string {
  return `${design}+${knob}=${value}`;
}

function isSound(design: string): boolean {
  try {
    parseDesign(design);
    return true;
  } catch {
    return false;
  }
}

/** All sound combinations that have a dst. */
export function combinations(): string[] {
  return ["linux-3.10", "no-cache", "linux-2.6.18"].flatMap(combinationsOf);
}

/** `count` of them, by seed. */
export function sampleCombinations(seed: number, count: number): string[] {
  const all = combinations();
  const order = shuffledIndices(all.length, new Prng(seed));
  return Array.from(order.slice(0, count), (at) => all[at] ?? "");
}
