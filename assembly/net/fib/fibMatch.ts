/**
 * The semantic match: which route of a prefix answers a lookup, if any. Data plane (spec 4.4).
 */
import { SITE_TRIE_CORRUPT, trapAt } from "../../arch/trap";
import { listNextRcu } from "../../lib/listHead";
import { FibAlias } from "./fibAlias";
import { FibInfo, fibInfoAt, stateIsDead, stateScope } from "./fibInfo";
import { fibPropsError } from "./fibProps";
import { FibResult } from "./fibResult";
import { FA_S_ACCESSED, RTNH_F_DEAD } from "./rtnetlink";

/** No writer replaces a route so often while one lookup reads one list. */
const RESTARTS_MAX: u32 = 65_536;

/** First nexthop that lives and leads to `oif` (0: any), or -1. */
function selectNexthop(fi: FibInfo, oif: u32): i32 {
  const nhs = fi.nhs;
  for (let i: u32 = 0; i < nhs; i++) {
    const nh = fi.nh(i);
    if ((nh.flags & RTNH_F_DEAD) == 0 && (oif == 0 || oif == nh.oif)) return <i32>i;
  }
  return -1;
}

/**
 * Walks the alias list at `falh`. 0: `res` has type, scope, nexthop and fib_info; below 0: the
 * error of a route that says no; 1: nothing here, the search goes on.
 *
 * Departs from `check_leaf`, which goes on behind an alias whose fib_info is dead: such an alias
 * was unlinked before, and in a replacement the new one stands in its place, not behind it. So the
 * list is read again from its head; else a lookup beside a replacement could find neither route.
 * Each new start is another change that a writer made meanwhile; more than RESTARTS_MAX of them in
 * one lookup is a table that was let go (`fibDetachTables`) and is still asked, and traps.
 */
export function fibSemanticMatch(falh: usize, tos: u32, scope: u32, oif: u32, res: FibResult): i32 {
  let restarts: u32 = 0;
  for (let at = listNextRcu(falh); at != falh; at = listNextRcu(at)) {
    const fa = changetype<FibAlias>(at);
    if (fa.tos != 0 && <u32>fa.tos != tos) continue;
    const fi = fibInfoAt(fa.info);
    const state = fi.state;
    if (stateIsDead(state)) {
      if (++restarts > RESTARTS_MAX) trapAt(SITE_TRIE_CORRUPT);
      at = falh;
      continue;
    }
    if (stateScope(state) < scope) continue;
    // racy-ok: a bit that is only ever set; not stored again, so that a hot route's line stays
    // clean.
    if ((fa.state & FA_S_ACCESSED) == 0) fa.state = <u8>FA_S_ACCESSED;
    const error = fibPropsError(fa.type);
    if (error != 0) return error;
    if ((fi.flags & RTNH_F_DEAD) != 0) continue;
    const selected = selectNexthop(fi, oif);
    if (selected < 0) continue;
    res.nhSel = <u8>selected;
    res.type = fa.type;
    res.scope = <u8>stateScope(state);
    res.fi = <u32>changetype<usize>(fi);
    res.faHead = <u32>falh;
    return 0;
  }
  return 1;
}
