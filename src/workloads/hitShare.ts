/**
 * The workloads `hit-share:p` and `flows:n`: of all packets a share p belongs to n resident flows,
 * which any cache of flows that is large enough holds after their first packet; the others are the
 * first packets of flows never seen. `flows:n` has a share of 1, `hit-share:p` 8,192 residents.
 *
 * Both kinds have the same sources and the same destinations, each equally often, so a design
 * without a cache of flows has the same work whatever p is. With S sources and D destinations, both
 * powers of two, a flow is a pair of numbers:
 *
 *   offset        (source - destination) mod S
 *   resident      offset below n / D, of which n: each as likely as the others
 *   fresh         all flows of other offsets in the order i × STRIDE mod S D, i = 0, 1, 2, …: as
 *                 STRIDE is odd, none comes a second time before all S D (2^25) have come, far more
 *                 than any cache can hold
 *
 * A flow list is shorter than that and is run through again and again; so what was fresh is drawn
 * anew (`renew`) behind the CPUs, when every design has received it.
 */
import { swapBytes } from "../reference/ipv4Address.js";
import { mix32, type Prng } from "./prng.js";
import { rssCpu } from "./rss.js";

/** D, where the table has as many usable hosts. */
export const DESTINATIONS = 8_192;
/** Odd, and far from any fraction of 2^25 with a small denominator (2^25 ÷ the golden ratio). */
const STRIDE = 20_737_817;

/** Addresses in host order; both lists have a power of two of them. */
export interface HitShareFlows {
  readonly sources: Uint32Array;
  readonly destinations: Uint32Array;
}

/** The most addresses of a list of which there is a power of two. */
export function powerOfTwoOf(addresses: Uint32Array): Uint32Array {
  return addresses.subarray(0, 2 ** Math.floor(Math.log2(addresses.length)));
}

/** Draws packets by the law above, and renews what was fresh. */
export class HitShareDrawer {
  saddr = 0;
  daddr = 0;
  private next: number;
  private isFresh = false;
  /** For each CPU, a bit of each pair of its list: whether it was fresh when it was drawn. */
  private readonly fresh: Uint8Array[];

  constructor(
    private readonly flows: HitShareFlows,
    /** Share of packets of resident flows, and how many of these there are. */
    private readonly resident: { readonly share: number; readonly flows: number },
    private readonly prng: Prng,
    lists: { readonly cpus: number; readonly packetsPerCpu: number; readonly seed: number },
  ) {
    this.next = mix32(lists.seed) % this.size;
    this.fresh = Array.from({ length: lists.cpus }, () => new Uint8Array(lists.packetsPerCpu));
  }

  private get size(): number {
    return this.flows.sources.length * this.flows.destinations.length;
  }

  /** Whether a flow is a resident, or has the offset of one. */
  private isResident(source: number, destination: number): boolean {
    const sources = this.flows.sources.length;
    const offset = (source - (destination % sources) + sources) % sources;
    return offset * this.flows.destinations.length < this.resident.flows;
  }

  private take(source: number, destination: number): void {
    this.saddr = this.flows.sources[source] ?? 0;
    this.daddr = this.flows.destinations[destination] ?? 0;
  }

  private drawFresh(): void {
    const sources = this.flows.sources.length;
    for (;;) {
      this.next = (this.next + STRIDE) % this.size;
      const source = this.next % sources;
      const destination = Math.floor(this.next / sources);
      if (this.isResident(source, destination)) continue;
      this.take(source, destination);
      return;
    }
  }

  /** The next packet. */
  draw(): void {
    this.isFresh = this.prng.fraction() >= this.resident.share;
    if (this.isFresh) {
      this.drawFresh();
      return;
    }
    const { sources, destinations } = this.flows;
    const flow = this.prng.below(this.resident.flows);
    const offset = Math.floor(flow / destinations.length);
    const destination = flow % destinations.length;
    this.take((destination + offset) % sources.length, destination);
  }

  /** The packet that was drawn last is number `at` of CPU `cpu`'s list. */
  placed(cpu: number, at: number): void {
    const fresh = this.fresh[cpu];
    if (fresh !== undefined) fresh[at] = this.isFresh ? 1 : 0;
  }

  /**
   * Draws the fresh flows among packets `from` to `from + count - 1` of CPU `cpu`'s list anew; the
   * list, which begins again at its end, is at word `at` of `words`.
   */
  renew(cpu: number, from: number, count: number, words: Uint32Array, at: number): void {
    const fresh = this.fresh[cpu] ?? new Uint8Array(0);
    const cpus = this.fresh.length;
    for (let i = 0; i < Math.min(count, fresh.length); i++) {
      const packet = (from + i) % fresh.length;
      if (fresh[packet] !== 1) continue;
      do this.drawFresh();
      while (rssCpu(this.saddr, this.daddr, cpus) !== cpu);
      words[at + 2 * packet] = swapBytes(this.saddr);
      words[at + 2 * packet + 1] = swapBytes(this.daddr);
    }
  }
}
