/**
 * What the host does with fib_infos directly: making one by number for a bulk load, and letting go
 * of all routes at once when a machine ends whose table part is shared with others; and what it
 * asks of a table.
 */
import { superBlock } from "../../arch/superblock";
import { fibInfoCheck, fibInfoRefsClear } from "./fibCheck";
import { FibConfig } from "./fibConfig";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { fibCreateInfo, fibReleaseInfo } from "./fibSemantics";
import {
  fibTableAt,
  fibTableCheck,
  fibTableCountRefs,
  fibTablePoolCheck,
  fibTableStat,
} from "./fibTable";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { rtnlLock, rtnlUnlock } from "./rtnl";
import { tablePart } from "./tablePart";

/**
 * Number of the fib_info for the request at `requestAt`, with one treeref for the host; 0: none.
 */
export function fibCreateInfoRequest(): u32 {
  rtnlLock();
  const at = fibCreateInfo(changetype<FibConfig>(<usize>superBlock().requestAt));
  rtnlUnlock();
  return at == 0 ? 0 : changetype<FibInfo>(at).index;
}

/**
 * Drops every treeref of every fib_info, as if all routes were deleted, without touching the table
 * part. After it the machine must not look anything up. Returns how many fib_infos died.
 */
export function fibDetachTables(): u32 {
  rtnlLock();
  let died: u32 = 0;
  for (let index: u32 = 1; index < fibInfos().nextIndex; index++) {
    const fi = fibInfoAt(index);
    if (fi.treeref == 0) continue;
    fi.treeref = 1;
    fibReleaseInfo(fi);
    died++;
  }
  rtnlUnlock();
  return died;
}

/** Gives back the host's own treeref of fib_info `index`. */
export function fibReleaseInfoNumber(index: u32): void {
  rtnlLock();
  fibReleaseInfo(fibInfoAt(index));
  rtnlUnlock();
}

/** Nexthops of living fib_infos that lead through the device at `dev`: each holds one reference. */
export function fibInfosOfDevice(dev: u32): u32 {
  let found: u32 = 0;
  for (let index: u32 = 1; index < fibInfos().nextIndex; index++) {
    const fi = fibInfoAt(index);
    if (fi.treeref == 0) continue;
    for (let i: u32 = 0; i < fi.nhs; i++) {
      if (fi.nh(i).dev == dev) found++;
    }
  }
  return found;
}

/** `fibTablesCheck` with RTNL held; `waiting`: numbers of fib_infos that wait for RCU. */
export function fibCheckAll(held: u32, waiting: u32, scratch: usize): u32 {
  const local = fibTableAt(RT_TABLE_LOCAL);
  const main = fibTableAt(RT_TABLE_MAIN);
  let broken = fibTableCheck(local);
  if (broken == 0) broken = fibTableCheck(main);
  if (broken != 0) return broken;
  fibInfoRefsClear();
  fibTableCountRefs(local);
  fibTableCountRefs(main);
  broken = fibInfoCheck(held, waiting);
  return broken == 0 ? fibTablePoolCheck(scratch) : broken;
}

/**
 * 0 if both tables, all fib_infos and the table part's pools are in order, else the number of the
 * first rule that is broken (`fibCheck.ts`). `held`: treerefs of the host. While nobody forwards
 * and nothing waits for RCU; overwrites the request.
 */
export function fibTablesCheck(held: u32): u32 {
  rtnlLock();
  const broken = fibCheckAll(held, 0, superBlock().requestAt);
  rtnlUnlock();
  return broken;
}

/**
 * Writes the figures of table `id` over the request: a FibTrieStat (`fibTrieStat.ts`) or a
 * FnHashStat (`fnHashStat.ts`), by the kind of FIB.
 */
export function fibStatRequest(id: u32): void {
  rtnlLock();
  fibTableStat(fibTableAt(id), superBlock().requestAt);
  rtnlUnlock();
}

/** Bytes of the table region that pools have taken. */
export function tablePartBytes(): u32 {
  return tablePart().nextPageAt - superBlock().tableAt;
}
