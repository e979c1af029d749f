/**
 * `fn_hash`: the zones of a table. In the table part, behind its FibTable.
 *
 *   ╒═ 0 fn_zones[0] 8 ═╤═ 8 fn_zones[1] 8 ═╤═ … ═╤═ 256 fn_zones[32] 8 ═╤═ 264 fn_zone_list 8 ═╕
 *
 * 272 bytes, the kernel's: a pointer for each prefix length, none where no such prefix was ever
 * added, and the list of those that exist, longest first.
 * Invariant: the list holds exactly the zones that have a pointer, in the order of falling lengths.
 *
 * Shared, under `fib_hash_lock` (`fnHashLookup.ts`).
 */
import { plainLoad32, plainStore32 } from "../../arch/atomic";
import { FnZone } from "./fnZone";
import { FibTable, TABLE_DATA } from "./tablePart";

/** Zones of a table at most: lengths 0 to 32. */
export const FN_ZONES: u32 = 33;
const ZONE_LIST_AT: usize = (<usize>FN_ZONES) << 3;

@unmanaged
export class FnHash {
  private _zone0: u64;

  /** The zone of length `order`, or none. */
  @inline zone(order: u32): FnZone {
    return changetype<FnZone>(<usize>plainLoad32(changetype<usize>(this) + ((<usize>order) << 3)));
  }
  @inline setZone(order: u32, zone: FnZone): void {
    const at = changetype<usize>(this) + ((<usize>order) << 3);
    plainStore32(at, <u32>changetype<usize>(zone));
  }
  /** The zone of the longest prefixes, or none. */
  @inline get first(): FnZone {
    return changetype<FnZone>(<usize>plainLoad32(changetype<usize>(this) + ZONE_LIST_AT));
  }
  @inline set first(zone: FnZone) {
    plainStore32(changetype<usize>(this) + ZONE_LIST_AT, <u32>changetype<usize>(zone));
  }
}

/** The zones of `table`. */
export function fnHashOf(table: FibTable): FnHash {
  return changetype<FnHash>(changetype<usize>(table) + TABLE_DATA);
}
