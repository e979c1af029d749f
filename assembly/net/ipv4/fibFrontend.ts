/**
 * Route changes from the control plane: what `ip route add|replace|del` comes down to. The request
 * is a `fib_config` that the host wrote at `requestAt`; each change is made under RTNL and makes
 * cached routes stale as the table says (spec §3.7).
 */
import { superBlock } from "../../arch/superblock";
import { ENETDOWN, ENODEV } from "../../errno";
import { IFF_UP, NetDevice } from "../core/netDevice";
import { FibConfig, nhConfigOf } from "../fib/fibConfig";
import { fibTableDelete, fibTableFlush, fibTableInsert } from "../fib/fibTable";
import { RT_SCOPE_NOWHERE, RT_TABLE_LOCAL, RT_TABLE_MAIN } from "../fib/rtnetlink";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { fibTableAt } from "../fib/tablePart";

/**
 * 0 if every nexthop of the request may be used: -ENODEV without a device, -ENETDOWN where it is
 * down, unless the route is to an own address. Follows the device part of `fib_check_nh`.
 */
function checkNexthops(cfg: FibConfig): i32 {
  for (let i: u32 = 0; i < cfg.nhs; i++) {
    const nh = nhConfigOf(cfg, i);
    if (nh.dev == 0) return -ENODEV;
    const up = changetype<NetDevice>(<usize>nh.dev).flags & IFF_UP;
    if (up == 0 && nh.scope != RT_SCOPE_NOWHERE) return -ENETDOWN;
  }
  return 0;
}

/** Adds or replaces the requested route in table `id` (its nlflags say which). 0 or negative.
 * Follows `inet_rtm_newroute`. */
export function routeNew(id: u32): i32 {
  rtnlLock();
  const cfg = changetype<FibConfig>(<usize>superBlock().requestAt);
  let result = checkNexthops(cfg);
  if (result == 0) result = fibTableInsert(fibTableAt(id), cfg);
  rtnlUnlock();
  return result;
}

/** Deletes the requested route from table `id`. 0 or negative. Follows `inet_rtm_delroute`. */
export function routeDelete(id: u32): i32 {
  rtnlLock();
  const cfg = changetype<FibConfig>(<usize>superBlock().requestAt);
  const result = fibTableDelete(fibTableAt(id), cfg);
  rtnlUnlock();
  return result;
}

/** Removes dead routes of both tables; RTNL is held. Returns how many. Follows `fib_flush`. */
export function fibFlush(): u32 {
  return fibTableFlush(fibTableAt(RT_TABLE_LOCAL)) + fibTableFlush(fibTableAt(RT_TABLE_MAIN));
}
