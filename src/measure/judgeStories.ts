/**
 * Exact stories: what an image's counters must say after packets whose number is known. They catch an
 * image that forwards right but does not do what its knobs say (a cache that never hits, an
 * allocation where there should be none).
 */
import { readRtStat } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import type { PacketPath } from "../workloads/workload.js";
import { JudgeError } from "./judge.js";

/** Columns of `rt_cache_stat`: rtables made for input and for output. */
const IN_SLOW_TOT = 1;
const OUT_SLOW_TOT = 8;
const PACKETS = 2_048;

/**
 * Runs PACKETS packets of CPU 0's list twice and checks how many rtables were made: one per packet
 * without a cache, none in steady state with nexthop slots, never any without a dst.
 * @throws {JudgeError}
 */
export function judgeStory(machine: Machine, path: PacketPath, nexthops: number): void {
  const cpu = machine.cpu(0);
  const loop = cpu.fn(path === "forward" ? "forwardPackets" : "sendPackets");
  const made = () => readRtStat(machine, IN_SLOW_TOT) + readRtStat(machine, OUT_SLOW_TOT);
  cpu.call("rcuCpuOnline");
  const start = made();
  // One next hop of a slotted design may be met for the first time in the second run.
  loop(PACKETS);
  const first = made() - start;
  loop(PACKETS);
  const second = made() - start - first;
  cpu.call("rcuCpuOffline");
  const cache = machine.image.row["route-cache"];
  const expect = (what: string, found: number, low: number, high: number): void => {
    if (found >= low && found <= high) return;
    throw new JudgeError(
      `${machine.image.name}: ${what}: ${found} rtables made, expected ${low} to ${high}`,
    );
  };
  if (cache === "direct") expect("2 × 2,048 packets", first + second, 0, 0);
  else if (cache === "none") expect("2,048 packets", second, PACKETS, PACKETS);
  else expect("2 × 2,048 packets", first + second, 0, nexthops);
}
