// Entry of the tests of mm/: the layer, for the host to call.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export { noteDoing } from "../../../assembly/arch/trap";
export {
  KMEM_CACHE_FIB_ALIAS,
  KMEM_CACHE_NEIGHBOUR,
  KMEM_CACHE_RTABLE,
  KMEM_CACHE_TEST,
} from "../../../assembly/mm/caches";
export { kmemCacheAlloc, kmemCacheCreate, kmemCacheFree } from "../../../assembly/mm/slab";
export { slabSite } from "../../../assembly/mm/slabOwner";
export {
  kmemCacheDestroy,
  slabBitmapBytes,
  slabCacheIsValid,
  slabFreeOn,
  slabIndexOf,
  slabInUse,
  slabObjectAt,
  slabObjects,
  slabPagesLeft,
  slabPagesUsed,
  slabQuarantinedOn,
  slabRemoteOn,
} from "../../../assembly/mm/slabWalk";
