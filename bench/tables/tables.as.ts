// A whole image with the loop of the tables' bench.

import { plainLoad32 } from "../../assembly/arch/atomic";
import { FibInfo, fibInfos } from "../../assembly/net/fib/fibInfo";
import { thisFibResult } from "../../assembly/net/fib/fibResult";
import { fibTableAt, fibTableLookup } from "../../assembly/net/fib/fibTable";
import { RT_SCOPE_UNIVERSE, RT_TABLE_MAIN } from "../../assembly/net/fib/rtnetlink";

export * from "../../assembly/index";

/** Address of table main: where a reader of the same bytes begins. */
export function mainTable(): usize {
  return fibTableAt(RT_TABLE_MAIN);
}

/**
 * Looks `count` keys up in main, from number `from` of a list of `mask` + 1 that begins anew.
 * Returns the sum of the answers: number of the fib_info, and the prefix length << 16; 0: no route.
 */
export function lookupKeys(keysAt: usize, mask: u32, from: u32, count: u32): u32 {
  const res = thisFibResult();
  const main = <u32>fibTableAt(RT_TABLE_MAIN);
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const key = plainLoad32(keysAt + ((<usize>((from + i) & mask)) << 2));
    res.table = main;
    if (fibTableLookup(key, 0, RT_SCOPE_UNIVERSE, 0, res) != 0) continue;
    sum += changetype<FibInfo>(res.fi).index + ((<u32>res.prefixlen) << 16);
  }
  return sum;
}

/** Address of the array of fib_infos. */
export function infosAt(): usize {
  return fibInfos().infosAt;
}

/** Bytes from one fib_info to the next. */
export function infoStride(): u32 {
  return fibInfos().stride;
}
