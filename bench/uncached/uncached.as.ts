// Loops of the bench of the uncached list: an rtable put on it and taken off again, on a list that
// has other members. Returns the pairs in which the entry was on a list.

import { atomicLoad32, atomicStore32 } from "../../assembly/arch/atomic";
import { bootAlloc } from "../../assembly/arch/regions";
import { listNext } from "../../assembly/lib/listHead";
import { Rtable, rtDstAlloc } from "../../assembly/net/ipv4/rtable";
import { rtAddUncachedList, rtDelUncachedList } from "../../assembly/net/ipv4/uncachedList";

export { attachCpuArea as attach } from "../../assembly/arch/percpu";
export { boot } from "../../assembly/boot";
export {
  rtAddUncachedList,
  uncachedLists,
  uncachedMembers,
} from "../../assembly/net/ipv4/uncachedList";
export { pingPong } from "../harness/pingPong.as";

const BURST: u32 = 64;

/** Lines that nothing else lies in. */
export function makeLines(lines: u32): usize {
  return bootAlloc((<usize>lines) << 6, 256);
}

/** An rtable of the CPU that calls. */
export function makeRtable(): usize {
  return rtDstAlloc(0, false);
}

/** `pairs` times on the list and off; ends when another CPU says so at `stopAt`. */
export function addDel(at: usize, stopAt: usize, pairs: u32): u32 {
  let whole: u32 = 0;
  for (let done: u32 = 0; done < pairs; done += BURST) {
    for (let i: u32 = 0; i < BURST; i++) {
      rtAddUncachedList(at);
      const node = changetype<Rtable>(at).uncachedAt;
      whole += listNext(node) != node ? 1 : 0;
      rtDelUncachedList(at);
    }
    if (atomicLoad32(stopAt)) break;
  }
  atomicStore32(stopAt, 1);
  return whole;
}
