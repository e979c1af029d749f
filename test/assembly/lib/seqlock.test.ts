/** The sequence counter's rules. Readers against writers: contention.whole.test.ts. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

describe("seqlock", () => {
  let m: TestMachine;
  let at: number;
  const on = (cpu: number, name: string, ...args: number[]): number =>
    m.cpu(cpu)[name]?.(...args) ?? Number.NaN;

  beforeEach(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts");
    at = m.regions.boot.base;
  });

  it("lets a reader keep what it read when nobody wrote", () => {
    const seq = on(0, "readSeqbegin", at);
    expect(on(0, "readSeqretry", at, seq)).toBe(0);
  });

  it("makes a reader repeat when a writer came, whether it is done or not", () => {
    const seq = on(0, "readSeqbegin", at);
    on(1, "writeSeqlock", at);
    expect(m.u32[at / 4]).toBe(1);
    expect(m.u32[at / 4 + 1]).toBe(2);
    expect(on(0, "readSeqretry", at, seq)).toBe(1);
    on(1, "writeSequnlock", at);
    expect(on(0, "readSeqretry", at, seq)).toBe(1);
    expect(on(0, "readSeqretry", at, on(0, "readSeqbegin", at))).toBe(0);
  });

  it("stops a reader at its deadline when the writer never leaves", () => {
    m.u32[m.superblockAt / 4 + 5] = 10;
    m.u32[m.superblockAt / 4 + 6] = 20;
    on(1, "writeSeqlock", at);
    expect(() => on(0, "readSeqbegin", at)).toThrow(/unreachable/);
    expect(m.u32[m.regions.cpuAreas.base / 4 + 5]).toBe(203);
  });
});
