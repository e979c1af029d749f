/**
 * One instance of an image on one CPU: the only place that instantiates. Release images import the
 * memory alone; timed ones a clock too.
 */
import { Layout } from "./layout.js";

/** A function of the image; addresses and counts are unsigned. */
export type ImageFunction = (...args: number[]) => number;

/** An instance that is attached to its CPU area. */
export class ImageInstance {
  readonly layout: Layout;
  private readonly functions: WebAssembly.Exports;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, cpuAreaAt: number) {
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

  /** Calls an exported function; the result as an unsigned number. */
  call(name: string, ...args: number[]): number {
    return this.fn(name)(...args) >>> 0;
  }

  /** Calls an exported function whose result is an errno: 0 or negative. */
  callSigned(name: string, ...args: number[]): number {
    return this.fn(name)(...args) | 0;
  }
}
