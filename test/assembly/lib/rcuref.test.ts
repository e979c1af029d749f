/** rcuref: a case for each row of the race table in the header, and the zones' borders. */
import { beforeAll, describe, expect, it } from "vitest";
import { type TestMachine, testMachine, type WasmCall } from "../../helpers/testMachine.js";

const ONEREF = 0;
const MAXREF = 0x7fffffff;
const SATURATED = 0xa0000000;
const DEAD = 0xe0000000;
const NOREF = 0xffffffff;

describe("rcuref", () => {
  let m: TestMachine;
  let at: number;
  let get: () => boolean;
  let put: () => boolean;
  let word: (value?: number) => number;

  beforeAll(async () => {
    m = await testMachine("test/assembly/lib/lib.as.ts", { flavour: "release" });
    at = m.regions.boot.base;
    const e = m.cpu(0) as Record<string, WasmCall>;
    get = () => e.rcurefGet?.(at) === 1;
    put = () => e.rcurefPut?.(at) === 1;
    word = (value) => {
      if (value !== undefined) m.u32[at / 4] = value;
      return m.u32[at / 4] ?? Number.NaN;
    };
  });

  it("R1 a put that leaves a reference returns false", () => {
    word(1);
    expect(put()).toBe(false);
    expect(word()).toBe(ONEREF);
  });

  it("R2 the last put marks the word dead and returns true", () => {
    word(ONEREF);
    expect(put()).toBe(true);
    expect(word()).toBe(DEAD);
  });

  it("R3 a get at NOREF revives the object", () => {
    word(NOREF);
    expect(get()).toBe(true);
    expect(word()).toBe(ONEREF);
  });

  it("R4 whoever marks a word that fell to NOREF is alone: later puts and gets fail", () => {
    word(ONEREF);
    const frees = [put(), get(), get()];
    expect(frees).toEqual([true, false, false]);
    expect(word()).toBe(DEAD);
  });

  it("R5 a get in the dead zone fails and resets the marker", () => {
    for (const start of [DEAD, 0xc0000000, 0xfffffffd, DEAD + 5]) {
      word(start);
      expect(get()).toBe(false);
      expect(word()).toBe(DEAD);
    }
  });

  it("R6 a put in the dead zone returns false in release and traps in debug", async () => {
    word(DEAD);
    expect(put()).toBe(false);
    expect(word()).toBe(DEAD);
    const d = await testMachine("test/assembly/lib/lib.as.ts");
    d.u32[at / 4] = DEAD;
    expect(() => d.cpu(0).rcurefPut?.(at)).toThrow(/unreachable/);
    expect(d.u32[d.regions.cpuAreas.base / 4 + 5]).toBe(204);
  });

  it("R7 a get beyond MAXREF saturates and still succeeds", () => {
    word(MAXREF);
    expect(get()).toBe(true);
    expect(word()).toBe(SATURATED);
    expect(get()).toBe(true);
    expect(word()).toBe(SATURATED);
  });

  it("R8 a put on a saturated word never frees", () => {
    for (const start of [SATURATED, 0x80000001, 0xbfffffff]) {
      word(start);
      expect(put()).toBe(false);
      expect(word()).toBe(SATURATED);
    }
  });

  it("reads value + 1 references, and none when dead", () => {
    const read = (value: number): number => {
      word(value);
      return m.cpu(0).rcurefRead?.(at) ?? Number.NaN;
    };
    expect([read(ONEREF), read(41), read(DEAD), read(NOREF)]).toEqual([1, 42, 0, 0]);
  });
});
