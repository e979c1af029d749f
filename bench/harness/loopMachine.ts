/**
 * A small machine around the loops of a bench: the layout of the layers' tests, a release
 * image, and
 * the real `boot()`, so that what is timed is the code of `assembly/` in its real memory layout.
 */
import { type TestMachine, testMachine, type WasmCall } from "../../test/helpers/testMachine.js";
import type { WasmLoop } from "./wasmWindow.js";

const FIB_INFOS = 16;
const NEIGHBOURS = 16;

/** Instance of CPU 0 of a booted machine. */
export class LoopMachine {
  private constructor(private readonly machine: TestMachine) {}

  /** Compiles `entry` (from the package's folder) with these knobs, and boots. */
  static async boot(entry: string, defines: Record<string, number>): Promise<LoopMachine> {
    const machine = new LoopMachine(
      await testMachine(entry, { flavour: "release", defines, cpus: 1 }),
    );
    const failed = machine.call("boot", FIB_INFOS, NEIGHBOURS);
    if (failed !== 0) throw new Error(`boot of ${entry} failed at step ${failed}`);
    return machine;
  }

  private fn(name: string): WasmCall {
    const found = this.machine.cpu(0)[name];
    if (found === undefined) throw new RangeError(`no export ${name}`);
    return found;
  }

  /** Calls an export once; void is 0. */
  call(name: string, ...args: number[]): number {
    return this.fn(name)(...args) | 0;
  }

  /** A loop: an export whose last argument is the number of operations. */
  loop(name: string, ...args: number[]): WasmLoop {
    const run = this.fn(name);
    return args.length === 0
      ? (operations) => run(operations)
      : (operations) => run(...args, operations);
  }
}
