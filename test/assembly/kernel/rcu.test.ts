/** RCU by hand: instances of several CPUs on one thread, every step chosen by the test. */
import { beforeEach, describe, expect, it } from "vitest";
import { type TestMachine, testMachine } from "../../helpers/testMachine.js";

const ENTRY = "test/assembly/kernel/kernel.as.ts";
const COUNT = 1;

let m: TestMachine;
const on = (cpu: number, name: string, ...args: number[]): number =>
  m.cpu(cpu)[name]?.(...args) ?? Number.NaN;
/** Head number `i`: 16 bytes of RcuHead, then the word that RCU_FUNC_COUNT counts in. */
const head = (i: number): number => m.regions.boot.base + 32 * i;
const calls = (i: number): number => m.u32[head(i) / 4 + 4] ?? Number.NaN;
const site = (cpu: number): number | undefined =>
  m.u32[(m.regions.cpuAreas.base + cpu * 8192) / 4 + 5];

describe.each([
  ["rcu", "callRcu"],
  ["rcu_bh", "callRcuBh"],
])("%s", (_, call) => {
  beforeEach(async () => {
    m = await testMachine(ENTRY, { cpus: 2, bootBytes: 1 << 20 });
    on(0, "rcuCpuOnline");
    on(1, "rcuCpuOnline");
  });

  it("runs a callback once, and only after every online CPU was quiescent", () => {
    on(0, call, head(0), COUNT);
    for (let i = 0; i < 3; i++) expect(on(0, "rcuQuiescent")).toBe(0);
    expect(calls(0)).toBe(0);
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(1);
    expect(calls(0)).toBe(1);
    for (let i = 0; i < 5; i++) on(i % 2, "rcuQuiescent");
    expect(calls(0)).toBe(1);
  });

  it("does not count a quiescent state from before the call", () => {
    on(1, "rcuNoteQs");
    on(0, call, head(0), COUNT);
    on(0, "rcuQuiescent");
    on(0, "rcuQuiescent");
    expect(calls(0)).toBe(0);
  });

  it("does not use a grace period that began before the call", () => {
    on(1, call, head(1), COUNT);
    on(1, "rcuQuiescent"); // starts a period: CPU 0 has not seen it
    on(0, call, head(0), COUNT);
    on(0, "rcuQuiescent"); // ends that one, starts the next: CPU 1 must report again
    expect(calls(0)).toBe(0);
    on(1, "rcuQuiescent");
    expect([calls(0), calls(1)]).toEqual([0, 1]);
    on(0, "rcuQuiescent");
    expect(calls(0)).toBe(1);
  });

  it("does not wait for a CPU that is offline, even in the middle", () => {
    on(0, call, head(0), COUNT);
    expect(on(0, "rcuQuiescent")).toBe(0);
    on(1, "rcuCpuOffline");
    expect(on(0, "rcuQuiescent")).toBe(1);
  });

  it("waits for a CPU that came online while the callback waited", () => {
    on(1, "rcuCpuOffline");
    on(0, "rcuCpuOffline");
    on(0, call, head(0), COUNT);
    on(1, "rcuCpuOnline"); // before any period began: counts as a reader of the old state
    expect(on(0, "rcuQuiescent")).toBe(0);
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(1);
  });

  it("keeps the callbacks of a CPU that goes offline, and goes on when it is back", () => {
    on(0, call, head(0), COUNT);
    on(0, "rcuQuiescent");
    on(0, "rcuCpuOffline");
    on(1, "rcuQuiescent");
    on(1, "rcuQuiescent");
    expect([calls(0), on(0, "rcuBacklog")]).toEqual([0, 1]);
    on(0, "rcuCpuOnline");
    expect(on(0, "rcuQuiescent")).toBe(1);
  });

  it("runs callbacks in the order of their calls, over several periods", () => {
    for (let i = 0; i < 3; i++) on(0, call, head(i), COUNT);
    on(0, "rcuQuiescent");
    for (let i = 3; i < 6; i++) on(0, call, head(i), COUNT);
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(3);
    expect([0, 1, 2, 3, 4, 5].map(calls)).toEqual([1, 1, 1, 0, 0, 0]);
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(3);
  });

  it("calls at most blimit a pass, all above qhimark, and blimit again at qlowmark", () => {
    on(1, "rcuCpuOffline");
    const blimit = (n: number): number[] => {
      for (let i = 0; i < n; i++) on(0, call, head(i), COUNT);
      return [on(0, "rcuQuiescent"), on(0, "rcuQuiescent")];
    };
    expect(blimit(25)).toEqual([10, 10]);
    expect(on(0, "rcuBacklog")).toBe(5);
    expect(on(0, "rcuQuiescent")).toBe(5);
    expect(blimit(10_000)).toEqual([10, 10]);
    on(0, "rcuBarrierLocal");
    expect(blimit(10_001)).toEqual([10_001, 0]);
    expect(blimit(30)).toEqual([10, 10]);
  });

  it("barrier runs what is queued and what callbacks leave, and says how many", () => {
    on(1, "rcuCpuOffline");
    for (let i = 0; i < 300; i++) on(0, call, head(i), COUNT);
    on(0, "rcuQuiescent");
    for (let i = 300; i < 310; i++) on(0, call, head(i), COUNT);
    expect(on(0, "rcuBarrierLocal")).toBe(300);
    expect(on(0, "rcuBacklog")).toBe(0);
    for (let i = 0; i < 310; i++) expect(calls(i)).toBe(1);
  });

  it("goes on when the sequence numbers wrap", () => {
    on(0, "rcuCpuOffline");
    on(1, "rcuCpuOffline");
    const flavour = call === "callRcu" ? 0 : 1;
    const gp = (m.superblockAt + 256 + 64 + 256 * flavour) / 4;
    m.u32[gp] = 0xfffffffc;
    m.u32[gp + 16] = 0xfffffffc;
    on(0, "rcuCpuOnline");
    on(1, "rcuCpuOnline");
    for (let i = 0; i < 5; i++) {
      on(0, call, head(i), COUNT);
      expect(on(0, "rcuQuiescent")).toBe(0);
      on(1, "rcuNoteQs");
      expect(on(0, "rcuQuiescent")).toBe(1);
    }
    expect(m.u32[gp]).toBe(6);
  });
});

describe("between the flavours", () => {
  beforeEach(async () => {
    m = await testMachine(ENTRY, { cpus: 2 });
    on(0, "rcuCpuOnline");
    on(1, "rcuCpuOnline");
  });

  it("bh waits for a CPU in softirq, although that CPU is quiescent for rcu", () => {
    on(1, "enterSoftirq");
    on(0, "callRcu", head(0), COUNT);
    on(0, "callRcuBh", head(1), COUNT);
    on(0, "rcuQuiescent");
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(1);
    expect([calls(0), calls(1)]).toEqual([1, 0]);
    on(1, "leaveSoftirq");
    on(1, "rcuNoteQs");
    expect(on(0, "rcuQuiescent")).toBe(1);
  });

  it("rcu waits for a CPU in a read section, although that CPU is quiescent for bh", () => {
    on(1, "rcuReadLock");
    on(0, "callRcu", head(0), COUNT);
    on(0, "callRcuBh", head(1), COUNT);
    on(0, "rcuQuiescent");
    on(1, "rcuNoteBhQs");
    expect(on(0, "rcuQuiescent")).toBe(1);
    expect([calls(0), calls(1)]).toEqual([0, 1]);
  });
});

describe("what debug images trap, and deadlines", () => {
  beforeEach(async () => {
    m = await testMachine(ENTRY, { cpus: 2 });
    on(0, "rcuCpuOnline");
  });

  it.each(["rcuQuiescent", "rcuNoteQs", "synchronizeRcu", "rcuBarrierLocal", "rcuCpuOffline"])(
    "%s inside a read section",
    (name) => {
      on(0, "rcuReadLock");
      expect(() => on(0, name)).toThrow(/unreachable/);
      expect(site(0)).toBe(402);
    },
  );

  it("an unlock without a lock, and a read section on a CPU that is offline", () => {
    expect(() => on(0, "rcuReadUnlock")).toThrow(/unreachable/);
    expect(site(0)).toBe(402);
    expect(() => on(1, "rcuReadLock")).toThrow(/unreachable/);
    expect(site(1)).toBe(404);
  });

  it("a callback id of zero", () => {
    expect(() => on(0, "callRcu", head(0), 0)).toThrow(/unreachable/);
    expect(site(0)).toBe(505);
  });

  it("synchronizeRcu and the barrier stop at their deadline when a CPU does not report", () => {
    on(1, "rcuCpuOnline");
    m.u32[m.superblockAt / 4 + 5] = 10;
    m.u32[m.superblockAt / 4 + 6] = 20;
    on(1, "rcuReadLock");
    expect(() => on(0, "synchronizeRcu")).toThrow(/unreachable/);
    expect(site(0)).toBe(401);
    on(2, "callRcu", head(0), COUNT);
    expect(() => on(2, "rcuBarrierLocal")).toThrow(/unreachable/);
    expect(site(2)).toBe(401);
  });

  it("synchronizeRcu returns from a CPU that is offline, and from one that is online", () => {
    on(0, "synchronizeRcu");
    on(0, "synchronizeRcuBh");
    on(0, "rcuCpuOffline");
    on(2, "synchronizeRcu");
    expect(m.u32[(m.superblockAt + 256 + 64) / 4 + 16]).toBe(4);
  });
});

describe("the reader's price", () => {
  it("is no store and no rmw in steady state: only loads at a quiescent state", async () => {
    m = await testMachine(ENTRY, { cpus: 1 });
    on(0, "rcuCpuOnline");
    on(0, "synchronizeRcu");
    const costs = (m.regions.cpuAreas.base + 64) / 4;
    const before = [...m.u32.subarray(costs, costs + 4)];
    for (let i = 0; i < 100; i++) {
      on(0, "rcuReadLock");
      on(0, "rcuDereference", head(0));
      on(0, "rcuReadUnlock");
      on(0, "rcuQuiescent");
    }
    const after = [...m.u32.subarray(costs, costs + 4)];
    expect(after.map((n, i) => n - (before[i] ?? 0))).toEqual([300, 0, 0, 0]);
  });
});
