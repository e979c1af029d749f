/**
 * The call tree of a packet, drawn from the events that a debug image recorded, and from nothing
 * else. A pure function of events and names.
 *
 *   event in a function that runs        its callees are over; a branch or a call there
 *   event in one that does not           it was called by the function of the event before
 *   call from outside                    a new tree: a packet, or an RCU callback
 */

import { TRACE_BRANCHES, TRACE_FUNCTIONS, type TracePoint } from "../machine/tracePoints.js";
import type { TraceEvent } from "../machine/traceReader.js";
import type { TraceText } from "./traceText.js";

/** A branch that a function took, in words; the dst it is about, and that dst's count then. */
export interface TraceBranch {
  readonly branch: string;
  readonly text: string;
  readonly jiffies: number;
  readonly dst?: string;
  readonly refcount?: number;
}

/** A call: what happened in it, in order. */
export interface TraceCall {
  readonly call: string;
  readonly text: string;
  readonly jiffies: number;
  readonly steps: (TraceBranch | TraceCall)[];
}

/** What was recorded: the calls from outside, a packet's and those of RCU callbacks. */
export type TraceTree = readonly TraceCall[];

/** Functions that run, the innermost last. */
interface Frame {
  readonly fn: number;
  readonly call: TraceCall;
}

const CURRENT = 0;
const ROOT = 1;

function pointOf(points: readonly TracePoint[], number: number): TracePoint {
  return points[number] ?? { name: `number ${number}`, text: "" };
}

/** Builds the trees. */
class TreeBuilder {
  readonly calls: TraceCall[] = [];
  private stack: Frame[] = [];

  constructor(private readonly text: TraceText) {}

  add(event: TraceEvent): void {
    this.unwindTo(event);
    if (event.kind === "call") this.open(event.what, event);
    else if (event.where !== CURRENT && this.stack.at(-1)?.fn !== event.where) {
      this.open(event.where, event);
      this.branch(event);
    } else this.branch(event);
    const top = this.stack.at(-1);
    const isLeaf = top !== undefined && pointOf(TRACE_FUNCTIONS, top.fn).isLeaf === true;
    if (isLeaf && event.kind === "branch") this.stack.pop();
  }

  /** Ends the functions that must be over for this event to happen. */
  private unwindTo({ where }: TraceEvent): void {
    if (where === CURRENT) return;
    if (where === ROOT) {
      this.stack = [];
      return;
    }
    const at = this.stack.findLastIndex((frame) => frame.fn === where);
    if (at >= 0) this.stack.length = at + 1;
  }

  private open(fn: number, event: TraceEvent): void {
    const point = pointOf(TRACE_FUNCTIONS, fn);
    const text = event.kind === "call" ? this.text.expand(point.text, event) : "";
    const call = { call: point.name, text, jiffies: event.jiffies, steps: [] };
    const into = this.stack.at(-1)?.call.steps ?? this.calls;
    into.push(call);
    this.stack.push({ fn, call });
  }

  private branch(event: TraceEvent): void {
    const point = pointOf(TRACE_BRANCHES, event.what);
    const text = this.text.expand(point.text, event);
    const about = point.text.includes("{dst.a}")
      ? { dst: this.text.dstName(event.a), refcount: event.b | 0 }
      : {};
    const branch = { branch: point.name, text, jiffies: event.jiffies, ...about };
    this.stack.at(-1)?.call.steps.push(branch);
  }
}

/** The trees of events in the order in which they were recorded; `text` numbers the dsts. */
export function traceTree(events: readonly TraceEvent[], text: TraceText): TraceTree {
  const builder = new TreeBuilder(text);
  for (const event of events) builder.add(event);
  return builder.calls;
}

function linesOf(call: TraceCall, depth: number): string[] {
  const head = `${"> ".repeat(depth)}${call.call}${call.text === "" ? "" : `  ${call.text}`}`;
  const inner = call.steps.flatMap((step) =>
    "call" in step ? linesOf(step, depth + 1) : [`${"  ".repeat(depth)}- ${step.text}`],
  );
  return [head, ...inner];
}

/** The trees as lines: a call is `> ` for each level and the kernel's name, a branch `- `. */
export function traceLines(tree: TraceTree): string[] {
  return tree.flatMap((call) => linesOf(call, 1));
}

function callsBelow(call: TraceCall): TraceCall[] {
  return [call, ...call.steps.flatMap((step) => ("call" in step ? callsBelow(step) : []))];
}

/** All branches of a tree, in order, with the function each was taken in. */
export function branchesOf(tree: TraceTree): { call: string; branch: TraceBranch }[] {
  const found: { call: string; branch: TraceBranch }[] = [];
  for (const call of tree.flatMap(callsBelow)) {
    for (const step of call.steps)
      if ("branch" in step) found.push({ call: call.call, branch: step });
  }
  return found;
}
