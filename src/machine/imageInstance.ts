/**
 * One instance of an image on one CPU: the only place that instantiates. Release images import the
 * memory alone; timed ones a clock too.
 */
import { siteText, TrapError } from "./faults.js";
import { Layout } from "./layout.js";

/** A function of the image; addresses and counts are unsigned. */
export type ImageFunction = (...args: number[]) => number;

/** An instance that is attached to its CPU area. */
export class ImageInstance {
  readonly layout: Layout;
  private readonly functions: WebAssembly.Exports;

  /**
   * `name` is the image's, for the line that a trap leaves, and `note` what else is known of it.
   */
  constructor(
    module: WebAssembly.Module,
    private readonly memory: WebAssembly.Memory,
    private readonly cpuAreaAt: number,
    private readonly name = "an image",
    private readonly note: () => string = () => "",
  ) {
    const env = { memory, nowNs: () => performance.now() * 1e6 };
    this.functions = new WebAssembly.Instance(module, { env }).exports;
    this.layout = new Layout(this.functions);
    this.call("attach", cpuAreaAt);
  }

  /** The exported function of this name. */
  fn(name: string): ImageFunction {
    const found = this.functions[name];
    if (typeof found !== "function") throw new RangeError(`the image exports no function ${name}`);
    return found as ImageFunction;
  }

  /** Calls an exported function; the result as an unsigned number. @throws {TrapError} */
  call(name: string, ...args: number[]): number {
    return this.run(name, args) >>> 0;
  }

  /** Calls an exported function whose result is an errno: 0 or negative. @throws {TrapError} */
  callSigned(name: string, ...args: number[]): number {
    return this.run(name, args) | 0;
  }

  private run(name: string, args: readonly number[]): number {
    const found = this.fn(name);
    try {
      return found(...args);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const words = new Uint32Array(this.memory.buffer);
      const cpu = words[this.cpuAreaAt / 4] ?? 0;
      const site = words[(this.cpuAreaAt + this.layout.at("CPU_FAULT_SITE")) / 4] ?? 0;
      const why = siteText(site, error.message);
      throw new TrapError(`CPU ${cpu} trapped in ${this.name} (${name}): ${why}${this.note()}`);
    }
  }
}
