/**
 * The route cache under anything: packets of old and new flows, references that come and go,
 * collections, scans, flushes and time, in random order. What a lookup finds is what the model
 * holds; nothing is lost, and at the end nothing is left.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../../../src/workloads/prng.js";
import { deviceCounts } from "../../machine/audit.js";
import { hostOfRow, TABLE_ROWS, WORLD } from "../../machine/router.js";
import { type Flow, type RouteCachePair, routeCachePair } from "./routeCachePair.js";

const LOG = 5;
const STEPS = 1_500;
const DESIGNS = [
  "linux-2.6.18",
  "linux-2.6.39",
  "linux-2.6.39+invalidate=flush",
  "linux-2.6.39+noref=off+dev-count=shared",
];

/** The run of one seed; `held` are entries with a reference of the test's. */
class Chaos {
  readonly flows: Flow[] = [];
  readonly held: number[] = [];
  private readonly dice: Prng;

  constructor(
    readonly pair: RouteCachePair,
    seed: number,
  ) {
    this.dice = new Prng(seed);
  }

  private oldFlow(): Flow {
    const flow = this.flows[this.dice.below(this.flows.length + 1)];
    return flow ?? this.newFlow();
  }

  private newFlow(): Flow {
    const saddr = 0x08000000 + this.dice.below(1 << 24);
    const flow = { saddr, daddr: hostOfRow(this.dice.below(TABLE_ROWS)) };
    if (this.flows.length < 400) this.flows.push(flow);
    return flow;
  }

  step(): void {
    const { pair, dice } = this;
    const cpu = dice.below(pair.router.cpus);
    const what = dice.below(100);
    if (what < 55) pair.receive(this.newFlow(), cpu);
    else if (what < 80) pair.receive(this.oldFlow(), cpu);
    else if (what < 86) this.hold(pair.find(this.oldFlow()));
    else if (what < 91) this.release();
    else if (what < 97) pair.advance(dice.below(3_000));
    else if (what < 98) pair.flush([-1, -1, -1, 0, 700][dice.below(5)] ?? 0);
    else pair.advance(dice.below(60_000));
  }

  private hold(at: number): void {
    if (at === 0 || this.held.length > 40) return;
    this.pair.hold(at);
    this.held.push(at);
  }

  private release(): void {
    const at = this.held.splice(this.dice.below(this.held.length + 1), 1)[0];
    if (at !== undefined) this.pair.release(at);
  }

  /** A lookup finds exactly what the model holds. */
  expectFound(): void {
    const { pair } = this;
    for (const flow of this.flows) {
      const entry = pair.model.find(pair.bucketOf(flow), `${flow.daddr}/${flow.saddr}`);
      expect(pair.find(flow)).toBe(entry?.id ?? 0);
    }
  }

  /** Everybody lets go: the count falls to what chains hold, and a flush empties it. */
  end(): void {
    const { pair } = this;
    for (const at of this.held) pair.release(at);
    pair.router.drain();
    pair.router.control("dstGcTask");
    const chained = pair.model.chains.flat().length;
    expect(pair.router.entries()).toBe(chained);
    expect(pair.router.rtablesInUse()).toBe(chained);
    pair.flush(0);
    pair.compare();
    pair.router.drain();
    expect(pair.router.entries()).toBe(0);
    expect(pair.router.rtablesInUse()).toBe(0);
  }
}

describe.each(DESIGNS)("%s", (design) => {
  it.each([1, 2, 3])("finds what the model finds, seed %i", async (seed) => {
    const pair = await routeCachePair(design, LOG, { cpus: 2, seed });
    const idle = deviceCounts(pair.router);
    const chaos = new Chaos(pair, seed);
    for (let step = 0; step < STEPS; step++) {
      chaos.step();
      if (step % 100 === 99) {
        pair.compare();
        chaos.expectFound();
      }
    }
    expect(pair.steps.filter(({ unlinked }) => unlinked.length > 0).length).toBeGreaterThan(3);
    chaos.end();
    expect(deviceCounts(pair.router)).toEqual(idle);
    expect(pair.router.tearDown()).toEqual(WORLD.devices.map(() => 0));
  });
});
