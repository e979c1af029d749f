/**
 * The image of a machine whose entries are bound to neighbours, without a route cache that makes
 * them: entries are made one by one, and packets sent by them.
 */
import { rcuReadLock, rcuReadUnlock } from "../../../../assembly/kernel/rcu";
import { enterSoftirq, leaveSoftirq } from "../../../../assembly/kernel/softirq";
import { cpuRings } from "../../../../assembly/net/core/devXmit";
import { DST_NOCACHE, DstEntry } from "../../../../assembly/net/core/dstEntry";
import { HhCache } from "../../../../assembly/net/core/hhCache";
import { ETH_P_IP_LE } from "../../../../assembly/net/core/neighbour";
import { SkBuff } from "../../../../assembly/net/core/skbuff";
import { dstNeighbourOutput } from "../../../../assembly/net/ipv4/neighbourOutput";
import { Rtable, rtDstAlloc } from "../../../../assembly/net/ipv4/rtable";

export * from "../../../../assembly/index";
export {
  dstDetachNeighbour,
  dstHh,
  dstNeighbour,
} from "../../../../assembly/net/core/neighbourDst";
export {
  ipv4NeighLookupNoref,
  neighCreate,
  neighIfdown,
  neighReachableTime,
} from "../../../../assembly/net/core/neighbourTable";
export { bindNeighbour } from "../../../../assembly/net/ipv4/neighbourOutput";

/** An entry that leads through `dev` to `gateway`; `isCached` false makes it NOCACHE. */
export function makeEntry(dev: usize, gateway: u32, isCached: bool): usize {
  const at = rtDstAlloc(dev, isCached);
  if (!at) return 0;
  changetype<Rtable>(at).rtGateway = gateway;
  if (!isCached) changetype<DstEntry>(at).flags |= DST_NOCACHE;
  return at;
}

/** Sends the packet of `len` bytes at `at` by an entry. */
export function sendBy(dst: usize, at: usize, len: u32): i32 {
  const skb = changetype<SkBuff>(<usize>cpuRings().skbsAt);
  skb.dev = <u32>changetype<DstEntry>(dst).dev;
  skb.refdst = 0;
  skb.protocol = ETH_P_IP_LE;
  skb.head = <u32>at;
  skb.data = <u32>at;
  skb.networkHeader = <u32>at;
  skb.len = len;
  enterSoftirq();
  rcuReadLock();
  const result = dstNeighbourOutput(skb, dst);
  rcuReadUnlock();
  leaveSoftirq();
  return result;
}

/** HH_OUTPUT_* of a header. */
export function hhOutput(hh: usize): u32 {
  return changetype<HhCache>(hh).output;
}

/** Where a header's count lies. */
export function hhRefcntAt(hh: usize): usize {
  return changetype<HhCache>(hh).refcntAt;
}
