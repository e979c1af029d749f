/** Busted images: named, kept apart, and out of reach of a design's name. */
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  BUSTED_STORE,
  BUSTED_VARIANTS,
  findBustedImage,
  parseBusted,
} from "../../../src/image/busted.js";
import type { CompileRequest } from "../../../src/image/compile.js";
import { parseDesign } from "../../../src/image/designs.js";
import { BUILD_STORE } from "../../../src/image/imageStore.js";

describe("busted images", () => {
  it("knows its variants, and names them to who asks for another", () => {
    for (const name of Object.keys(BUSTED_VARIANTS)) expect(parseBusted(name)).toBe(name);
    expect(() => parseBusted("toString")).toThrow(/--busted toString; allowed: qsbr, refcount, /);
  });

  it("are compiled with the defects, say so in their name, and lie elsewhere", async () => {
    const requests: CompileRequest[] = [];
    const compile = async (request: CompileRequest): Promise<Uint8Array> => {
      requests.push(request);
      return new Uint8Array([1]);
    };
    const folder = path.join(os.tmpdir(), `busted-${process.pid}`);
    const image = await findBustedImage(parseDesign("no-cache"), "release", { folder, compile });
    expect(image.name).toBe("no-cache (busted)");
    expect(requests[0]?.defines).toMatchObject({ DST_BUSTED: 1 });
    expect(BUSTED_STORE.folder).not.toBe(BUILD_STORE.folder);
  });

  it("no design leads to one", () => {
    expect(parseDesign("no-cache").defines).not.toHaveProperty("DST_BUSTED");
    expect(() => parseDesign("no-cache (busted)")).toThrow(/unknown design/);
  });
});
