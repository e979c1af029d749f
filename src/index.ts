/**
 * The library API of dstbench: everything that a program may import. What the command line does is
 * a few calls of these; what is not exported here may change without notice.
 *
 * Re-implementations of routing layers in WebAssembly; no driver, NAPI, netfilter or interrupts;
 * not measurements of Linux.
 */
export {
  DEFAULT_DESIGNS,
  type Design,
  KERNELS,
  type Kernel,
  parseDesign,
} from "./image/designs.js";
export { KNOBS, type Knob, type KnobName, type KnobRow } from "./image/knobs.js";
export { InputError } from "./inputs/inputError.js";
export { loadRoutes } from "./inputs/loadRoutes.js";
export { parseRoutesOption, type RoutesOption } from "./inputs/parseRoutesOption.js";
export type { RoutingTable } from "./inputs/routingTable.js";
export { ipv4Packet, type PacketText } from "./library/ipv4Packet.js";
export {
  bootRouter,
  type Router,
  type RouterCounters,
  type RouterFate,
  type RouterOptions,
} from "./library/router.js";
export {
  type DeviceText,
  type NeighbourText,
  parseMac,
  type RouteText,
  type WorldText,
} from "./library/worldOf.js";
export type { AuditReport } from "./machine/audit.js";
export { CpuFailure } from "./machine/cpus.js";
export { analyseCell } from "./measure/analyse.js";
export type { CellAnalysis, CellFailure } from "./measure/analysis.js";
export { type CompareOptions, compare } from "./measure/compare.js";
export { JudgeError } from "./measure/judge.js";
export { UsageError } from "./reference/usageError.js";
export { jsonReport } from "./report/jsonReport.js";
export { terminalReport } from "./report/terminalReport.js";
export { parseResult } from "./result/parseResult.js";
export { type ResultDocument, resultJsonSchema } from "./result/resultDocument.js";
export { findWorkload, WORKLOADS, type Workload } from "./workloads/workload.js";
