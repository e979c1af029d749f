// Entry of the tests of kernel/: the layer, for the host to call.

export { attachCpuArea as attach } from "../../../assembly/arch/percpu";
export { callRcu, callRcuBh } from "../../../assembly/kernel/callRcu";
export {
  gpDrive,
  gpIsOnline,
  gpIsOver,
  gpNote,
  gpOffline,
  gpOnline,
  gpTicket,
} from "../../../assembly/kernel/gracePeriod";
export {
  clockAdvance,
  clockInit,
  clockPackets,
  jiffies,
  roundJiffiesRelative,
  timeAfter,
  timeAfterEq,
} from "../../../assembly/kernel/jiffies";
export {
  rcuAssignPointer,
  rcuBacklog,
  rcuBarrierLocal,
  rcuCpuOffline,
  rcuCpuOnline,
  rcuDereference,
  rcuNoteBhQs,
  rcuNoteQs,
  rcuQuiescent,
  rcuReadLock,
  rcuReadLockBh,
  rcuReadUnlock,
  rcuReadUnlockBh,
  synchronizeRcu,
  synchronizeRcuBh,
} from "../../../assembly/kernel/rcu";
export {
  enterSoftirq,
  inSoftirq,
  leaveSoftirq,
  localBhDisable,
  localBhEnable,
  spinLockBh,
  spinUnlockBh,
} from "../../../assembly/kernel/softirq";
export {
  delTimer,
  modTimer,
  runTimers,
  timerInit,
  timerPending,
} from "../../../assembly/kernel/timer";
export {
  queueWorkOn,
  runDeferred,
  runWork,
  workInit,
  workPending,
} from "../../../assembly/kernel/workqueue";
