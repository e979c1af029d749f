/** The doctor on machines that are made up: every source present, telling ill, or missing. */
import { describe, expect, it } from "vitest";
import {
  type DoctorSources,
  examine,
  type Finding,
  readSystemFile,
} from "../../../src/measure/doctor.js";

const FLAGS = ["--no-liftoff"];
const CPU = "/sys/devices/system/cpu";

const GOOD: Readonly<Record<string, string>> = {
  [`${CPU}/online`]: "0-3",
  [`${CPU}/cpu0/topology/thread_siblings_list`]: "0",
  [`${CPU}/cpu0/cpufreq/scaling_governor`]: "performance",
  [`${CPU}/intel_pstate/no_turbo`]: "1",
  "/proc/stat": "cpu  1 2 3 4 5 6 7 0 0 0\n",
  "/proc/pressure/cpu": "some avg10=0.00 total=1000\n",
  "/proc/uptime": "1000.00 900.00",
  "/proc/thread-self/schedstat": "1000 5 7",
  "/sys/fs/cgroup/cpu.max": "max 100000",
  "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
};

/** A clock that goes on by so many ns at each look. */
function ticking(stepNs: bigint): () => bigint {
  let ns = 0n;
  return () => {
    ns += stepNs;
    return ns;
  };
}

function sourcesOf(
  files: Readonly<Record<string, string>>,
  change: Partial<DoctorSources> = {},
): DoctorSources {
  return {
    platform: "linux",
    cores: 4,
    loadAverage: 0.01,
    freeBytes: 8 * 2 ** 30,
    read: (file) => {
      const text = files[file];
      if (text === undefined) throw new Error(`ENOENT ${file}`);
      return text;
    },
    runs: () => true,
    now: ticking(25n),
    hasCompiler: true,
    node: "v20.20.2",
    ...change,
  };
}

function findingOf(sources: DoctorSources, name: string): Finding {
  const found = examine(sources, FLAGS).find((finding) => finding.name === name);
  if (found === undefined) throw new RangeError(name);
  return found;
}

describe("examine", () => {
  it("finds nothing wrong on a machine that is made for it", () => {
    const findings = examine(sourcesOf(GOOD), FLAGS);
    expect(findings.filter(({ kind }) => kind !== "fine")).toEqual([]);
    expect(new Set(findings.map(({ name }) => name)).size).toBe(findings.length);
  });

  it.each([
    ["SMT", { [`${CPU}/cpu0/topology/thread_siblings_list`]: "0,4" }, /shares its core with 0,4/],
    ["governor", { [`${CPU}/cpu0/cpufreq/scaling_governor`]: "powersave" }, /powersave/],
    ["turbo", { [`${CPU}/intel_pstate/no_turbo`]: "0" }, /on/],
    ["steal", { "/proc/stat": "cpu  1 2 3 4 5 6 7 40000 0 0\n" }, /10\.0 % since boot/],
    ["pressure", { "/proc/pressure/cpu": "some total=500000000\n" }, /waited 50\.0 %/],
    ["CPU quota", { "/sys/fs/cgroup/cpu.max": "150000 100000" }, /1\.5 cores, throttled \? times/],
  ])("tells of %s", (name, files, found) => {
    const finding = findingOf(sourcesOf({ ...GOOD, ...files }), name);
    expect(finding).toMatchObject({ kind: "limits", found: expect.stringMatching(found) });
    expect(finding.advice).not.toBeNull();
  });

  it.each([
    ["cores", { cores: 1 }],
    ["load", { loadAverage: 1.5 }],
    ["memory", { freeBytes: 2 ** 29 }],
    ["compiler", { hasCompiler: false }],
    ["pinning", { runs: (command: string) => command !== "taskset" }],
    [
      "clock",
      {
        now: ticking(16_000n),
      },
    ],
  ] as [string, Partial<DoctorSources>][])("tells what little %s limits", (name, change) => {
    expect(findingOf(sourcesOf(GOOD, change), name).kind).toBe("limits");
  });

  it("says that nothing can be measured where V8 does not know its flags", () => {
    const finding = findingOf(
      sourcesOf(GOOD, { runs: (_, args) => args[0] !== "--no-liftoff" }),
      "Node",
    );
    expect(finding).toMatchObject({ kind: "blocks" });
  });

  it("knows nothing, and does not fail, where nothing is there", () => {
    const findings = examine(sourcesOf({}, { loadAverage: null }), FLAGS);
    const unknown = findings.filter(({ kind }) => kind === "unknown").map(({ name }) => name);
    expect(unknown).toEqual([
      ...["SMT", "governor", "turbo", "steal", "pressure", "load", "waiting per thread"],
      ...["CPU quota", "huge pages"],
    ]);
  });

  it.each(Object.keys(GOOD))("goes on without %s", (file) => {
    const files = Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== file));
    const findings = examine(sourcesOf(files), FLAGS);
    expect(findings).toHaveLength(examine(sourcesOf(GOOD), FLAGS).length);
    expect(findings.every(({ kind }) => kind === "fine" || kind === "unknown")).toBe(true);
  });
});

describe("readSystemFile", () => {
  it("reads, or throws", () => {
    expect(() => readSystemFile("/none/at/all")).toThrow("ENOENT");
  });
});
