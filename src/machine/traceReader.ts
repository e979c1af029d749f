/**
 * The event trace of a machine with a debug image, read from its bytes (`assembly/arch/trace.ts`
 * has the drawing). Events are recorded between `start` and `stop`; at other times the image does
 * as if there were no trace.
 */
import { BootError, type Machine } from "./machine.js";

/** One event as it was recorded; `tracePoints.ts` has the words for its numbers. */
export interface TraceEvent {
  /** Function it happened in, by number; 0: the one of the event before. */
  readonly where: number;
  /** A call of the function `what`, or the branch `what`. */
  readonly kind: "call" | "branch";
  readonly what: number;
  readonly jiffies: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What a CPU recorded, in order. */
export interface CpuTrace {
  readonly events: readonly TraceEvent[];
  /** Older events that were overwritten. */
  readonly lost: number;
}

export class TraceReader {
  private readonly rings: number;
  private readonly ringBytes: number;
  private readonly capacity: number;

  /** @throws {BootError} without a debug image, or where the plan has no room for events */
  constructor(private readonly machine: Machine) {
    const { plan, image, layout, options } = machine;
    if (image.flavour !== "debug") {
      throw new BootError(`${image.name} (${image.flavour}) records no events; allowed: debug`);
    }
    const head = layout.at("TRACE_HEAD_BYTES");
    this.rings = plan.trace.base + head;
    this.ringBytes = Math.floor((plan.trace.bytes - head) / (options.cpus + 1) / head) * head;
    const events = Math.floor((this.ringBytes - head) / layout.at("TRACE_EVENT_BYTES"));
    this.capacity = events > 0 ? 2 ** Math.floor(Math.log2(events)) : 0;
    if (this.capacity < 1) throw new BootError(`${image.name}: no memory planned for events`);
  }

  /** Empties the rings and records from now on. */
  start(): void {
    const { u32, plan, options } = this.machine;
    u32[plan.trace.base / 4] = this.ringBytes;
    u32[plan.trace.base / 4 + 1] = this.capacity;
    for (let cpu = 0; cpu <= options.cpus; cpu++) u32[this.ringOf(cpu) / 4] = 0;
    this.setBase(plan.trace.base);
  }

  /** Ends recording; what was recorded stays to be read. */
  stop(): void {
    this.setBase(0);
  }

  /** What CPU `cpu` recorded since `start`, oldest first. */
  read(cpu: number): CpuTrace {
    const ring = this.ringOf(cpu);
    const ever = this.machine.u32[ring / 4] ?? 0;
    const kept = Math.min(ever, this.capacity);
    const events = Array.from({ length: kept }, (_, i) => this.eventAt(ring, ever - kept + i));
    return { events, lost: ever - kept };
  }

  private eventAt(ring: number, number: number): TraceEvent {
    const { layout, memory } = this.machine;
    const index = number & (this.capacity - 1);
    const bytes = layout.at("TRACE_EVENT_BYTES");
    const at = ring + layout.at("TRACE_HEAD_BYTES") + index * bytes;
    const view = new DataView(memory.buffer, at, bytes);
    const what = view.getUint16(layout.at("TRACE_EVENT_WHAT"), true);
    const call = layout.at("TRACE_CALL");
    return {
      where: view.getUint16(layout.at("TRACE_EVENT_WHERE"), true),
      kind: (what & call) === 0 ? "branch" : "call",
      what: what & (call - 1),
      jiffies: view.getUint32(layout.at("TRACE_EVENT_JIFFIES"), true),
      a: view.getUint32(layout.at("TRACE_EVENT_A"), true),
      b: view.getUint32(layout.at("TRACE_EVENT_B"), true),
      c: view.getUint32(layout.at("TRACE_EVENT_C"), true),
    };
  }

  private ringOf(cpu: number): number {
    return this.rings + cpu * this.ringBytes;
  }

  /** The region table's word: 0 is off. */
  private setBase(base: number): void {
    const { u32, plan, layout } = this.machine;
    const entry = layout.at("SB_REGION_TABLE") + 8 * layout.at("REGION_TRACE");
    u32[(plan.superblock.base + entry) / 4] = base;
  }
}
