/**
 * A small machine around the loops of a bench: the layout of the layers' tests, a release image,
 * and the real `boot()`, so that what is timed is the code of `assembly/` in its real memory
 * layout.
 */
import { type TestMachine, testMachine, type WasmCall } from "../../test/helpers/testMachine.js";
import type { WasmLoop } from "./wasmWindow.js";

const FIB_INFOS = 16;
const NEIGHBOURS = 16;

/** A booted machine, with an instance for each CPU on this thread. */
export class LoopMachine {
  private constructor(private readonly machine: TestMachine) {}

  /** Compiles `entry` (from the package's folder) with these knobs, and boots. */
  static async boot(
    entry: string,
    defines: Record<string, number>,
    cpus = 1,
    pagesBytes = 512 * 1024,
  ): Promise<LoopMachine> {
    const machine = new LoopMachine(
      await testMachine(entry, { flavour: "release", defines, cpus, pagesBytes }),
    );
    const failed = machine.call("boot", FIB_INFOS, NEIGHBOURS);
    if (failed !== 0) throw new Error(`boot of ${entry} failed at step ${failed}`);
    return machine;
  }

  get module(): WebAssembly.Module {
    return this.machine.module;
  }

  get memory(): WebAssembly.Memory {
    return this.machine.memory;
  }

  /** Address of the area of CPU `cpu`. */
  areaOf(cpu: number): number {
    const { u32, superblockAt, regions } = this.machine;
    return regions.cpuAreas.base + cpu * (u32[superblockAt / 4 + 4] ?? 0);
  }

  private fn(name: string, cpu: number): WasmCall {
    const found = this.machine.cpu(cpu)[name];
    if (found === undefined) throw new RangeError(`no export ${name}`);
    return found;
  }

  /** Calls an export once on CPU 0; void is 0. */
  call(name: string, ...args: number[]): number {
    return this.callOn(0, name, ...args);
  }

  /** Calls an export once on CPU `cpu`, while no worker runs it. */
  callOn(cpu: number, name: string, ...args: number[]): number {
    return this.fn(name, cpu)(...args) | 0;
  }

  /** A loop of CPU 0: an export whose last argument is the number of operations. */
  loop(name: string, ...args: number[]): WasmLoop {
    const run = this.fn(name, 0);
    return args.length === 0
      ? (operations) => run(operations)
      : (operations) => run(...args, operations);
  }
}
