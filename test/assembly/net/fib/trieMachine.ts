/** A machine with an empty table part, on which only the control plane runs. */
import { type TestMachine, testMachine } from "../../../helpers/testMachine.js";

const ENTRY = "test/assembly/net/fib/trieParts.as.ts";
const CPUS = 1;

/** Classes of `assembly/net/fib/tablePart.ts`. */
export const CLASS_LEAF = 0;
export const CLASS_ALIAS = 1;
export const CLASSES = 26;

export const PAGE = 4096;

/** Class of tnodes of `bits`. */
export function classOfBits(bits: number): number {
  return 1 + bits;
}

export class TrieMachine {
  private constructor(private readonly machine: TestMachine) {}

  static async boot(tableBytes = 512 * 1024): Promise<TrieMachine> {
    const m = new TrieMachine(await testMachine(ENTRY, { cpus: CPUS, tableBytes }));
    m.reset();
    m.call("rcuCpuOnline");
    return m;
  }

  /** Makes the table part empty again; nothing may wait for RCU. */
  reset(): void {
    if (this.call("tablePartInit") !== 1) throw new Error("no room for the table part");
  }

  call(name: string, ...args: number[]): number {
    const fn = this.machine.cpu(CPUS)[name];
    if (fn === undefined) throw new RangeError(`no export ${name}`);
    return fn(...args) as number;
  }

  /** An address or a key: the same, unsigned. */
  word(name: string, ...args: number[]): number {
    return this.call(name, ...args) >>> 0;
  }

  bytes(at: number, count: number): number[] {
    return [...this.machine.u8.subarray(at, at + count)];
  }

  /** Runs what waits for RCU. */
  settle(): void {
    this.call("rcuBarrierLocal");
  }

  /** Keys in the order of the walk. */
  keys(): number[] {
    const keys: number[] = [];
    for (let at = this.word("firstLeaf"); at !== 0; at = this.word("nextLeaf", at)) {
      keys.push(this.word("leafKey", at));
    }
    return keys;
  }

  /** Classes with an object in use, or with one that is neither in use, free nor waiting. */
  unbalanced(): number[] {
    const ids = Array.from({ length: CLASSES }, (_, id) => id);
    return ids.filter((id) => this.call("classIsValid", id, 0) !== 1);
  }
}
