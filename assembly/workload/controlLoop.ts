/**
 * The loop of the control plane beside traffic: a prepared list of updates, made one after the
 * other at a rate in updates per second of the machine's time (a side load).
 *
 *   SideLoad, 64 bytes │ records × SideRecord of 128 bytes
 *   next < records                       record that comes next; after the last the first
 *   done ≤ ticks × rate / hz (+ restore) updates made; ticks are those the loop saw
 *   first record of a group ⇔ the record before it is marked WHOLE: the machine is as it was
 *
 * An update is one record or more: the last one is marked COUNTS. Each is a real operation of the
 * control plane, under RTNL. The host writes the list between windows; the control-plane CPU is the
 * only one that touches it in a window.
 */
import { atomicLoad32, copyBytes } from "../arch/atomic";
import { superBlock } from "../arch/superblock";
import { SITE_CONTROL_DEADLINE, SITE_CONTROL_RECORD, trapAt } from "../arch/trap";
import { jiffies } from "../kernel/jiffies";
import { rcuNoteQs, rcuQuiescent } from "../kernel/rcu";
import { runDeferred } from "../kernel/workqueue";
import { spinPause } from "../lib/spinlock";
import { devClose, devOpen } from "../net/ipv4/devinet";
import { routeDelete, routeNew } from "../net/ipv4/fibFrontend";

/** State of a side load. Control-plane CPU, or the host while no window runs. */
@unmanaged
export class SideLoad {
  records: u32;
  /** Updates per second of the machine's time. */
  rate: u32;
  next: u32;
  /** Updates that were made, those that restored the machine not among them. */
  done: u32;
  /** Ticks that the loop saw pass: what `done` is held against. */
  ticks: u32;
  /** Operations that said no, and what the first of them said. */
  refused: u32;
  firstError: i32;
  private _pad0: u32;
  private _pad1: u64;
  private _pad2: u64;
  private _pad3: u64;
  private _pad4: u64;
}

/** One operation: for a route its table and a `fib_config`, for a device its address. */
@unmanaged
export class SideRecord {
  op: u32;
  marks: u32;
  /** RT_TABLE_… or the offset of a net_device. */
  argument: u32;
  private _pad0: u32;
  private _pad1: u64;
  private _pad2: u64;
}

export const SIDE_LOAD_BYTES: usize = 64;
export const SIDE_RECORD_BYTES: usize = 128;
/** A `fib_config` with one nexthop, as it stands at the request's place. */
export const SIDE_CONFIG_AT: usize = 32;
export const SIDE_CONFIG_BYTES: usize = 96;

if (offsetof<SideLoad>() != SIDE_LOAD_BYTES) ERROR("SideLoad is 64 bytes");
if (offsetof<SideRecord>() != SIDE_CONFIG_AT) ERROR("the head of a SideRecord is 32 bytes");

export const SIDE_ROUTE_NEW: u32 = 1;
export const SIDE_ROUTE_DELETE: u32 = 2;
export const SIDE_DEV_CLOSE: u32 = 3;
export const SIDE_DEV_OPEN: u32 = 4;

/** The record completes an update. */
export const SIDE_COUNTS: u32 = 1;
/** After the record the machine is as before its group. */
export const SIDE_WHOLE: u32 = 2;

function recordAt(load: SideLoad, index: u32): usize {
  return changetype<usize>(load) + SIDE_LOAD_BYTES + <usize>index * SIDE_RECORD_BYTES;
}

/** Performs one record. 0 or what the operation said. */
function perform(at: usize): i32 {
  const record = changetype<SideRecord>(at);
  switch (record.op) {
    case SIDE_ROUTE_NEW:
    case SIDE_ROUTE_DELETE:
      copyBytes(superBlock().requestAt, at + SIDE_CONFIG_AT, SIDE_CONFIG_BYTES);
      if (record.op == SIDE_ROUTE_NEW) return routeNew(record.argument);
      return routeDelete(record.argument);
    case SIDE_DEV_CLOSE:
      devClose(record.argument);
      return 0;
    case SIDE_DEV_OPEN:
      devOpen(record.argument);
      return 0;
    default:
      trapAt(SITE_CONTROL_RECORD);
      return 0;
  }
}

/** Performs the next record; returns its marks. */
function stepRecord(load: SideLoad): u32 {
  const at = recordAt(load, load.next);
  const error = perform(at);
  if (error != 0) {
    if (load.refused == 0) load.firstError = error;
    load.refused += 1;
  }
  load.next = load.next + 1 == load.records ? 0 : load.next + 1;
  return changetype<SideRecord>(at).marks;
}

/** The next update: records up to one that counts. */
function stepUpdate(load: SideLoad): void {
  for (let i: u32 = 0; i < load.records; i++) {
    if ((stepRecord(load) & SIDE_COUNTS) != 0) break;
  }
}

/** Updates that should have been made after `ticks`. */
function dueUpdates(load: SideLoad): u32 {
  return <u32>((<u64>load.ticks * load.rate) / superBlock().hz);
}

/** Notes the ticks that have passed since `seen`; returns the tick it is. */
function noteTicks(load: SideLoad, seen: u32): u32 {
  const now = jiffies();
  load.ticks += now - seen;
  return now;
}

/**
 * Makes updates of the list at `at` at its rate until the word at `doneAt` has reached `cpus`, the
 * CPUs that forward: each adds 1 when its window is over. Returns how many updates it made. Between
 * updates it does what a CPU does after a burst. Past the deadline without a tick it traps.
 */
export function controlLoop(at: usize, doneAt: usize, cpus: u32): u32 {
  const load = changetype<SideLoad>(at);
  const before = load.done;
  let tick = jiffies();
  let steps: u32 = 0;
  let ended = atomicLoad32(doneAt);
  while (ended < cpus) {
    const now = noteTicks(load, tick);
    const due = load.done < dueUpdates(load);
    if (due) {
      stepUpdate(load);
      load.done += 1;
    }
    if (due || now != tick) {
      runDeferred();
      rcuQuiescent();
      steps = 0;
    } else {
      rcuNoteQs();
      steps = spinPause(doneAt, ended, steps, SITE_CONTROL_DEADLINE);
    }
    tick = now;
    ended = atomicLoad32(doneAt);
  }
  noteTicks(load, tick);
  return load.done - before;
}

/**
 * Goes on with the list until the machine is as it was before its first update. Returns how many
 * records that took. While no window runs.
 */
export function controlRestore(at: usize): u32 {
  const load = changetype<SideLoad>(at);
  let made: u32 = 0;
  while (made < load.records) {
    const last = load.next == 0 ? load.records - 1 : load.next - 1;
    if ((changetype<SideRecord>(recordAt(load, last)).marks & SIDE_WHOLE) != 0) break;
    stepRecord(load);
    made += 1;
  }
  rcuQuiescent();
  return made;
}
