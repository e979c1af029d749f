/**
 * `fib_alias`: one route, that is a prefix's use of a fib_info for one TOS. In the table part.
 *
 *   ╒═ 0 list 16 ═╤═ 16 fa_info 8 ═╤═ 24 tos │ type │ state ═╤═ 32 rcu 16 ═╤═ 48 … 55 ═╕
 *
 * 48 bytes by its fields; 56 here, as leaves and leaf_infos, the next step of a cache with debug
 * words (estimated). `info` is the fib_info's number: the table part has no pointer to the design
 * part.
 *
 * List order: tos descending, then priority ascending (spec 4.4). Published by the list; plain
 * fields are complete before. `state` is racy-ok: any lookup sets a bit in it, nobody clears it.
 */
@unmanaged
export class FibAlias {
  private _list0: u64;
  private _list1: u64;
  /** Number of the fib_info. */
  info: u32;
  private _infoHigh: u32;
  tos: u8;
  type: u8;
  state: u8;
  private _pad: u8;
  private _pad1: u32;
  private _rcu0: u64;
  private _rcu1: u64;
  private _pad2: u64;

  @inline get rcuHead(): usize {
    return changetype<usize>(this) + offsetof<FibAlias>("_rcu0");
  }
}

/** Offset of `rcuHead`, for its callback. */
export const FIB_ALIAS_RCU: usize = 32;

if (offsetof<FibAlias>() != 56) ERROR("FibAlias is 56 bytes");
if (offsetof<FibAlias>("_rcu0") != FIB_ALIAS_RCU) ERROR("FIB_ALIAS_RCU is stale");
