/**
 * A small machine for tests of one AssemblyScript layer: compiles an entry file beside the test,
 * lays out a superblock, CPU areas and regions in a shared memory and attaches one instance per
 * CPU. All instances run on this thread: what needs real threads is a `.whole.test.ts` with
 * workers.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { compileImage } from "../../src/image/compile.js";
import type { Flavour } from "../../src/image/flavour.js";
import { sourceHash } from "../../src/image/imageStore.js";
import { packageRoot } from "../../src/image/packageRoot.js";

/** Offsets that mirror `assembly/arch/superblock.ts`; `layout.test.ts` compares them. */
const SUPERBLOCK_AT = 0x10000;
const CPU_AREA_STRIDE = 8192;
const WORD = { magic: 0, abiVersion: 1, cpus: 2, cpuAreasAt: 3, cpuAreaStride: 4, spinLimit: 5 };
const WORD2 = { sleepLimit: 6, hz: 7, packetsPerTick: 8, seed: 9, fibTables: 10, rcuBlimit: 11 };
const WORD3 = { rcuQhimark: 12, rcuQlowmark: 13, tableAt: 14, tableBytes: 15, bootNextAt: 16 };
const WORD4 = { slabDebugOff: 28, quarantine: 29 };
const REGION_TABLE_WORD = 32;
const REGION_ORDER = ["cpuAreas", "boot", "pages", "rings", "table"] as const;

/** Sizes of the test machine; all have small defaults. */
export interface TestMachineOptions {
  flavour?: Flavour;
  defines?: Record<string, number>;
  cpus?: number;
  bootBytes?: number;
  pagesBytes?: number;
  ringsBytes?: number;
  tableBytes?: number;
  seed?: number;
  hz?: number;
  /** Slab checks of debug images that are off, by bit; freed objects that are kept back. */
  slabDebugOff?: number;
  quarantine?: number;
}

export type WasmCall = (...args: number[]) => number;

export interface TestMachine {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  u32: Uint32Array;
  u8: Uint8Array;
  superblockAt: number;
  /** Exports of the instance of CPU `cpu`; number `cpus` is the control plane. */
  cpu(cpu: number): Record<string, WasmCall>;
  regions: Record<(typeof REGION_ORDER)[number], { base: number; bytes: number }>;
}

const cacheFolder = path.join(packageRoot, "build", "test-images");

/**
 * The image of a test's entry: compiling takes seconds, so it is kept by the hash of all sources.
 */
export async function cachedImage(
  entry: string,
  flavour: Flavour,
  defines: Record<string, number>,
): Promise<Uint8Array> {
  const hash = createHash("sha256").update(await sourceHash());
  hash.update(await readFile(path.join(packageRoot, entry)));
  hash.update(JSON.stringify([entry, flavour, defines]));
  const file = path.join(cacheFolder, `${hash.digest("hex").slice(0, 32)}.wasm`);
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) return kept;
  const bytes = await compileImage({ entry, flavour, defines });
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, bytes);
  await rename(`${file}.${process.pid}`, file);
  return bytes;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

function compileOnce(entry: string, options: TestMachineOptions): Promise<WebAssembly.Module> {
  const flavour = options.flavour ?? "debug";
  const defines = options.defines ?? {};
  const key = createHash("sha256")
    .update(JSON.stringify([entry, flavour, defines]))
    .digest("hex");
  let module = compiled.get(key);
  if (module === undefined) {
    module = cachedImage(entry, flavour, defines).then((bytes) =>
      WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>),
    );
    compiled.set(key, module);
  }
  return module;
}

interface MemoryPlan {
  readonly regions: TestMachine["regions"];
  readonly pages: number;
}

/** Lays the regions out behind the superblock, each from a boundary of 4096 bytes. */
function planMemory(options: TestMachineOptions, cpus: number): MemoryPlan {
  const bytes = {
    cpuAreas: CPU_AREA_STRIDE * (cpus + 1),
    boot: options.bootBytes ?? 256 * 1024,
    pages: options.pagesBytes ?? 512 * 1024,
    rings: options.ringsBytes ?? 64 * 1024,
    table: options.tableBytes ?? 512 * 1024,
  };
  let at = SUPERBLOCK_AT + 8192;
  const regions = {} as TestMachine["regions"];
  for (const name of REGION_ORDER) {
    at = Math.ceil(at / 4096) * 4096;
    regions[name] = { base: at, bytes: bytes[name] };
    at += bytes[name];
  }
  return { regions, pages: Math.ceil(at / 65536) + 1 };
}

/** Writes the boot words and the region table, as the host does before `boot()`. */
function writeSuperblock(
  u32: Uint32Array,
  options: TestMachineOptions,
  cpus: number,
  regions: TestMachine["regions"],
): void {
  const sb = SUPERBLOCK_AT / 4;
  u32[sb + WORD.magic] = 0x64737462;
  u32[sb + WORD.abiVersion] = 1;
  u32[sb + WORD.cpus] = cpus;
  u32[sb + WORD.cpuAreasAt] = regions.cpuAreas.base;
  u32[sb + WORD.cpuAreaStride] = CPU_AREA_STRIDE;
  u32[sb + WORD.spinLimit] = 1000;
  u32[sb + WORD2.sleepLimit] = 20_000;
  u32[sb + WORD2.hz] = options.hz ?? 1000;
  u32[sb + WORD2.packetsPerTick] = 0;
  u32[sb + WORD2.seed] = options.seed ?? 1;
  u32[sb + WORD2.fibTables] = 2;
  u32[sb + WORD2.rcuBlimit] = 10;
  u32[sb + WORD3.rcuQhimark] = 10_000;
  u32[sb + WORD3.rcuQlowmark] = 100;
  u32[sb + WORD3.tableAt] = regions.table.base;
  u32[sb + WORD3.tableBytes] = regions.table.bytes;
  u32[sb + WORD3.bootNextAt] = regions.boot.base;
  u32[sb + WORD4.slabDebugOff] = options.slabDebugOff ?? 0;
  u32[sb + WORD4.quarantine] = options.quarantine ?? 0;
  REGION_ORDER.forEach((name, i) => {
    u32[sb + REGION_TABLE_WORD + 2 * i] = regions[name].base;
    u32[sb + REGION_TABLE_WORD + 2 * i + 1] = regions[name].bytes;
  });
}

/**
 * Compiles `entry` (path from the package's folder) and boots a machine of `cpus` CPUs around it.
 */
export async function testMachine(
  entry: string,
  options: TestMachineOptions = {},
): Promise<TestMachine> {
  const module = await compileOnce(entry, options);
  const cpus = options.cpus ?? 2;
  const { regions, pages } = planMemory(options, cpus);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const u32 = new Uint32Array(memory.buffer);
  writeSuperblock(u32, options, cpus, regions);
  const instances: Record<string, WasmCall>[] = [];
  for (let cpu = 0; cpu <= cpus; cpu++) {
    const area = regions.cpuAreas.base + cpu * CPU_AREA_STRIDE;
    u32[area / 4] = cpu;
    u32[area / 4 + 1] = SUPERBLOCK_AT;
    const env = { memory, nowNs: () => 0 };
    const instance = new WebAssembly.Instance(module, { env });
    const exports = instance.exports as Record<string, WasmCall>;
    exports.attach?.(area);
    instances.push(exports);
  }
  return {
    memory,
    module,
    u32,
    u8: new Uint8Array(memory.buffer),
    superblockAt: SUPERBLOCK_AT,
    regions,
    cpu(cpu: number) {
      const exports = instances[cpu];
      if (exports === undefined) throw new RangeError(`no CPU ${cpu} in a machine of ${cpus}`);
      return exports;
    },
  };
}
