/**
 * RCU callbacks: what the kernel passes to `call_rcu` as a function pointer is a small id here, and
 * this switch is the one place that turns it into a call. One line a case.
 */
import { atomicAdd32 } from "../arch/atomic";
import { SITE_CALL_ID, trapAt } from "../arch/trap";
import { dstDestroyRcu, dstDisplacedRcu } from "../net/core/dst";
import { neighFreeRcu } from "../net/core/neighbourTable";
import { freeFibInfoRcu } from "../net/fib/fibSemantics";
import { freeAliasRcu, freeLeafInfoRcu, freeLeafRcu, freeTnodeRcu } from "../net/fib/trieFree";

/** Never valid: catches a head that was not initialised. */
export const RCU_FUNC_NONE: u32 = 0;
/** Counts itself in the word behind the head; what tests of RCU queue. */
export const RCU_FUNC_COUNT: u32 = 1;
/** Objects of the tables, and fib_info. */
export const RCU_FUNC_FREE_FIB_INFO: u32 = 2;
export const RCU_FUNC_FREE_LEAF: u32 = 3;
export const RCU_FUNC_FREE_LEAF_INFO: u32 = 4;
export const RCU_FUNC_FREE_ALIAS: u32 = 5;
export const RCU_FUNC_FREE_TNODE: u32 = 6;
/** The last counted release of a dst, where frees wait for a grace period. */
export const RCU_FUNC_DST_DESTROY: u32 = 7;
/** A dst that lost its slot. */
export const RCU_FUNC_DST_DISPLACED: u32 = 8;
/** A neighbour that left its table. */
export const RCU_FUNC_NEIGH_FREE: u32 = 9;

/** Runs callback `func` for the `rcu_head` at `head`. */
export function rcuInvoke(func: u32, head: usize): void {
  switch (func) {
    case RCU_FUNC_COUNT:
      atomicAdd32(head + 16, 1);
      return;
    case RCU_FUNC_FREE_FIB_INFO:
      freeFibInfoRcu(head);
      return;
    case RCU_FUNC_FREE_LEAF:
      freeLeafRcu(head);
      return;
    case RCU_FUNC_FREE_LEAF_INFO:
      freeLeafInfoRcu(head);
      return;
    case RCU_FUNC_FREE_ALIAS:
      freeAliasRcu(head);
      return;
    case RCU_FUNC_FREE_TNODE:
      freeTnodeRcu(head);
      return;
    case RCU_FUNC_DST_DESTROY:
      dstDestroyRcu(head);
      return;
    case RCU_FUNC_DST_DISPLACED:
      dstDisplacedRcu(head);
      return;
    case RCU_FUNC_NEIGH_FREE:
      neighFreeRcu(head);
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}
