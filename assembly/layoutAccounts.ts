/**
 * The layout of what accounts walk (`src/machine/accounts.ts`): where lists, counts and locks lie,
 * as exported constants, as in `layout.ts`.
 */
import { CpuHead } from "./arch/percpu";
import { G_COUNTERS, G_INET_PEER, G_NEIGH } from "./arch/superblock";
import { RCU_DATA_AT, RcuData, RcuHead } from "./kernel/callRcu";
import { TimerList } from "./kernel/timer";
import { COUNTERS } from "./lib/percpuCounter";
import { KmemCache, SlabPool } from "./mm/kmemCache";
import { DstGarbage } from "./net/core/dstGc";
import { Neighbour } from "./net/core/neighbour";
import { NeighTable } from "./net/core/neighbourTable";
import { SkBuff } from "./net/core/skbuff";
import { FIB_INFO_NH, FibInfo } from "./net/fib/fibInfo";
import { FibNh, FIB_NH_BYTES as NH_BYTES } from "./net/fib/fibNh";
import { RtHash } from "./net/ipv4/rtHash";

export { PCPU_RCU, PCPU_TIMERS, PCPU_UNCACHED } from "./arch/percpu";
export { G_DST, G_FIB_HASH_LOCK, G_RCU, G_RT_FLUSH, G_RT_HASH, G_RTNL } from "./arch/superblock";
export {
  RCU_FUNC_DST_DESTROY,
  RCU_FUNC_DST_DISPLACED,
  RCU_FUNC_FREE_FIB_INFO,
  RCU_FUNC_NEIGH_FREE,
} from "./kernel/callRcu";
export {
  ARMED_AT as TIMERS_ARMED,
  EXPIRING_AT as TIMERS_EXPIRING,
  PENDING_AT as TIMERS_PENDING,
} from "./kernel/timer";
export {
  KMEM_CACHE_HH,
  KMEM_CACHE_INET_PEER,
  KMEM_CACHE_NEIGHBOUR,
  KMEM_CACHE_RTABLE,
  KMEM_CACHE_SKB,
  KMEM_CACHE_SKB_LARGE,
} from "./mm/caches";
export { DST_RCU_HEAD_OFFSET } from "./net/core/dstOffsets";
export { NEIGHBOUR_RCU_OFFSET } from "./net/core/neighbour";
export { SENT_COUNT as SENT_COUNT_AT, SENT_HEAD as SENT_HEAD_AT } from "./net/core/neighbourSkb";
export { FIB_INFO_CLNTREF, FIB_INFO_RCU } from "./net/fib/fibInfo";
export {
  INET_PEER_BUCKETS,
  INET_PEERS,
  INET_PEERS_BUCKETS_AT,
  PEER_REFCNT,
} from "./net/ipv4/inetPeer";
export { RTABLE_PEER_OFFSET } from "./net/ipv4/rtable";
export { UNCACHED_HEAD } from "./net/ipv4/uncachedList";

export {
  TORTURE_ADDED,
  TORTURE_EXHAUSTED,
  TORTURE_PUBLISHED,
  TORTURE_READS,
  TORTURE_STALE,
  TORTURE_WORD,
} from "./workload/graceTorture";

export const ACCOUNT_COUNTERS: u32 = COUNTERS;
export const ACCOUNT_G_COUNTERS: usize = G_COUNTERS;
export const CPU_SOFTIRQ: usize = offsetof<CpuHead>("softirq");
export const CPU_RCU_NESTING: usize = offsetof<CpuHead>("rcuNesting");
export const CPU_BH_DISABLED: usize = offsetof<CpuHead>("bhDisabled");
export const SLAB_LEFT: usize = offsetof<KmemCache>("leftBytes");
export const SLAB_POOL_LOCK: usize = offsetof<SlabPool>("lock");
export const SLAB_POOL_BUMPED: usize = offsetof<SlabPool>("bumped");
export const SLAB_POOL_FREE_PAGES: usize = offsetof<SlabPool>("freePages");
export const SLAB_POOL_FREE_COUNT: usize = offsetof<SlabPool>("freeCount");
export const SLAB_POOL_PAGES_AT: usize = offsetof<SlabPool>("pagesAt");
export const SLAB_POOL_OWNERS_AT: usize = offsetof<SlabPool>("ownersAt");
/** Lists of a CPU and flavour lie behind its line of quiescent states. */
export const RCU_LISTS: usize = RCU_DATA_AT;
export const RCU_NEXT_HEAD: usize = offsetof<RcuData>("nextHead");
export const RCU_WAIT_HEAD: usize = offsetof<RcuData>("waitHead");
export const RCU_DONE_HEAD: usize = offsetof<RcuData>("doneHead");
export const RCU_QUEUED: usize = offsetof<RcuData>("queued");
export const RCU_HEAD_FUNC: usize = offsetof<RcuHead>("func");
export const TIMER_EXPIRES: usize = offsetof<TimerList>("expires");
export const TIMER_FUNC: usize = offsetof<TimerList>("func");
export const GARBAGE_LIST: usize = offsetof<DstGarbage>("list");
export const GARBAGE_MUTEX: usize = offsetof<DstGarbage>("mutex");
export const GARBAGE_BUSY: usize = offsetof<DstGarbage>("busy");
export const NEIGH_TABLE_LOCK: usize = G_NEIGH + offsetof<NeighTable>("lock");
export const NEIGH_LOCK: usize = offsetof<Neighbour>("lock");
export const NEIGH_QUEUE_HEAD: usize = offsetof<Neighbour>("queueHead");
export const NEIGH_QUEUE_TAIL: usize = offsetof<Neighbour>("queueTail");
export const NEIGH_QUEUE_BYTES: usize = offsetof<Neighbour>("queueBytes");
export const SKB_NEXT: usize = offsetof<SkBuff>("next");
export const SKB_REFDST: usize = offsetof<SkBuff>("refdst");
/** An skb that owns its frame keeps its bytes in the control block. */
export const SKB_TRUESIZE: usize = offsetof<SkBuff>("cb0");
export const FIB_INFO_NHS: usize = offsetof<FibInfo>("nhs");
export const FIB_INFO_NEXTHOPS: usize = FIB_INFO_NH;
export const FIB_NH_STRIDE: usize = NH_BYTES;
export const FIB_NH_DEV: usize = offsetof<FibNh>("dev");
export const RT_HASH_LOCKS_AT: usize = offsetof<RtHash>("locksAt");
export const RT_HASH_LOCK_MASK: usize = offsetof<RtHash>("lockMask");
export const PEER_LOCK: usize = G_INET_PEER;
