// Entry of the tests of mm/: the layer, for the host to call.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export {
  KMEM_CACHE_FIB_ALIAS,
  KMEM_CACHE_NEIGHBOUR,
  KMEM_CACHE_RTABLE,
  KMEM_CACHE_TEST,
} from "../../../assembly/mm/caches";
export { kmemCacheAlloc, kmemCacheCreate, kmemCacheFree } from "../../../assembly/mm/slab";
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
  slabRemoteOn,
} from "../../../assembly/mm/slabWalk";
