/**
 * The layout of a machine, read from an image's exported constants (`assembly/layout.ts`): there is
 * no second copy of an offset in TypeScript.
 */

/** Offsets and sizes in bytes, by the name that `assembly/layout.ts` exports. */
export class Layout {
  private readonly values = new Map<string, number>();

  constructor(exports: WebAssembly.Exports) {
    for (const [name, value] of Object.entries(exports)) {
      if (value instanceof WebAssembly.Global) this.values.set(name, Number(value.value));
    }
  }

  /** The constant of this name; an unknown one is a defect of the host. */
  at(name: string): number {
    const value = this.values.get(name);
    if (value === undefined) throw new RangeError(`the image exports no constant ${name}`);
    return value;
  }
}
