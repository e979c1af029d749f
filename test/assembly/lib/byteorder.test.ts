/** Byte order, against the views of the platform. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testMachine } from "../../helpers/testMachine.js";

describe("byteorder", () => {
  it("swaps as a big-endian view of the same bytes reads", async () => {
    const e = (await testMachine("test/assembly/lib/lib.as.ts")).cpu(0);
    const view = new DataView(new ArrayBuffer(4));
    fc.assert(
      fc.property(fc.nat(0xffffffff), (x) => {
        view.setUint32(0, x, true);
        expect((e.bswap32?.(x) ?? 0) >>> 0).toBe(view.getUint32(0, false));
        expect((e.bswap16?.(x) ?? 0) >>> 0).toBe(view.getUint16(0, false));
      }),
    );
  });
});
