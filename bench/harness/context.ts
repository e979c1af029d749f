/**
 * What a bench runs in: its options, the C loops where there are any, and where results go.
 */
import { NativeLoops } from "../native/nativeLoops.js";
import type { BenchOptions, Group } from "./arm.js";
import { type GroupResult, groupText, resultOf } from "./report.js";
import { runRounds } from "./rounds.js";

const WARMUP_ROUNDS = 3;

export class BenchContext {
  readonly results: GroupResult[] = [];

  private constructor(
    readonly options: BenchOptions,
    /** null: there is no compiler, or the options leave it out. */
    readonly native: NativeLoops | null,
    private readonly print: (text: string) => void,
  ) {}

  /** Builds the C loops where it can. */
  static async create(options: BenchOptions, print: (text: string) => void): Promise<BenchContext> {
    const native = options.native ? await NativeLoops.start() : null;
    return new BenchContext(options, native, print);
  }

  /** Runs a group, prints it and keeps its figures. */
  async run(group: Group): Promise<GroupResult> {
    const { measured, warmup } = group.rounds ?? {
      measured: this.options.rounds,
      warmup: WARMUP_ROUNDS,
    };
    const { seed, budgetMs } = this.options;
    const rounds = { rounds: measured, warmupRounds: warmup, seed, budgetMs };
    const samples = await runRounds(group.arms, rounds);
    const result = resultOf(group, samples);
    this.results.push(result);
    this.print(groupText(result));
    return result;
  }

  /** Ends what was started. */
  async close(): Promise<void> {
    await this.native?.close();
  }
}

/** A folder below `bench/`: measures one thing in one or more groups. */
export type Bench = (context: BenchContext) => Promise<void>;
