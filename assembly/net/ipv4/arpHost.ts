/**
 * The neighbour table from outside: what `ip neigh` does, and what the host's walkers need.
 *
 * Caller: the control-plane CPU, or the host while no CPU runs.
 */
import { EEXIST, ENOENT } from "../../errno";
import { spinLockBh, spinUnlockBh } from "../../kernel/softirq";
import { Neighbour, NUD_FAILED, NUD_PERMANENT } from "../core/neighbour";
import { neighPurgeQueue } from "../core/neighbourQueue";
import { NEIGH_UPDATE_F_ADMIN, NEIGH_UPDATE_F_OVERRIDE, neighUpdate } from "../core/neighbourState";
import {
  neighCreate,
  neighIsError,
  neighLookup,
  neighNext,
  neighRelease,
} from "../core/neighbourTable";

/**
 * Makes the entry of (dev, key) PERMANENT with this address; one that is being resolved becomes
 * so, and what waited for it is sent. 0, -EEXIST if it is PERMANENT already, or -ENOBUFS. Follows
 * `neigh_add`.
 */
export function neighAddPermanent(dev: usize, key: u32, macLow: u32, macHigh: u32): i32 {
  const at = neighCreate(dev, key, true);
  if (neighIsError(at)) return <i32>at;
  const n = changetype<Neighbour>(at);
  let error: i32 = -EEXIST;
  if (!(n.nudState & NUD_PERMANENT)) {
    const mac = ((<u64>macHigh) << 32) | <u64>macLow;
    const flags = NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE;
    error = neighUpdate(n, mac, true, NUD_PERMANENT, flags);
  }
  neighRelease(n);
  return error;
}

/** Makes the entry of (dev, key) fail, whatever it is; the next collection takes it. 0 or -ENOENT.
 * Follows `neigh_delete` of 3.10. */
export function neighDelete(dev: usize, key: u32): i32 {
  const at = neighLookup(dev, key);
  if (!at) return -ENOENT;
  const n = changetype<Neighbour>(at);
  const flags = NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE;
  const error = neighUpdate(n, 0, false, NUD_FAILED, flags);
  neighRelease(n);
  return error;
}

/** Drops every packet that waits for a neighbour: for the audit, at the end. Returns how many. */
export function neighPurge(): u32 {
  let purged: u32 = 0;
  for (let at = neighNext(0); at != 0; at = neighNext(at)) {
    const n = changetype<Neighbour>(at);
    spinLockBh(n.lockAt);
    purged += neighPurgeQueue(n);
    spinUnlockBh(n.lockAt);
  }
  return purged;
}
