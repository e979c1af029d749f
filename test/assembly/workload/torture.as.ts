// Entry of the tests of probes and delay points: what they are made of, for the host to call.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export { rcuCpuOffline, rcuCpuOnline, rcuQuiescent } from "../../../assembly/kernel/rcu";
export * from "../../../assembly/workload/graceTorture";
