/**
 * What accounts find: equations that did not hold, each with the name of its check and, where one
 * object is at fault, with that object's bytes.
 */
import type { Machine } from "./machine.js";

/** The kinds of checks; `docs/accounts.md` says what each compares. */
export const ACCOUNT_CHECKS = [
  "object-lost",
  "object-twice",
  "list-form",
  "slab-pages",
  "slab-poison",
  "slab-redzone",
  "count-dst",
  "count-neighbour",
  "count-header",
  "count-peer",
  "count-device",
  "entries",
  "packets",
  "locks",
  "lock-exclusion",
  "rcu",
  "grace-period",
  "timers",
  "cpu-state",
  "page-zero",
  "tables",
  "teardown",
  "trap",
  "death",
] as const;

export type AccountCheck = (typeof ACCOUNT_CHECKS)[number];

/** One equation that did not hold. */
export interface Mismatch {
  readonly check: AccountCheck;
  /** One line: what, found, expected; of an object, which, whose and where it is. */
  readonly text: string;
  /** The object's bytes, a line for each 16; empty where no single object is at fault. */
  readonly dump: readonly string[];
}

/** Objects of one check that are told one by one; of the others only their number is. */
const TOLD_OBJECTS = 8;

/** Collects equations. */
export class AccountBook {
  checks = 0;
  private readonly found: { check: AccountCheck; told: () => Omit<Mismatch, "check"> }[] = [];
  private readonly told = new Map<string, number>();

  /** An equation between two numbers. */
  equal(check: AccountCheck, what: string, found: number, expected: number): void {
    this.checks++;
    if (found === expected) return;
    const text = `${what}: found ${found}, expected ${expected}`;
    this.add(check, what.replace(/\d+/g, "#"), () => ({ text, dump: [] }));
  }

  /** A statement that must hold, `what` says how it does not. */
  holds(check: AccountCheck, isTrue: boolean, what: () => string): void {
    this.checks++;
    if (!isTrue) this.add(check, check, () => ({ text: what(), dump: [] }));
  }

  /** Something is wrong with an object, or a list; told when all walks are over. */
  object(check: AccountCheck, told: () => Omit<Mismatch, "check">): void {
    this.add(check, check, told);
  }

  /** Counts equations that were checked elsewhere. */
  checked(equations: number): void {
    this.checks += equations;
  }

  private add(check: AccountCheck, kind: string, told: () => Omit<Mismatch, "check">): void {
    const key = `${check} ${kind}`;
    const before = this.told.get(key) ?? 0;
    this.told.set(key, before + 1);
    if (before < TOLD_OBJECTS) this.found.push({ check, told });
  }

  /** What was found, and how many more of a kind there are than were told. */
  mismatches(): readonly Mismatch[] {
    const more = [...this.told].filter(([, n]) => n > TOLD_OBJECTS);
    return [
      ...this.found.map(({ check, told }): Mismatch => ({ check, ...told() })),
      ...more.map(([key, n]): Mismatch => {
        const check = key.slice(0, key.indexOf(" ")) as AccountCheck;
        return { check, text: `${check}: ${n - TOLD_OBJECTS} more like these`, dump: [] };
      }),
    ];
  }
}

/** An address as it is told. */
export function hex(at: number): string {
  return `0x${at.toString(16).padStart(8, "0")}`;
}

/** `bytes` bytes at `at`, 16 to a line: address, then words. */
export function dumpBytes(machine: Machine, at: number, bytes: number): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes; offset += 16) {
    const from = (at + offset) / 4;
    const words = machine.u32.subarray(from, from + Math.min(4, (bytes - offset) / 4));
    const text = [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");
    lines.push(`${hex(at + offset)} +${String(offset).padStart(3)}  ${text}`);
  }
  return lines;
}
