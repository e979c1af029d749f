/** list_head against an array, and what a reader on a removed node still sees. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

describe("list_head", () => {
  let m: TestMachine;
  const on = (name: string, ...args: number[]): number =>
    (m.cpu(0)[name]?.(...args) ?? Number.NaN) >>> 0;
  const node = (i: number): number => m.regions.boot.base + 32 * i;
  const HEAD = 100;

  /** Node numbers from the head on, following `next`, then checked against `prev`. */
  function walk(next: string): number[] {
    const found: number[] = [];
    for (let at = on(next, node(HEAD)); at !== node(HEAD); at = on(next, at)) {
      found.push((at - node(0)) / 32);
      if (found.length > 200) throw new Error("the list loops");
    }
    const back: number[] = [];
    for (let at = m.u32[node(HEAD) / 4 + 2]; at !== node(HEAD); at = m.u32[(at ?? 0) / 4 + 2]) {
      back.unshift(((at ?? 0) - node(0)) / 32);
    }
    expect(back).toEqual(found);
    return found;
  }

  beforeEach(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
    on("listInit", node(HEAD));
  });

  it.each([
    ["plain", ["listAdd", "listAddTail", "listDel"], "listNext"],
    ["RCU", ["listAddRcu", "listAddTailRcu", "listDelRcu", "listAddBeforeRcu"], "listNextRcu"],
  ])("agrees with an array, %s", (_, [add = "", addTail = "", del = "", before], next) => {
    const step = fc.record({ op: fc.nat(3), i: fc.nat(19), where: fc.nat(1000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
        on("listInit", node(HEAD));
        const model: number[] = [];
        for (const { op, i, where } of steps) {
          const at = model.indexOf(i);
          if (at >= 0) {
            on(del, node(i));
            model.splice(at, 1);
          } else if (op === 3 && before !== undefined && model.length > 0) {
            const to = where % model.length;
            on(before, node(i), node(model[to] ?? 0));
            model.splice(to, 0, i);
          } else if (op === 0) {
            on(add, node(i), node(HEAD));
            model.unshift(i);
          } else {
            on(addTail, node(i), node(HEAD));
            model.push(i);
          }
        }
        expect(walk(next)).toEqual(model);
        expect(on("listEmpty", node(HEAD))).toBe(model.length === 0 ? 1 : 0);
      }),
      { numRuns: 100 },
    );
  });

  it("listDel leaves a node that can be deleted again and added anew", () => {
    on("listAdd", node(1), node(HEAD));
    on("listDel", node(1));
    on("listDel", node(1));
    expect(on("listNext", node(1))).toBe(node(1));
    on("listAddTail", node(1), node(HEAD));
    expect(walk("listNext")).toEqual([1]);
  });

  it("a reader on a node that was removed or replaced still finds its way on", () => {
    for (const i of [1, 2, 3]) on("listAddTailRcu", node(i), node(HEAD));
    on("listDelRcu", node(2));
    expect(walk("listNextRcu")).toEqual([1, 3]);
    expect(on("listNextRcu", node(2))).toBe(node(3));
    on("listReplaceRcu", node(1), node(4));
    expect(walk("listNextRcu")).toEqual([4, 3]);
    expect(on("listNextRcu", node(1))).toBe(node(3));
  });

  it("traps on links that do not match, and on a second RCU removal", () => {
    for (const i of [1, 2, 3]) on("listAddTailRcu", node(i), node(HEAD));
    on("listDelRcu", node(2));
    expect(() => on("listDelRcu", node(2))).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(205);
    m.u32[node(3) / 4 + 2] = 0;
    expect(() => on("listAddTail", node(5), node(HEAD))).not.toThrow();
    expect(() => on("listDel", node(3))).toThrow(/unreachable/);
  });
});
