/**
 * What the host may call: a pinned list of exports (`test/build/golden/exports.txt`), in groups:
 * life of a machine, the measured loops, the control plane, walkers for the audit. Offsets are in
 * `layout.ts`.
 */
export { attachCpuArea as attach } from "./arch/percpu";
export { trapAt } from "./arch/trap";
export { boot, bootTables } from "./boot";
export { clockAdvance, jiffies } from "./kernel/jiffies";
export {
  rcuBacklog,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuQuiescent,
  synchronizeRcu,
} from "./kernel/rcu";
export { runDeferred } from "./kernel/workqueue";
export * from "./layout";
export * from "./layoutAccounts";
export * from "./layoutViews";
export {
  slabBitmapBytes,
  slabCacheIsValid,
  slabInUse,
  slabObjects,
  slabPagesLeft,
  slabPagesUsed,
} from "./mm/slabWalk";
export { dstAlloc, dstFree, dstHold, dstRelease } from "./net/core/dst";
export { dstEntriesOf } from "./net/core/dstEntries";
export { dstBusyHeadAt, dstGarbageHeadAt, dstGcTask } from "./net/core/dstGc";
export { neighPeriodicWork } from "./net/core/neighbourGc";
export { skbFreeSent } from "./net/core/neighbourSkb";
export { neighBuckets, neighEntries, neighNext } from "./net/core/neighbourTable";
export {
  blackholeNetdev,
  devHold,
  devPut,
  netdevRefcntRead,
  registerNetdevice,
} from "./net/core/netDevice";
export {
  fibCreateInfoRequest,
  fibDetachTables,
  fibInfosOfDevice,
  fibReleaseInfoNumber,
  fibStatRequest,
  fibTablesCheck,
  tablePartBytes,
} from "./net/fib/fibHost";
export { fibAdoptTables, fibLoadRoutes } from "./net/fib/fibTable";
export { rtCacheFlush, rtGenid } from "./net/fib/rtGenid";
export { neighAddPermanent, neighDelete, neighPurge } from "./net/ipv4/arpHost";
export { devClose, devOpen, unregisterNetdevice } from "./net/ipv4/devinet";
export { routeDelete, routeNew } from "./net/ipv4/fibFrontend";
export { netdevRunTodo, netdevWaitStep } from "./net/ipv4/netdevWait";
export { slotRouteOf } from "./net/ipv4/nexthopCache";
export { rtChainOf } from "./net/ipv4/rtHash";
export { uncachedMembers } from "./net/ipv4/uncachedList";
export { controlPackets } from "./workload/control";
export { controlLoop, controlRestore } from "./workload/controlLoop";
export { gateArrive, gateEnter } from "./workload/gate";
export { forwardPackets, nullPackets, receiveFrame, sendPackets } from "./workload/loops";
export { torturePackets } from "./workload/tortureLoop";
