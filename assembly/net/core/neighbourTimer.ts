/**
 * The timer of a neighbour: while it is pending it holds a reference, so that no entry is freed
 * under its timer, and so that a forced collection leaves entries alone that are being resolved or
 * were confirmed lately. Under the neighbour's lock.
 */
import { smpProcessorId } from "../../arch/percpu";
import { delTimer, modTimer } from "../../kernel/timer";
import { Neighbour, NUD_IN_TIMER, neighHold, neighPut } from "./neighbour";

/** Arms the timer on this CPU for `expires`. Follows `neigh_add_timer`. */
export function neighAddTimer(n: Neighbour, expires: u32): void {
  if (!modTimer(n.timerAt, expires, smpProcessorId())) neighHold(n);
}

/**
 * Stops the timer, if it runs. The caller has a reference of its own, so the timer's is never the
 * last. Follows `neigh_del_timer`.
 */
export function neighDelTimer(n: Neighbour): void {
  if (n.nudState & NUD_IN_TIMER && delTimer(n.timerAt)) neighPut(n);
}
