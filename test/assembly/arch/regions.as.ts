// Entry of the tests of arch/: what the layer offers, for the host to call.

export { atomicAdd32, atomicLoad16s, atomicStore16, smpMb } from "../../../assembly/arch/atomic";
export { attachCpuArea as attach, smpProcessorId } from "../../../assembly/arch/percpu";
export { bootAlloc, regionBase, regionBytes } from "../../../assembly/arch/regions";
export { cpuAreaOf, possibleCpus, superBlockAt } from "../../../assembly/arch/superblock";
export { trapAt } from "../../../assembly/arch/trap";
