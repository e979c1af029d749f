/**
 * The layout of what the host shows (`trace`, `show`): offsets and sizes as exported constants, as
 * in `layout.ts`, for `src/machine/traceReader.ts`, `src/machine/kernelViews.ts` and
 * `src/machine/dstView.ts`.
 */
import { TraceEvent } from "./arch/trace";
import { KmemCache, KmemCacheCpu } from "./mm/kmemCache";
import { DST_METRICS_COPIED } from "./net/core/dstEntry";

export { PCPU_COUNTERS, PCPU_SLAB } from "./arch/percpu";
export { G_CLOCK, G_COUNTERS, G_SLAB, REGION_TRACE } from "./arch/superblock";
export { TRACE_CALL, TRACE_EVENT_BYTES, TRACE_HEAD_BYTES } from "./arch/trace";
export { KMEM_CACHES } from "./mm/caches";
export { PAGE_BYTES as SLAB_PAGE_BYTES, REMOTE_AT as SLAB_REMOTE } from "./mm/kmemCache";
export {
  VIEW_ERROR,
  VIEW_EXPIRES,
  VIEW_FLAGS,
  VIEW_HEADER_LEN,
  VIEW_HH,
  VIEW_KEY_IIF,
  VIEW_KEY_SRC,
  VIEW_KEY_TOS,
  VIEW_LASTUSE,
  VIEW_METRICS,
  VIEW_NONE,
  VIEW_OBSOLETE,
  VIEW_RT_DST,
  VIEW_RT_FLAGS,
  VIEW_RT_GATEWAY,
  VIEW_RT_IIF,
  VIEW_RT_SPEC_DST,
  VIEW_RT_SRC,
  VIEW_RT_TYPE,
  VIEW_USE,
} from "./net/core/dstViewOffsets";

export const TRACE_EVENT_WHERE: usize = offsetof<TraceEvent>("where");
export const TRACE_EVENT_WHAT: usize = offsetof<TraceEvent>("what");
export const TRACE_EVENT_JIFFIES: usize = offsetof<TraceEvent>("jiffies");
export const TRACE_EVENT_A: usize = offsetof<TraceEvent>("a");
export const TRACE_EVENT_B: usize = offsetof<TraceEvent>("b");
export const TRACE_EVENT_C: usize = offsetof<TraceEvent>("c");
/** Descriptors and per-CPU blocks of the slab caches lie this far apart, from the first on. */
export const SLAB_STRIDE: usize = 128;
export const SLAB_FIRST: usize = 128;
export const SLAB_OBJECT_BYTES: usize = offsetof<KmemCache>("objectBytes");
export const SLAB_STRIDE_BYTES: usize = offsetof<KmemCache>("strideBytes");
export const SLAB_LINK: usize = offsetof<KmemCache>("linkOffset");
export const SLAB_PER_PAGE: usize = offsetof<KmemCache>("perPage");
export const SLAB_CPU_HEAD: usize = offsetof<KmemCacheCpu>("head");
/** Each entry has a copy of its metrics (1), or points to an array (0). */
export const VIEW_METRICS_COPIED: u32 = DST_METRICS_COPIED ? 1 : 0;
export const SLAB_CPU_PAGES: usize = offsetof<KmemCacheCpu>("pages");
