/** hlist against an array. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

describe("hlist", () => {
  let m: TestMachine;
  const on = (name: string, ...args: number[]): number =>
    (m.cpu(0)[name]?.(...args) ?? Number.NaN) >>> 0;
  const node = (i: number): number => m.regions.boot.base + 32 * (i + 1);
  const head = (): number => m.regions.boot.base;

  /** Node numbers of the bucket; each node's pprev must point to the word that points to it. */
  function walk(): number[] {
    const found: number[] = [];
    let word = head();
    for (let at = on("hlistFirstRcu", head()); at !== 0; at = on("hlistNextRcu", at)) {
      expect(m.u32[at / 4 + 2]).toBe(word);
      word = at;
      found.push((at - node(0)) / 32);
      if (found.length > 200) throw new Error("the list loops");
    }
    return found;
  }

  beforeAll(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
  });

  it("agrees with an array", () => {
    const step = fc.record({ op: fc.nat(2), i: fc.nat(19), where: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
        m.u32[head() / 4] = 0;
        const model: number[] = [];
        for (const { op, i, where } of steps) {
          const at = model.indexOf(i);
          const to = where % Math.max(1, model.length);
          if (at >= 0) {
            on("hlistDelRcu", node(i));
            model.splice(at, 1);
          } else if (op === 0 || model.length === 0) {
            on("hlistAddHeadRcu", node(i), head());
            model.unshift(i);
          } else if (op === 1) {
            on("hlistAddBeforeRcu", node(i), node(model[to] ?? 0));
            model.splice(to, 0, i);
          } else {
            on("hlistAddAfterRcu", node(i), node(model[to] ?? 0));
            model.splice(to + 1, 0, i);
          }
        }
        expect(walk()).toEqual(model);
        expect(on("hlistEmpty", head())).toBe(model.length === 0 ? 1 : 0);
      }),
      { numRuns: 100 },
    );
  });

  it("a reader on a removed node still finds its way on; a second removal traps", () => {
    m.u32[head() / 4] = 0;
    for (const i of [3, 2, 1]) on("hlistAddHeadRcu", node(i), head());
    on("hlistDelRcu", node(2));
    expect(walk()).toEqual([1, 3]);
    expect(on("hlistNextRcu", node(2))).toBe(node(3));
    expect(() => on("hlistDelRcu", node(2))).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(205);
  });
});
