/** Who had an object last: what is noted behind its state word, and that it can be turned off. */
import { describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/mm/mm.as.ts";
const ID = 15;
const G_CLOCK = 256;
/** Words behind the right red zone of an object of 192 bytes: link, state, then the records. */
const RECORDS = (192 + 8 + 8) / 4;

async function machine(off: number): Promise<TestMachine> {
  const m = await testMachine(ENTRY, { slabDebugOff: off });
  m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
  return m;
}

function records(m: TestMachine, object: number): number[] {
  return [...m.u32.subarray(object / 4 + RECORDS, object / 4 + RECORDS + 4)];
}

describe("the records of an object", () => {
  it("say which CPU, from where, doing what and when: last allocation and free", async () => {
    const m = await machine(0);
    const head = (m.regions.cpuAreas.base + 8192) / 4;
    const o = m.cpu(1).kmemCacheAlloc?.(ID) ?? 0;
    expect(records(m, o)).toEqual([2 << 24, 0, 0, 0]);
    m.u32[(m.superblockAt + G_CLOCK) / 4] = 77;
    m.cpu(1).slabSite?.(9);
    // In a window, in a callback.
    m.u32[head + 6] = 3;
    m.cpu(1).noteDoing?.(0x107);
    m.cpu(1).kmemCacheFree?.(ID, o);
    expect(records(m, o)).toEqual([2 << 24, 0, (2 << 24) | (9 << 16) | (3 << 12) | 0x107, 77]);
    expect(m.u32[head + 11], "a site is for one call").toBe(0);
  });

  it("are empty for an object that nobody had, also where the page had another cache", async () => {
    const m = await machine(0);
    const o = m.cpu(0).kmemCacheAlloc?.(ID) ?? 0;
    m.cpu(0).kmemCacheFree?.(ID, o);
    expect(m.cpu(0).kmemCacheDestroy?.(ID)).toBe(1);
    m.cpu(0).kmemCacheCreate?.(ID, 192, 64);
    const again = m.cpu(0).kmemCacheAlloc?.(ID) ?? 0;
    expect(records(m, again).slice(2)).toEqual([0, 0]);
  });

  it("are not written where U is off", async () => {
    const m = await machine(8);
    const o = m.cpu(1).kmemCacheAlloc?.(ID) ?? 0;
    m.cpu(1).kmemCacheFree?.(ID, o);
    expect(records(m, o)).toEqual([0, 0, 0, 0]);
  });
});
