/**
 * Routes come, change and go while CPUs look up: every answer is one from before or after a
 * change.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine, type WasmCall } from "../../../helpers/testMachine.js";
import { startThreads, type Threads } from "../../../helpers/threads.js";

const ENTRY = "test/assembly/net/fib/churn.as.ts";
const PROBES = 2048;

describe.each([
  ["release", "trie", 300_000],
  ["debug", "trie", 60_000],
  ["release", "hash", 300_000],
  ["debug", "hash", 60_000],
] as const)("changes under lookups, %s, %s", (flavour, kind, changes) => {
  let m: TestMachine;
  let threads: Threads;
  let control: Record<string, WasmCall>;
  const words = () => m.regions.rings.base;
  const config = () => words() + 4 * PROBES;
  const done = () => config() + 1024;
  const tally = () => done() + 64;
  const seeds = () => tally() + 64;

  beforeAll(async () => {
    m = await testMachine(ENTRY, {
      flavour,
      defines: { DST_FIB: kind === "hash" ? 1 : 0 },
      cpus: 2,
      bootBytes: 2 << 20,
      tableBytes: 4 << 20,
    });
    // More threads than cores: sleep soon.
    m.u32[m.superblockAt / 4 + 5] = 200;
    control = m.cpu(2);
    expect(control.fibInfoInit?.(4096, 1)).toBe(1);
    expect(control.fibTableInit?.()).toBe(1);
    expect(control.setUp?.(config())).toBe(0);
    threads = await startThreads(m, [0, 1, 2]);
  });

  afterAll(() => threads?.close());

  it("no lookup misses a route or follows a freed node, and the accounts balance", async () => {
    [11, 22, 33].forEach((seed, i) => {
      m.u32[seeds() / 4 + 16 * i] = seed;
    });
    const watch = (i: number) => ({
      name: "watch",
      args: [words(), done(), tally(), seeds() + 64 * i],
    });
    const churn = { name: "churn", args: [words(), config(), done(), changes, seeds() + 128] };
    expect(await threads.run([watch(0), watch(1), churn])).toEqual([0, 0, 0]);
    const [lookups = 0, overlapped = 0] = m.u32.subarray(tally() / 4, tally() / 4 + 2);
    expect(lookups).toBeGreaterThan(changes / 10);
    expect(overlapped).toBeGreaterThan(0);
    control.barrier?.();
    expect(control.poolWaits?.()).toBe(0);
    expect(control.checkAll?.(config(), 0, 0)).toBe(0);
  });
});
