/**
 * The result document as it grows: processes hand in what they found, cell by cell, and at every
 * moment the document is whole. Cells stand in the order in which they were asked for, whatever
 * order a process measured them in; windows stand in the order of processes.
 */
import type { Design } from "../image/designs.js";
import type { Cell, CellExtra } from "../result/cellSchema.js";
import type { ResultDocument } from "../result/resultDocument.js";
import type { CellSideLoad } from "../result/sideLoadSchema.js";
import { periodsOf } from "./periods.js";
import type { AuditPart, CellPart, ProcessEnd } from "./processRequest.js";

const NOT_AUDITED: AuditPart = { checks: 0, failures: ["not audited"] };

/** All audits of one arm: sums, and failures with the process they are from. */
function merged(audits: readonly AuditPart[]): { checks: number; failures: string[] } {
  return {
    checks: audits.reduce((sum, audit) => sum + audit.checks, 0),
    failures: audits.flatMap((audit, process) =>
      audit.failures.map((failure) => `process ${process}: ${failure}`),
    ),
  };
}

/** A side load with what one more process did: counts add up, the first error stays. */
function added(
  known: CellSideLoad | undefined,
  more: CellSideLoad | null,
): CellSideLoad | undefined {
  if (known === undefined || more === null) return known;
  const arms = known.arms.map((arm, i) => {
    const other = more.arms[i];
    if (other === undefined) return arm;
    return {
      updates: arm.updates + other.updates,
      ticks: arm.ticks + other.ticks,
      refused: arm.refused + other.refused,
      firstError: arm.firstError === 0 ? other.firstError : arm.firstError,
    };
  });
  return { ...known, arms };
}

/** Puts parts together. */
export class RunDocument {
  private readonly cells = new Map<number, Cell>();
  /** By process, then by design; the placebo's after them. */
  private readonly audits: AuditPart[][] = [];

  constructor(
    readonly document: ResultDocument,
    private readonly designs: readonly Design[],
    private readonly extras: readonly CellExtra["role"][],
  ) {}

  /** A process has started: it counts as not audited until it says otherwise. */
  begin(seed: number): void {
    const { processes } = this.document;
    processes.push({
      seed,
      startedAt: new Date().toISOString(),
      setUpMs: 0,
      placebo: null,
      cellOrder: [],
    });
    this.audits.push([...this.designs, null].map(() => NOT_AUDITED));
  }

  /** A process has measured a cell. `notes` are of the cell, and taken from the first process. */
  addPart(part: CellPart, notes: readonly string[]): void {
    const known = this.cells.get(part.cell);
    if (known === undefined) {
      if (part.facts === null) throw new RangeError(`cell ${part.cell}: no facts`);
      this.cells.set(part.cell, {
        ...part.facts,
        windowPackets: part.lengths.windowPackets,
        leadInPackets: part.lengths.leadInPackets,
        arms: part.arms.map((arm, i) => ({
          ...arm,
          periods: this.designs[i] === undefined ? [] : periodsOf(this.designs[i].row),
        })),
        extras: this.extras.map((role) => ({
          role,
          judgedPackets: role === "control" ? 0 : (part.arms[0]?.judge.packets ?? 0),
          audit: { ok: role === "control", failures: [] },
        })),
        ...(part.sideLoad === null ? {} : { sideLoad: part.sideLoad }),
        processes: [part.process],
        windows: [...part.windows],
        notes: [...notes],
      });
    } else {
      known.processes.push(part.process);
      known.windows.push(...part.windows);
      const sideLoad = added(known.sideLoad, part.sideLoad);
      if (sideLoad !== undefined) known.sideLoad = sideLoad;
    }
    this.refresh();
  }

  /** A process is done: what it says of itself, and its audits. */
  finish(process: number, end: ProcessEnd): void {
    const entry = this.document.processes[process];
    if (entry === undefined) throw new RangeError(`no process ${process}`);
    entry.startedAt = end.startedAt;
    entry.setUpMs = end.setUpMs;
    entry.placebo = end.placebo;
    entry.cellOrder = [...end.cellOrder];
    const none: AuditPart = { checks: 0, failures: [] };
    this.audits[process] = [...end.audits, end.placeboAudit ?? none];
    const names = [...this.designs.map((design) => design.name), "the placebo"];
    for (const [i, audit] of this.audits[process].entries()) {
      this.document.errors.push(
        ...audit.failures.map((f) => `process ${process}: audit of ${names[i]}: ${f}`),
      );
    }
    this.refresh();
  }

  /** Cells in their order, each with what all audits so far say. */
  private refresh(): void {
    const numbers = [...this.cells.keys()].sort((a, b) => a - b);
    this.document.cells = numbers.flatMap((number) => this.cells.get(number) ?? []);
    for (const cell of this.document.cells) {
      for (const [i, arm] of cell.arms.entries()) {
        const audit = merged(this.audits.map((list) => list[i] ?? NOT_AUDITED));
        arm.audit = { ok: audit.failures.length === 0, ...audit };
      }
      for (const extra of cell.extras) {
        if (extra.role === "control") continue;
        const { failures } = merged(this.audits.map((list) => list.at(-1) ?? NOT_AUDITED));
        extra.audit = { ok: failures.length === 0, failures };
      }
    }
  }
}
