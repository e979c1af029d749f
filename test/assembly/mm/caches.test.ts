/** Cache numbers: every one is a number of its own that a cache can be created with. */
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

describe("caches", () => {
  it("are different numbers below the limit, and all can exist together", async () => {
    const m = await testMachine("test/assembly/mm/mm.as.ts", { flavour: "release" });
    const instance = await WebAssembly.instantiate(m.module, {
      env: { memory: m.memory, nowNs: () => 0 },
    });
    const ids = Object.entries(instance.exports)
      .filter(([name]) => name.startsWith("KMEM_CACHE_"))
      .map(([, value]) => (value as WebAssembly.Global).value as number);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(m.cpu(0).kmemCacheCreate?.(id, 64, 64)).toBe(1);
    const objects = ids.map((id) => m.cpu(0).kmemCacheAlloc?.(id) ?? 0);
    expect(new Set(objects.map((o) => o >>> 12)).size).toBe(ids.length);
  });
});
