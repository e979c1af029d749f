/**
 * `netdev_wait_allrefs`: a device that was unregistered is gone once nothing refers to it. The
 * kernel's task sleeps in a loop; here each call is what it does between two sleeps, so that
 * nobody is blocked and the machine's clock says when to go on.
 *
 *   netdevRunTodo ─▶ LOOK ─250 ms─▶ LOOK … ─1 s─▶ UNREGISTER again ─▶ BARRIER ─▶ FINAL ─▶ LOOK
 *                      └─ count 0 ─▶ FREE            (to 3.6: no barrier, no FINAL)
 *
 * Every 10 s it warns; the record is what the kernel prints: "unregister_netdevice: waiting for %s
 * to become free. Usage count = %d". A reference that nobody gives back keeps it waiting for ever.
 *
 * Caller: the control-plane CPU, or the host while no CPU runs. Fields: owner-only, its.
 */
import { superBlock } from "../../arch/superblock";
import { jiffies, timeAfter } from "../../kernel/jiffies";
import {
  NETREG_RELEASED,
  NETREG_UNREGISTERED,
  NETREG_UNREGISTERING,
  NetDevice,
  netdevRefcntRead,
} from "../core/netDevice";
import { rtnlLock, rtnlUnlock } from "../fib/rtnl";
import { deviceUnregister, deviceUnregisterFinal, HAS_UNREGISTER_FINAL } from "./deviceEvents";

/** What the caller of `netdevWaitStep` does next: nothing more; call again at `waitWakeAt`; run the
 * RCU callbacks of every CPU, then call again. */
export const NETDEV_WAIT_FREE: u32 = 0;
export const NETDEV_WAIT_SLEEP: u32 = 1;
export const NETDEV_WAIT_BARRIER: u32 = 2;

/** Looks in a second. */
const LOOKS_PER_SECOND: u32 = 4;
const RESEND_SECONDS: u32 = 1;
const WARNING_SECONDS: u32 = 10;

/** What follows `rcu_barrier`: the last event, and the wait begins. Returns the references that are
 * left. Follows `netdev_run_todo`. */
export function netdevRunTodo(at: usize): i32 {
  const dev = changetype<NetDevice>(at);
  deviceUnregisterFinal(at);
  dev.regState = NETREG_UNREGISTERED;
  const now = jiffies();
  dev.waitState = NETDEV_WAIT_SLEEP;
  dev.waitSince = now;
  dev.waitResentAt = now;
  dev.waitWarnedAt = now;
  dev.waitWakeAt = now;
  dev.waitLooks = 0;
  dev.waitResent = 0;
  dev.waitWarnings = 0;
  const left = netdevRefcntRead(at);
  dev.waitCount = <u32>left;
  if (left == 0) release(dev);
  return left;
}

function release(dev: NetDevice): u32 {
  dev.regState = NETREG_RELEASED;
  dev.waitState = NETDEV_WAIT_FREE;
  return NETDEV_WAIT_FREE;
}

/** Sleeps until the next look. */
function sleep(dev: NetDevice): u32 {
  dev.waitState = NETDEV_WAIT_SLEEP;
  dev.waitWakeAt = jiffies() + superBlock().hz / LOOKS_PER_SECOND;
  return NETDEV_WAIT_SLEEP;
}

/** Sends UNREGISTER again; what must follow. */
function resend(at: usize, dev: NetDevice): u32 {
  dev.waitResent++;
  rtnlLock();
  deviceUnregister(at);
  rtnlUnlock();
  dev.waitResentAt = jiffies();
  if (!HAS_UNREGISTER_FINAL) return sleep(dev);
  dev.waitState = NETDEV_WAIT_BARRIER;
  return NETDEV_WAIT_BARRIER;
}

/**
 * Goes on with a device that is unregistered: returns NETDEV_WAIT_*. Called early it says that it
 * sleeps. Follows one turn of `netdev_wait_allrefs`.
 */
export function netdevWaitStep(at: usize): u32 {
  const dev = changetype<NetDevice>(at);
  const now = jiffies();
  if (dev.regState == NETREG_RELEASED) return NETDEV_WAIT_FREE;
  if (dev.regState == NETREG_UNREGISTERING) {
    if (HAS_UNREGISTER_FINAL && dev.waitState != NETDEV_WAIT_BARRIER) {
      dev.waitState = NETDEV_WAIT_BARRIER;
      return NETDEV_WAIT_BARRIER;
    }
    if (netdevRunTodo(at) == 0) return NETDEV_WAIT_FREE;
    return sleep(dev);
  }
  if (dev.waitState == NETDEV_WAIT_BARRIER) {
    deviceUnregisterFinal(at);
    dev.waitResentAt = now;
    return sleep(dev);
  }
  if (timeAfter(dev.waitWakeAt, now)) return NETDEV_WAIT_SLEEP;
  dev.waitLooks++;
  const left = netdevRefcntRead(at);
  dev.waitCount = <u32>left;
  if (timeAfter(now, dev.waitWarnedAt + WARNING_SECONDS * superBlock().hz)) {
    dev.waitWarnings++;
    dev.waitWarnedAt = now;
  }
  if (left == 0) return release(dev);
  if (timeAfter(now, dev.waitResentAt + RESEND_SECONDS * superBlock().hz)) return resend(at, dev);
  return sleep(dev);
}
