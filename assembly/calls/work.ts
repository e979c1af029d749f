/**
 * Timers and deferred work: `timer_list.function` and `work_struct.func` as small ids, one switch.
 */
import { atomicAdd32 } from "../arch/atomic";
import { SITE_CALL_ID, trapAt } from "../arch/trap";
import { dstGcTask } from "../net/core/dst";
import { rtCheckExpireTimer, rtWorkerFunc } from "../net/ipv4/rtExpire";
import { rtRunFlush, rtSecretRebuild } from "../net/ipv4/rtFlush";

/** Never valid: catches a timer or work item that was not initialised. */
export const WORK_NONE: u32 = 0;
/** Counts itself in the word at `data`; what tests queue. */
export const WORK_COUNT: u32 = 1;
/** The collector of the dst garbage list. */
export const WORK_DST_GC: u32 = 2;
/** The route cache of 2.6: its delayed flush, its new secret, its scan, the scan as work. */
export const WORK_RT_RUN_FLUSH: u32 = 16;
export const WORK_RT_SECRET_REBUILD: u32 = 17;
export const WORK_RT_CHECK_EXPIRE: u32 = 18;
export const WORK_RT_WORKER: u32 = 19;

/** Runs function `func` with its argument, on the CPU it was queued for. */
export function workInvoke(func: u32, data: usize): void {
  switch (func) {
    case WORK_COUNT:
      atomicAdd32(data, 1);
      return;
    case WORK_DST_GC:
      dstGcTask();
      return;
    case WORK_RT_RUN_FLUSH:
      rtRunFlush();
      return;
    case WORK_RT_SECRET_REBUILD:
      rtSecretRebuild();
      return;
    case WORK_RT_CHECK_EXPIRE:
      rtCheckExpireTimer();
      return;
    case WORK_RT_WORKER:
      rtWorkerFunc();
      return;
    default:
      trapAt(SITE_CALL_ID);
  }
}
