/**
 * The layout, for the host: offsets and sizes as exported constants, so that there is one truth for
 * both languages. They become immutable globals of the image; `src/machine/layout.ts` reads them.
 */
import { CpuHead } from "./arch/percpu";
import { G_FIB, G_GENID, G_RT_HASH, SB_REGIONS, SuperBlock } from "./arch/superblock";
import { CpuRings } from "./net/core/devXmit";
import { DST_OPS_AT, DstOps } from "./net/core/dstOps";
import { HhCache } from "./net/core/hhCache";
import { Neighbour } from "./net/core/neighbour";
import { NetDevice } from "./net/core/netDevice";
import { FibInfo, FibInfos } from "./net/fib/fibInfo";
import { FibTrieStat } from "./net/fib/fibTrieStat";
import { FnHashStat } from "./net/fib/fnHashStat";
import { RT_SYSCTL_AT, RtHash, RtSysctl } from "./net/ipv4/rtHash";
import { BurstLatency } from "./workload/burstLatency";
import { SideLoad } from "./workload/controlLoop";
import { FRAME_BYTES } from "./workload/rxRing";

export { COSTS } from "./arch/costs";
export {
  PCPU_BYTES,
  PCPU_COSTS,
  PCPU_DEV_REFCNT,
  PCPU_DEV_STATS,
  PCPU_MIB,
  PCPU_NEIGH,
  PCPU_RINGS,
  PCPU_RT_STAT,
} from "./arch/percpu";
export {
  ABI_VERSION,
  G_NETDEV,
  G_UNCACHED,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
} from "./arch/superblock";
export { HISTOGRAM_BUCKETS, HISTOGRAM_SUB_BITS } from "./lib/histogram";
export { TX_RING_ENTRIES } from "./net/core/devXmit";
export {
  DST_DEV_OFFSET,
  DST_FLAGS_OFFSET,
  DST_HH_OFFSET,
  DST_NEIGHBOUR_OFFSET,
  DST_NEXT_OFFSET,
  DST_OBSOLETE_OFFSET,
  DST_REFCNT_OFFSET,
} from "./net/core/dstOffsets";
export { MIB_ARP_SENT, MIB_COUNTERS, MIB_DROPS, MIB_PARKED, MIB_UNPARKED } from "./net/core/mib";
export { NEIGHBOUR_BYTES } from "./net/core/neighbour";
export { NEIGH_STATS } from "./net/core/neighbourStat";
export { NET_DEVICE_BYTES } from "./net/core/netDevice";
export { SK_BUFF_BYTES } from "./net/core/skbuff";
export { FN_STAT_CHAINS, FN_STAT_ZONE, FN_STAT_ZONES } from "./net/fib/fnHashStat";
export { LEAF_INFO_BYTES } from "./net/fib/leafInfo";
export { LEAF_BYTES, TNODE_CHILDREN } from "./net/fib/trieNode";
export {
  RTABLE_BYTES,
  RTABLE_GENID_OFFSET,
  RTABLE_IS_INPUT_OFFSET,
  RTABLE_UNCACHED_OFFSET,
} from "./net/ipv4/rtable";
export { RT_STATS } from "./net/ipv4/rtStat";
export { BURST_LATENCY_BYTES, LATENCY_HISTOGRAM } from "./workload/burstLatency";
export {
  SIDE_CONFIG_AT,
  SIDE_COUNTS,
  SIDE_DEV_CLOSE,
  SIDE_DEV_OPEN,
  SIDE_LOAD_BYTES,
  SIDE_NEIGH_ADD,
  SIDE_NEIGH_DELETE,
  SIDE_RECORD_BYTES,
  SIDE_ROUTE_DELETE,
  SIDE_ROUTE_NEW,
  SIDE_WHOLE,
} from "./workload/controlLoop";
export { BURST, FRAME_TEMPLATE, TEMPLATE_BYTES } from "./workload/rxRing";

export const RX_FRAME_BYTES: usize = FRAME_BYTES;
export const CPU_SUPERBLOCK: usize = offsetof<CpuHead>("superblock");
export const CPU_FAULT_SITE: usize = offsetof<CpuHead>("faultSite");
export const CPU_PHASE: usize = offsetof<CpuHead>("phase");
export const SB_REGION_TABLE: usize = SB_REGIONS;
export const SB_ABI_VERSION: usize = offsetof<SuperBlock>("abiVersion");
export const SB_CPUS: usize = offsetof<SuperBlock>("cpus");
export const SB_CPU_AREAS_AT: usize = offsetof<SuperBlock>("cpuAreasAt");
export const SB_CPU_AREA_STRIDE: usize = offsetof<SuperBlock>("cpuAreaStride");
export const SB_SPIN_LIMIT: usize = offsetof<SuperBlock>("spinLimit");
export const SB_SLEEP_LIMIT: usize = offsetof<SuperBlock>("sleepLimit");
export const SB_HZ: usize = offsetof<SuperBlock>("hz");
export const SB_PACKETS_PER_TICK: usize = offsetof<SuperBlock>("packetsPerTick");
export const SB_SEED: usize = offsetof<SuperBlock>("seed");
export const SB_FIB_TABLES: usize = offsetof<SuperBlock>("fibTables");
export const SB_RCU_BLIMIT: usize = offsetof<SuperBlock>("rcuBlimit");
export const SB_RCU_QHIMARK: usize = offsetof<SuperBlock>("rcuQhimark");
export const SB_RCU_QLOWMARK: usize = offsetof<SuperBlock>("rcuQlowmark");
export const SB_TABLE_AT: usize = offsetof<SuperBlock>("tableAt");
export const SB_TABLE_BYTES: usize = offsetof<SuperBlock>("tableBytes");
export const SB_BOOT_NEXT_AT: usize = offsetof<SuperBlock>("bootNextAt");
export const SB_TEMPLATES_AT: usize = offsetof<SuperBlock>("templatesAt");
export const SB_NEIGHBOURS: usize = offsetof<SuperBlock>("neighbours");
export const SB_FIB_INFOS: usize = offsetof<SuperBlock>("fibInfos");
export const SB_FLOOR_FIB_INFO: usize = offsetof<SuperBlock>("floorFibInfo");
export const SB_NEIGH_GC_THRESH1: usize = offsetof<SuperBlock>("neighGcThresh1");
export const SB_NEIGH_GC_THRESH2: usize = offsetof<SuperBlock>("neighGcThresh2");
export const SB_NEIGH_GC_THRESH3: usize = offsetof<SuperBlock>("neighGcThresh3");
export const SB_REQUEST_AT: usize = offsetof<SuperBlock>("requestAt");
export const SB_BUSTED: usize = offsetof<SuperBlock>("busted");
export const SB_REQUEST_BYTES: usize = offsetof<SuperBlock>("requestBytes");
export const RINGS_FLOWS_AT: usize = offsetof<CpuRings>("flowsAt");
export const RINGS_FLOWS: usize = offsetof<CpuRings>("flows");
export const RINGS_FLOW_NEXT: usize = offsetof<CpuRings>("flowNext");
export const RINGS_SKBS_AT: usize = offsetof<CpuRings>("skbsAt");
export const RINGS_FRAMES_AT: usize = offsetof<CpuRings>("framesAt");
export const RINGS_TX_AT: usize = offsetof<CpuRings>("txAt");
export const RINGS_TX_SENT: usize = offsetof<CpuRings>("txSent");
export const RINGS_DEFERRED_RUN: usize = offsetof<CpuRings>("deferredRun");
export const RINGS_CALLBACKS_RUN: usize = offsetof<CpuRings>("callbacksRun");
export const RINGS_RX_SLOT: usize = offsetof<CpuRings>("rxSlot");
export const RINGS_RX_DEVICES: usize = offsetof<CpuRings>("rxDevices");
export const RINGS_LATENCY_AT: usize = offsetof<CpuRings>("latencyAt");
export const LATENCY_PERIOD_NS: usize = offsetof<BurstLatency>("periodNs");
export const LATENCY_GOAL_NS: usize = offsetof<BurstLatency>("goalNs");
export const LATENCY_GIVE_UP_NS: usize = offsetof<BurstLatency>("giveUpNs");
export const LATENCY_MAX_NS: usize = offsetof<BurstLatency>("maxNs");
export const LATENCY_SUM_NS: usize = offsetof<BurstLatency>("sumNs");
export const LATENCY_IS_ON: usize = offsetof<BurstLatency>("isOn");
export const LATENCY_BURSTS: usize = offsetof<BurstLatency>("bursts");
export const LATENCY_LATE: usize = offsetof<BurstLatency>("late");
export const LATENCY_UNRUN: usize = offsetof<BurstLatency>("unrun");
export const NEIGH_STATE: usize = offsetof<Neighbour>("_nudState");
export const NEIGH_REFCNT: usize = offsetof<Neighbour>("_refcnt");
export const NEIGH_TIMER: usize = offsetof<Neighbour>("_timer");
export const NEIGH_QUEUE_LEN: usize = offsetof<Neighbour>("queueLen");
export const NEIGH_DEV: usize = offsetof<Neighbour>("dev");
export const NEIGH_KEY: usize = offsetof<Neighbour>("primaryKey");
export const DEV_REG_STATE: usize = offsetof<NetDevice>("regState");
export const DEV_WAIT_SINCE: usize = offsetof<NetDevice>("waitSince");
export const DEV_WAIT_WAKE_AT: usize = offsetof<NetDevice>("waitWakeAt");
export const DEV_WAIT_LOOKS: usize = offsetof<NetDevice>("waitLooks");
export const DEV_WAIT_RESENT: usize = offsetof<NetDevice>("waitResent");
export const DEV_WAIT_WARNINGS: usize = offsetof<NetDevice>("waitWarnings");
export const DEV_WAIT_COUNT: usize = offsetof<NetDevice>("waitCount");
export const NEIGH_HH: usize = offsetof<Neighbour>("hh");
export const HH_REFCNT: usize = offsetof<HhCache>("_refcnt");
export const HH_OUTPUT: usize = offsetof<HhCache>("_output");
export const DEV_MAC_LOW: usize = offsetof<NetDevice>("macLow");
export const DEV_MAC_HIGH: usize = offsetof<NetDevice>("macHigh");
export const DEV_PRIMARY_ADDRESS: usize = offsetof<NetDevice>("primaryAddress");
export const FIB_INFOS_AT: usize = G_FIB + offsetof<FibInfos>("infosAt");
export const FIB_INFOS_STRIDE: usize = G_FIB + offsetof<FibInfos>("stride");
export const FIB_INFOS_NEXT: usize = G_FIB + offsetof<FibInfos>("nextIndex");
export const FIB_INFO_TREEREF: usize = offsetof<FibInfo>("treeref");
export const TRIE_STAT_LEAVES: usize = offsetof<FibTrieStat>("leaves");
export const TRIE_STAT_PREFIXES: usize = offsetof<FibTrieStat>("prefixes");
export const TRIE_STAT_ALIASES: usize = offsetof<FibTrieStat>("aliases");
export const TRIE_STAT_TOTAL_DEPTH: usize = offsetof<FibTrieStat>("totalDepth");
export const TRIE_STAT_MAX_DEPTH: usize = offsetof<FibTrieStat>("maxDepth");
export const TRIE_STAT_TNODES: usize = offsetof<FibTrieStat>("tnodes");
export const TRIE_STAT_POINTERS: usize = offsetof<FibTrieStat>("pointers");
export const TRIE_STAT_NULL_POINTERS: usize = offsetof<FibTrieStat>("nullPointers");
export const TRIE_STAT_BYTES: usize = offsetof<FibTrieStat>("bytes");
export const TRIE_STAT_OF_BITS: usize = offsetof<FibTrieStat>();
export const HASH_STAT_ZONES: usize = offsetof<FnHashStat>("zones");
export const HASH_STAT_NODES: usize = offsetof<FnHashStat>("nodes");
export const HASH_STAT_ALIASES: usize = offsetof<FnHashStat>("aliases");
export const HASH_STAT_BYTES: usize = offsetof<FnHashStat>("bytes");
export const DEV_IP_ENABLED: usize = offsetof<NetDevice>("_ipEnabled");
export const DEV_FORWARDING: usize = offsetof<NetDevice>("_forwarding");
export const SIDE_RECORDS: usize = offsetof<SideLoad>("records");
export const SIDE_RATE: usize = offsetof<SideLoad>("rate");
export const SIDE_NEXT: usize = offsetof<SideLoad>("next");
export const SIDE_DONE: usize = offsetof<SideLoad>("done");
export const SIDE_TICKS: usize = offsetof<SideLoad>("ticks");
export const SIDE_REFUSED: usize = offsetof<SideLoad>("refused");
export const SIDE_FIRST_ERROR: usize = offsetof<SideLoad>("firstError");
export const SB_RHASH_ENTRIES: usize = offsetof<SuperBlock>("rhashEntries");
export const RT_HASH_BUCKETS_AT: usize = G_RT_HASH + offsetof<RtHash>("bucketsAt");
export const RT_HASH_LOG: usize = G_RT_HASH + offsetof<RtHash>("log");
export const RT_HASH_RESEEDS: usize = G_RT_HASH + offsetof<RtHash>("reseeds");
export const RT_HASH_REBUILDS: usize = G_RT_HASH + offsetof<RtHash>("rebuilds");
export const RT_HASH_CHAIN_LENGTH_MAX: usize = G_RT_HASH + offsetof<RtHash>("chainLengthMax");
export const RT_GC_THRESH: usize = DST_OPS_AT + offsetof<DstOps>("gcThresh");
export const RT_MAX_SIZE: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("maxSize");
export const RT_GC_TIMEOUT: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("gcTimeout");
export const RT_GC_INTERVAL: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("gcInterval");
export const RT_GC_MIN_INTERVAL: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("gcMinInterval");
export const RT_GC_ELASTICITY: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("gcElasticity");
export const RT_SECRET_INTERVAL: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("secretInterval");
export const RT_MIN_DELAY: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("minDelay");
export const RT_MAX_DELAY: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("maxDelay");
export const RT_REDIRECT_NUMBER: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("redirectNumber");
export const RT_REDIRECT_LOAD: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("redirectLoad");
export const RT_REDIRECT_SILENCE: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("redirectSilence");
export const RT_ERROR_COST: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("errorCost");
export const RT_ERROR_BURST: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("errorBurst");
export const RT_MTU_EXPIRES: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("mtuExpires");
export const RT_MIN_PMTU: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("minPmtu");
export const RT_MIN_ADVMSS: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("minAdvmss");
export const RT_REBUILD_COUNT: usize = RT_SYSCTL_AT + offsetof<RtSysctl>("rebuildCount");
export const RT_GENID_AT: usize = G_GENID;
