/**
 * Who may call upward: the files of `assembly/` that import from `calls/`. In the kernel these are
 * the places that call through a function pointer, or put one into an object. `index.ts` needs no
 * entry.
 * An entry whose file no longer imports from `calls/` fails the test: the list cannot go stale.
 */

/** File to the function pointer it stands for. */
export const CALLS_ALLOWED: Readonly<Record<string, string>> = {
  "assembly/kernel/callRcu.ts": "rcu_head.func: __rcu_reclaim calls it",
  "assembly/kernel/timer.ts": "timer_list.function: call_timer_fn calls it",
  "assembly/kernel/workqueue.ts": "work_struct.func: process_one_work calls it",
  "assembly/net/core/devXmit.ts": "packet_type.func: loopback hands a frame to its protocol",
  "assembly/net/core/dst.ts": "dst_ops.gc, .check and .destroy, the RCU callbacks of a dst",
  "assembly/net/core/dstDevEvent.ts": "dst_ops.ifdown, for each dead entry",
  "assembly/net/core/dstGc.ts": "the timer of the collector, and dst_gc_work",
  "assembly/net/core/dstMetrics.ts": "dst_ops.cow_metrics, at the first write",
  "assembly/net/core/neighbourState.ts": "neigh_ops.solicit: neigh_probe calls it",
  "assembly/net/core/neighbourTable.ts":
    "neigh_table.constructor, timers of the table and its entries, the RCU callback of an entry",
  "assembly/net/fib/fibSemantics.ts":
    "the RCU callback that frees a fib_info; free_fib_info_rcu releases the routes in its slots",
  "assembly/net/fib/rtGenid.ts": "not a pointer: fib calls rt_cache_flush, which lies in net/ipv4",
  "assembly/net/fib/trieFree.ts": "the RCU callbacks that free nodes, leaves and aliases",
  "assembly/net/ipv4/rtExpire.ts": "rt_periodic_timer.function of 2.6.18, expires_work.func of 3.4",
  "assembly/net/ipv4/rtFlush.ts": "the functions of rt_flush_timer and rt_secret_timer",
  "assembly/net/ipv4/rtFree.ts": "the RCU callback that frees an rtable of the route cache",
  "assembly/net/ipv4/route.ts": "dst_entry.input and .output, called by the contract",
  "assembly/workload/graceTorture.ts": "the RCU callback that ages a probe, as rcu_torture_cb does",
};
