/**
 * What the host may call: a pinned list of exports (`test/build/golden/exports.txt`).
 */
export { attachCpuArea as attach } from "./arch/percpu";
