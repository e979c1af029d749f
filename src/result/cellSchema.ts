/**
 * One cell of a result document: a workload on a number of CPUs, its arms, and every raw window in
 * the order in which it was measured.
 *
 *   cell ─┬─ arms[a]        what one design did: counted costs, memory, judge, audit
 *         ├─ extras[e]      what was measured beside them: the placebo, the control
 *         ├─ processes[p]   what holds for one process: threads, warm-up
 *         └─ windows[w]     w.process is one of the document's; w.arm = a, or arms.length + e;
 *                           per-CPU arrays packets[c], startNs[c], endNs[c], runDelayNs[c]
 *
 * Invariants (the numbers are checked by findContradiction, the kinds here):
 *   0 <= w.arm < arms.length + extras.length   arms[0] is what the others are compared to
 *   packets.length == startNs.length == endNs.length == cpus
 *   startNs[c] <= endNs[c]                     one origin for all CPUs and windows of a process
 *   windows are in order of process, and of sequence within one
 *
 * Objects are strict: a key this version does not know is an error, never dropped.
 */
import { z } from "zod";
import { cacheSchema } from "./cacheSchema.js";
import { sideLoadSchema } from "./sideLoadSchema.js";

const count = z.int().min(0);
const positive = z.int().min(1);
const quantity = z.number().min(0);

/** Costs of one packet, averaged over the packets that the debug image ran. */
const perPacketSchema = z.strictObject({
  hits: quantity.describe("packets answered by a cache, per packet"),
  allocations: quantity.describe("slab objects allocated, per packet"),
  lookups: quantity.describe("walks of a routing table, per packet"),
  atomicStores: quantity,
  atomicRmw: quantity,
  atomicCmpxchg: quantity,
  atomicLoads: quantity.describe("counted apart: an atomic load is a plain load on x86-64"),
});

const countedSchema = z.strictObject({
  packets: positive.describe("packets the debug image ran to count these costs"),
  perPacket: perPacketSchema,
});

const armSchema = z.strictObject({
  design: z.string().min(1).describe("name of one of the document's designs"),
  counted: countedSchema.nullable().describe("null: not counted, because no debug image ran"),
  cache: cacheSchema.optional().describe("of designs that have a cache of flows; first process"),
  periods: z
    .array(z.strictObject({ name: z.string(), seconds: z.number().positive() }))
    .describe("periodic work of this design, in the machine's own time"),
  entries: count.describe("cache entries alive after the first process's last window"),
  memory: z.strictObject({
    slabBytes: count.describe("bytes of slab pages held after the first process's last window"),
    peakObjects: count.describe("most slab objects alive at once"),
    tableBytes: count.describe("bytes of the routing table"),
  }),
  judge: z.strictObject({
    packets: count.describe("packets compared with the reference before timing"),
    perFate: z.record(z.string(), count).describe("of these, how many met each fate"),
  }),
  audit: z.strictObject({
    ok: z.boolean(),
    checks: count.describe("equations checked at the end of the run"),
    failures: z.array(z.string()).describe("one line for each equation that did not hold"),
  }),
});

/** Roles of what is measured beside the designs. */
const extraSchema = z.strictObject({
  role: z
    .enum(["placebo", "control"])
    .describe("placebo: the first design again, functions in another order; control: no design"),
  judgedPackets: count.describe("packets compared with the reference before timing; 0: control"),
  audit: z.strictObject({ ok: z.boolean(), failures: z.array(z.string()) }),
});

const cellProcessSchema = z.strictObject({
  process: count.describe("index into the document's processes"),
  pinned: z.boolean().nullable().describe("null: not known"),
  threadIds: z.array(positive).describe("one per CPU, or empty where the system does not tell"),
  pingPongNs: z.number().positive().nullable().describe("null: not measured"),
  controlPackets: count.describe("packets of a window of the control; 0 where there is none"),
  warmUp: z
    .array(z.strictObject({ windows: count, settled: z.boolean() }))
    .describe(
      "per arm, extras included: windows before the first block, and whether the last were alike",
    ),
  pressureMs: z
    .number()
    .min(0)
    .nullable()
    .describe("time some task waited for a CPU meanwhile (PSI); null: not known"),
});

const windowSchema = z.strictObject({
  process: count.describe("index into the document's processes"),
  sequence: count.describe("order of measurement in its process; every attempt has its own"),
  block: count,
  position: count.describe("place within the block"),
  arm: count.describe("index into this cell's arms, then its extras"),
  packets: z.array(positive).describe("per CPU"),
  startNs: z.array(quantity).describe("per CPU, monotonic, one origin for the process"),
  endNs: z.array(quantity).describe("per CPU, same clock"),
  timersRun: count.describe("timers and deferred works run inside the window, all CPUs"),
  rcuCallbacks: count.describe("RCU callbacks run inside the window, all CPUs"),
  rcuBacklogBefore: count,
  rcuBacklogAfter: count,
  ticks: count.describe("jiffies the window advanced"),
  runDelayNs: z
    .array(quantity)
    .nullable()
    .describe("per CPU: time it was runnable and did not run (schedstat); null: not known"),
  stealMs: quantity
    .nullable()
    .describe("time the host took from all cores meanwhile, in its ticks; null: not known"),
  retried: z
    .boolean()
    .optional()
    .describe("true: this attempt was redone in the same slot; kept here, left out of figures"),
  layout: count
    .optional()
    .describe("which of its arm's layouts of code and data ran it, drawn anew by each process"),
});

const flowsSchema = z.strictObject({
  listPackets: positive.describe("length of the flow list"),
  distinctFlows: positive,
  hostsPerPrefix: positive,
  sources: positive.describe("distinct source addresses"),
  packetsPerFlow: quantity.nullable().describe("null: follows from the Zipf rank"),
  zipfExponent: quantity.nullable().describe("null: not a Zipf distribution"),
  frameBytes: positive,
  receiveDevices: count,
  transmitDevices: positive,
  spread: z.string().describe("the rule that spreads flows over CPUs"),
});

export const cellSchema = z.strictObject({
  workload: z.string().min(1),
  path: z.enum(["forward", "local-receive", "local-send"]),
  cpus: z.int().min(1).max(64),
  cores: positive.describe("cores this process could use"),
  oversubscribed: z.boolean().describe("more CPUs than cores"),
  flows: flowsSchema,
  time: z.strictObject({
    source: z.enum(["packets", "wall"]).describe("what moves jiffies"),
    packetsPerSecondPerCpu: z.number().positive().describe("offered rate that packets stand for"),
    hz: positive,
  }),
  sideLoad: sideLoadSchema.optional().describe("what the control plane did beside the windows"),
  windowPackets: positive.describe("packets per CPU in a window"),
  leadInPackets: count.describe("packets per CPU run before a window and not timed"),
  arms: z.array(armSchema).min(1),
  extras: z.array(extraSchema),
  processes: z.array(cellProcessSchema),
  windows: z.array(windowSchema),
  notes: z.array(z.string()).describe("printed below the cell's sentence, as they are"),
});

/** One cell: a workload on a number of CPUs. Units end the names. */
export type Cell = z.infer<typeof cellSchema>;
/** What was measured beside the designs. */
export type CellExtra = z.infer<typeof extraSchema>;
/** What holds for one process of a cell. */
export type CellProcess = z.infer<typeof cellProcessSchema>;
/** What one design did in a cell, apart from its windows. */
export type CellArm = z.infer<typeof armSchema>;
/** One timed window. Times in nanoseconds of a monotonic clock. */
export type CellWindow = z.infer<typeof windowSchema>;
/** Per-packet costs from the debug image. */
export type PerPacketCosts = z.infer<typeof perPacketSchema>;
