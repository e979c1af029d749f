/**
 * Route changes from the control plane: what `ip route add|replace|del` comes down to. The request
 * is a `fib_config` that the host wrote at `requestAt`; each change is made under RTNL and makes
 * cached routes stale as the table says (spec §3.7).
 */
import { superBlock } from "../../arch/superblock";
import { FibConfig } from "../fib/fibConfig";
import { fibTableDelete, fibTableFlush, fibTableInsert } from "../fib/fibTable";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "../fib/rtnetlink";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { fibTableAt } from "../fib/tablePart";

/** Adds or replaces the requested route in table `id` (its nlflags say which). 0 or negative.
 * Follows `inet_rtm_newroute`. */
export function routeNew(id: u32): i32 {
  rtnlLock();
  const cfg = changetype<FibConfig>(<usize>superBlock().requestAt);
  const result = fibTableInsert(fibTableAt(id), cfg);
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
