/**
 * Exact stories: what an image's counters must say after packets whose number is known. They catch
 * an image that forwards right but does not do what its knobs say (a cache that never hits, an
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
 * Runs PACKETS packets of CPU 0's list three times, the last time after every cached route was made
 * stale, and checks how many rtables were made: one per packet without a cache; with nexthop slots
 * at most one per next hop in the first two runs together, and again after the flush; never any
 * without a dst. @throws {JudgeError}
 */
export function judgeStory(machine: Machine, path: PacketPath, nexthops: number): void {
  const cpu = machine.cpu(0);
  const loop = path === "forward" ? "forwardPackets" : "sendPackets";
  const total = () => readRtStat(machine, IN_SLOW_TOT) + readRtStat(machine, OUT_SLOW_TOT);
  const made = (run: () => void): number => {
    const before = total();
    run();
    return total() - before;
  };
  cpu.call("rcuCpuOnline");
  const first = made(() => cpu.call(loop, PACKETS));
  const second = made(() => cpu.call(loop, PACKETS));
  cpu.call("rtCacheFlush");
  const flushed = made(() => cpu.call(loop, PACKETS));
  cpu.call("rcuCpuOffline");
  const check = (what: string, found: number, [low, high]: readonly [number, number]): void => {
    if (found >= low && found <= high) return;
    throw new JudgeError(
      `${machine.image.name}: ${what}: ${found} rtables made, expected ${low} to ${high}`,
    );
  };
  const cache = machine.image.row["route-cache"];
  if (cache === "direct") check("2 × 2,048 packets", first + second, [0, 0]);
  else if (cache === "none") check("2,048 packets", second, [PACKETS, PACKETS]);
  else check("2 × 2,048 packets", first + second, [0, nexthops]);
  const afterFlush = { direct: [0, 0], none: [PACKETS, PACKETS] }[cache] ?? [1, nexthops];
  check("2,048 packets after a flush", flushed, [afterFlush[0] ?? 0, afterFlush[1] ?? 0]);
}
