// Entry of the test of delay points.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export { delayPoint } from "../../../assembly/lib/delayPoint";
