/**
 * What the host does with fib_infos directly: making one by number for a bulk load, and letting go
 * of all routes at once when a machine ends whose table part is shared with others.
 */
import { superBlock } from "../../arch/superblock";
import { FibConfig } from "./fibConfig";
import { FibInfo, fibInfoAt, fibInfos } from "./fibInfo";
import { fibCreateInfo, fibReleaseInfo } from "./fibSemantics";
import { fibInfoCheck, fibTrieCheck, tablePoolCheck } from "./fibTrieCheck";
import { FIB_TRIE_STAT_BYTES, FibTrieStat } from "./fibTrieStat";
import { RT_TABLE_LOCAL, RT_TABLE_MAIN } from "./rtnetlink";
import { rtnlLock, rtnlUnlock } from "./rtnl";
import { FibTable, fibTableAt, tablePart } from "./tablePart";

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

/**
 * 0 if both tables, all fib_infos and the table part's pools are in order (`fibTrieCheck.ts`), else
 * the number of the first rule that is broken. `held`: treerefs of the host. While nobody forwards
 * and nothing waits for RCU; overwrites the request.
 */
export function fibTablesCheck(held: u32): u32 {
  rtnlLock();
  let broken = fibTrieCheck(changetype<FibTable>(fibTableAt(RT_TABLE_LOCAL)));
  if (broken == 0) broken = fibTrieCheck(changetype<FibTable>(fibTableAt(RT_TABLE_MAIN)));
  if (broken == 0) broken = fibInfoCheck(held, 0);
  if (broken == 0) {
    const scratch: usize = superBlock().requestAt;
    const main = scratch + ((FIB_TRIE_STAT_BYTES + 7) & ~7);
    broken = tablePoolCheck(changetype<FibTrieStat>(scratch), changetype<FibTrieStat>(main));
  }
  rtnlUnlock();
  return broken;
}

/** Bytes of the table region that pools have taken. */
export function tablePartBytes(): u32 {
  return tablePart().nextPageAt - superBlock().tableAt;
}
