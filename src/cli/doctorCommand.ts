/**
 * `dstbench doctor`: what this machine can measure and what would help. Changes nothing; its exit
 * code is 0 unless nothing at all can be measured here.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import os from "node:os";
import { V8_FLAGS } from "../machine/v8Flags.js";
import { type DoctorSources, examine, readSystemFile } from "../measure/doctor.js";
import { availableMemoryBytes, loadAverages } from "../measure/environment.js";
import { doctorReport } from "../report/doctorReport.js";
import { EXIT_INVALID, EXIT_OK } from "./exitCodes.js";

const COMMAND_MS_MAX = 10_000;

function runs(command: string, args: readonly string[]): boolean {
  const done = spawnSync(command, [...args], { stdio: "ignore", timeout: COMMAND_MS_MAX });
  return done.status === 0;
}

function hasCompiler(): boolean {
  try {
    createRequire(import.meta.url).resolve("assemblyscript/package.json");
    return true;
  } catch {
    return false;
  }
}

/** The sources of this machine. */
export function doctorSources(): DoctorSources {
  return {
    platform: os.platform(),
    cores: os.availableParallelism(),
    loadAverage: loadAverages()?.[0] ?? null,
    freeBytes: availableMemoryBytes(),
    read: readSystemFile,
    runs,
    now: () => process.hrtime.bigint(),
    hasCompiler: hasCompiler(),
    node: process.version,
  };
}

/** Runs the command and returns its exit code. */
export function runDoctor(): number {
  const findings = examine(doctorSources(), V8_FLAGS);
  process.stdout.write(doctorReport(findings));
  return findings.some(({ kind }) => kind === "blocks") ? EXIT_INVALID : EXIT_OK;
}
