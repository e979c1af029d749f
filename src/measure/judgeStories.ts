/**
 * Exact stories: what an image's counters must say after packets whose number is known. They catch
 * an image that forwards right but does not do what its knobs say (a cache that never hits, an
 * allocation where there should be none).
 */
import { readRtStat } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import type { PacketPath } from "../workloads/workload.js";
import { JudgeError } from "./judge.js";

/** Columns of `rt_cache_stat`: flows found in a hash, rtables made, for input and for output. */
const IN_HIT = 0;
const IN_SLOW_TOT = 1;
const OUT_HIT = 7;
const OUT_SLOW_TOT = 8;
const PACKETS = 2_048;
/** Buckets with which no chain of a story grows so long that an entry is evicted. */
const AMPLE_BUCKETS = 16_384;

type Range = readonly [low: number, high: number];

/** Packets of CPU 0's list that a story runs, and what its counters say of them. */
class Story {
  private readonly loop: string;

  constructor(
    private readonly machine: Machine,
    private readonly path: PacketPath,
  ) {
    this.loop = path === "forward" ? "forwardPackets" : "sendPackets";
  }

  /** Runs PACKETS packets; says how many rtables were made and how many flows found. */
  run(): { made: number; hits: number } {
    const [made, hits] = [this.made(), this.hits()];
    this.machine.cpu(0).call(this.loop, PACKETS);
    return { made: this.made() - made, hits: this.hits() - hits };
  }

  /** The flows that the next PACKETS packets belong to. */
  nextFlows(): Set<string> {
    const { machine, path } = this;
    const at = machine.ringsWord(0, "RINGS_FLOWS_AT") / 4;
    const pairs = machine.ringsWord(0, "RINGS_FLOWS");
    const position = machine.ringsWord(0, "RINGS_FLOW_NEXT");
    const flows = new Set<string>();
    for (let i = 0; i < PACKETS; i++) {
      const pair = at + 2 * ((position + i) % pairs);
      // What this host sends has no source yet when it is looked up.
      const saddr = path === "forward" ? machine.u32[pair] : 0;
      flows.add(`${saddr} ${machine.u32[pair + 1]}`);
    }
    return flows;
  }

  /** Every cached route is stale, or gone, from here on. */
  flush(): void {
    this.machine.cpu(0).call("rtCacheFlush", 0);
  }

  check(what: string, found: number, [low, high]: Range): void {
    if (found >= low && found <= high) return;
    throw new JudgeError(
      `${this.machine.image.name}: ${what}: ${found}, expected ${low} to ${high}`,
    );
  }

  private made(): number {
    return readRtStat(this.machine, IN_SLOW_TOT) + readRtStat(this.machine, OUT_SLOW_TOT);
  }

  private hits(): number {
    return readRtStat(this.machine, IN_HIT) + readRtStat(this.machine, OUT_HIT);
  }
}

/**
 * A hash of flows: each flow is made once and found ever after, until a flush. Where buckets are
 * few an entry may be evicted and made again.
 */
function judgeFlows(machine: Machine, story: Story): void {
  const isAmple = 2 ** machine.word("RT_HASH_LOG") >= AMPLE_BUCKETS;
  const known = new Set<string>();
  const checkRun = (what: string): void => {
    const flows = story.nextFlows();
    const fresh = [...flows].filter((flow) => !known.has(flow)).length;
    for (const flow of flows) known.add(flow);
    const { made, hits } = story.run();
    story.check(`${what}: rtables made`, made, [fresh, isAmple ? fresh : PACKETS]);
    const found = PACKETS - fresh;
    story.check(`${what}: flows found`, hits, [isAmple ? found : 0, found]);
  };
  story.flush();
  checkRun("2,048 packets after a flush");
  checkRun("2,048 packets more");
  story.flush();
  known.clear();
  checkRun("2,048 packets after another flush");
}

/** One rtable per packet without a cache; with nexthop slots at most one per next hop, and again
 * after a flush; never any without a dst. */
function judgeNexthops(machine: Machine, story: Story, nexthops: number): void {
  const first = story.run().made;
  const second = story.run().made;
  story.flush();
  const flushed = story.run().made;
  const cache = machine.image.row["route-cache"];
  const ranges: Readonly<Record<string, Range>> = { direct: [0, 0], none: [PACKETS, PACKETS] };
  if (cache === "none") story.check("2,048 packets: rtables made", second, [PACKETS, PACKETS]);
  else {
    const range = ranges[cache] ?? [0, nexthops];
    story.check("2 × 2,048 packets: rtables made", first + second, range);
  }
  const afterFlush = ranges[cache] ?? [1, nexthops];
  story.check("2,048 packets after a flush: rtables made", flushed, afterFlush);
}

/**
 * Runs PACKETS packets of CPU 0's list three times, with every cached route made stale in between,
 * and checks how many rtables were made, and in a hash of flows how many were found.
 * @throws {JudgeError}
 */
export function judgeStory(machine: Machine, path: PacketPath, nexthops: number): void {
  const story = new Story(machine, path);
  machine.cpu(0).call("rcuCpuOnline");
  if (machine.image.row["route-cache"] === "hash") judgeFlows(machine, story);
  else judgeNexthops(machine, story, nexthops);
  machine.cpu(0).call("rcuCpuOffline");
}
