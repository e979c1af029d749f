/**
 * What this machine can measure, and what would help: facts from Node, /proc and /sys, each with
 * what it means for a measurement. Nothing is changed, and what the system does not tell is
 * "unknown", never a guess. Every source is handed in, so that a test can take any of them away.
 */
import { readFileSync } from "node:fs";
import { pressureMs, type ReadText, stealMs } from "./covariates.js";

/** `fine`; `limits`: measuring works, less well; `blocks`: it does not; `unknown`. */
export type FindingKind = "fine" | "limits" | "blocks" | "unknown";

/** One fact with what it means. */
export interface Finding {
  readonly name: string;
  readonly kind: FindingKind;
  /** What was found, or why it is not known. */
  readonly found: string;
  /** What it means or what would help; null where nothing need be said. */
  readonly advice: string | null;
}

/** Where facts come from. */
export interface DoctorSources {
  readonly platform: string;
  /** Cores this process may use. */
  readonly cores: number;
  readonly loadAverage: number | null;
  readonly freeBytes: number;
  readonly read: ReadText;
  /** Whether a command runs and ends well. */
  readonly runs: (command: string, args: readonly string[]) => boolean;
  /** A clock in ns, to see its steps. */
  readonly now: () => bigint;
  /** Whether the compiler of images is installed. */
  readonly hasCompiler: boolean;
  readonly node: string;
}

/** Memory of a process on the whole table, with some designs. */
const MEMORY_BYTES_WANTED = 1.5 * 2 ** 30;
const LOAD_MAX = 0.3;
const STEAL_SHARE_NOTED = 0.005;
const PRESSURE_SHARE_NOTED = 0.05;
const CLOCK_STEP_NS_MAX = 1_000;

function textOf(read: ReadText, file: string): string | null {
  try {
    const text = read(file).trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

function fine(name: string, found: string): Finding {
  return { name, kind: "fine", found, advice: null };
}

function limits(name: string, found: string, advice: string): Finding {
  return { name, kind: "limits", found, advice };
}

function unknown(name: string, why: string, advice: string | null = null): Finding {
  return { name, kind: "unknown", found: `unknown: ${why}`, advice };
}

function cores({ cores: count, read }: DoctorSources): Finding[] {
  const all = /(\d+)\s*$/.exec(textOf(read, "/sys/devices/system/cpu/online") ?? "")?.[1];
  const online = all === undefined ? null : Number(all) + 1;
  const of = online === null || online === count ? "" : ` of ${online} online`;
  const found = `${count} this process may use${of}`;
  const few = "contention needs two or more; with one core CPUs can only take turns";
  return [count < 2 ? limits("cores", found, few) : fine("cores", found)];
}

function siblings({ read }: DoctorSources): Finding {
  const name = "SMT";
  const list = textOf(read, "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
  if (list === null) return unknown(name, "no topology in /sys");
  if (!/[,-]/.test(list)) {
    return fine(name, "cpu0 has no sibling (a virtual machine may hide one)");
  }
  return limits(
    name,
    `cpu0 shares its core with ${list}`,
    "CPUs that share a core slow each other",
  );
}

function frequency({ read }: DoctorSources): Finding[] {
  const governor = textOf(read, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  const noTurbo = textOf(read, "/sys/devices/system/cpu/intel_pstate/no_turbo");
  const boost = textOf(read, "/sys/devices/system/cpu/cpufreq/boost");
  const isOff = noTurbo === "1" || boost === "0";
  const isKnown = noTurbo !== null || boost !== null;
  const steps = "the clock moves in steps; the control shows them, short windows bear them";
  return [
    governor === null
      ? unknown("governor", "no cpufreq (a virtual machine has none)", steps)
      : governor === "performance"
        ? fine("governor", governor)
        : limits("governor", governor, "performance would hold the clock up"),
    !isKnown
      ? unknown("turbo", "neither intel_pstate nor boost", steps)
      : isOff
        ? fine("turbo", "off")
        : limits("turbo", "on", "without it the clock does not depend on neighbours and heat"),
  ];
}

/** Share of the time since boot that a running sum of ms makes up, or null. */
function shareSinceBoot(read: ReadText, ms: number | null, perCores: number): number | null {
  const seconds = Number((textOf(read, "/proc/uptime") ?? "").split(" ")[0]);
  return ms === null || !(seconds > 0) ? null : ms / 1_000 / seconds / perCores;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function neighbours({ read, cores: count, loadAverage }: DoctorSources): Finding[] {
  const steal = shareSinceBoot(read, stealMs(read), count);
  const pressure = shareSinceBoot(read, pressureMs(read), 1);
  const quiet = "stop other work, or take another machine";
  const shown = loadAverage?.toFixed(2) ?? "";
  return [
    steal === null
      ? unknown("steal", "not in /proc/stat", "windows that a host disturbs are not told apart")
      : steal > STEAL_SHARE_NOTED
        ? limits("steal", `${percent(steal)} since boot`, "the host is shared; more processes help")
        : fine("steal", `${percent(steal)} since boot`),
    pressure === null
      ? unknown("pressure", "no PSI in this kernel")
      : pressure > PRESSURE_SHARE_NOTED
        ? limits("pressure", `tasks waited ${percent(pressure)} of the time since boot`, quiet)
        : fine("pressure", `tasks waited ${percent(pressure)} of the time since boot`),
    loadAverage === null
      ? unknown("load", "no load average here")
      : loadAverage > LOAD_MAX
        ? limits("load", `${shown} in the last minute`, quiet)
        : fine("load", `${shown} in the last minute`),
  ];
}

function counters({ read, runs }: DoctorSources): Finding[] {
  const schedstat = textOf(read, "/proc/thread-self/schedstat");
  const pins = runs("taskset", ["-pc", String(process.pid)]);
  return [
    schedstat === null || schedstat.startsWith("0 0 ")
      ? unknown("waiting per thread", "no schedstat", "disturbed windows are not measured again")
      : fine("waiting per thread", "counted (schedstat)"),
    pins
      ? fine("pinning", "taskset")
      : limits(
          "pinning",
          "no taskset that works",
          "CPUs may wander between cores; util-linux has it",
        ),
  ];
}

function memory({ read, freeBytes }: DoctorSources): Finding[] {
  const pages = textOf(read, "/sys/kernel/mm/transparent_hugepage/enabled");
  const mode = /\[(\w+)\]/.exec(pages ?? "")?.[1];
  const gib = `${(freeBytes / 2 ** 30).toFixed(1)} GiB available`;
  return [
    freeBytes < MEMORY_BYTES_WANTED
      ? limits(
          "memory",
          gib,
          "the whole table with default designs takes about 1 GiB; --routes 100k",
        )
      : fine("memory", gib),
    mode === undefined
      ? unknown("huge pages", "no transparent_hugepage in /sys")
      : fine(
          "huge pages",
          `transparent: ${mode}; where pages lie differs by process, which is why`,
        ),
  ];
}

function quota({ read }: DoctorSources): Finding {
  const name = "CPU quota";
  const text = textOf(read, "/sys/fs/cgroup/cpu.max");
  if (text === null) return unknown(name, "no cpu.max (no cgroup v2, or its root)");
  const [quotaUs, periodUs] = text.split(" ");
  if (quotaUs === "max") return fine(name, "none");
  const throttled = /nr_throttled (\d+)/.exec(textOf(read, "/sys/fs/cgroup/cpu.stat") ?? "")?.[1];
  const found = `${Number(quotaUs) / Number(periodUs)} cores, throttled ${throttled ?? "?"} times`;
  return limits(name, found, "a quota stops threads in the middle of windows; lift it");
}

/** The least step of the clock that is not 0, in ns. */
function clockStep(now: () => bigint): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const from = now();
    let to = now();
    for (let tries = 0; to === from && tries < 1_000_000; tries++) to = now();
    least = Math.min(least, Number(to - from));
  }
  return least;
}

function clock({ now, read }: DoctorSources): Finding[] {
  const step = clockStep(now);
  const source = textOf(read, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  const found = `steps of ${step} ns${source === null ? "" : `, ${source}`}`;
  const coarse = "windows last 3 ms; a clock this coarse shows in them";
  return [step > CLOCK_STEP_NS_MAX ? limits("clock", found, coarse) : fine("clock", found)];
}

function engine({ runs, node, hasCompiler }: DoctorSources, flags: readonly string[]): Finding[] {
  const works = runs(process.execPath, [...flags, "-e", "0"]);
  const broken = "this Node does not know them, and measuring processes cannot start";
  return [
    works
      ? fine("Node", `${node} takes ${flags.join(" ")}`)
      : {
          name: "Node",
          kind: "blocks",
          found: `${node} refuses ${flags.join(" ")}`,
          advice: broken,
        },
    hasCompiler
      ? fine("compiler", "assemblyscript is installed")
      : limits("compiler", "assemblyscript is not installed", "prebuilt designs only"),
  ];
}

/** All findings, in the order in which they are printed. `flags` are V8's for measuring. */
export function examine(sources: DoctorSources, flags: readonly string[]): Finding[] {
  return [
    ...engine(sources, flags),
    ...cores(sources),
    siblings(sources),
    ...frequency(sources),
    ...neighbours(sources),
    ...counters(sources),
    quota(sources),
    ...memory(sources),
    ...clock(sources),
  ];
}

/** Reads a file of the system. */
export function readSystemFile(file: string): string {
  return readFileSync(file, "latin1");
}
