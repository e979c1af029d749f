/**
 * Reference counts of devices, one plain word for each device slot and CPU (`pcpu_refcnt` of
 * net_device, 2.6.39 on): hold and release touch only the own CPU's line.
 *
 * A single word means nothing, not even its sign: what was held on one CPU may be released on
 * another. Only Σ over all CPUs is the count, and only while nobody holds or releases (quiescence:
 * after a grace period when the last path to the device is gone). Until then the sum may miss a
 * reference that moves while the words are read, so unregister asks until it is 0.
 *
 * Who may touch it: the own CPU writes, plainly; anybody reads (racy-ok).
 */
import { atomicLoad32, plainLoad32, plainStore32 } from "../arch/atomic";
import { PCPU_DEV_REFCNT, thisCpuArea } from "../arch/percpu";
import { cpuAreaOf, possibleCpus } from "../arch/superblock";
import { bugOn, SITE_DEV_REFCOUNT } from "../arch/trap";

/** Device slots that have a word. */
export const DEV_SLOTS: u32 = 64;

function wordAt(area: usize, slot: u32): usize {
  bugOn(slot >= DEV_SLOTS, SITE_DEV_REFCOUNT);
  return area + PCPU_DEV_REFCNT + ((<usize>slot) << 2);
}

/** `dev_hold`. */
export function refPercpuHold(slot: u32): void {
  const at = wordAt(thisCpuArea(), slot);
  plainStore32(at, plainLoad32(at) + 1);
}

/** `dev_put`. */
export function refPercpuRelease(slot: u32): void {
  const at = wordAt(thisCpuArea(), slot);
  plainStore32(at, plainLoad32(at) - 1);
}

/** `netdev_refcnt_read`: exact at quiescence only. Sums wrap, so words may be negative. */
export function refPercpuSum(slot: u32): i32 {
  let sum: u32 = 0;
  const cpus = possibleCpus();
  for (let cpu: u32 = 0; cpu < cpus; cpu++) sum += atomicLoad32(wordAt(cpuAreaOf(cpu), slot));
  return <i32>sum;
}
