/**
 * Words for the words of an event: what stands for `{KIND.WORD}` in the texts of
 * `src/machine/tracePoints.ts`.
 */
import { IMAGE_DROPS, MIB_NAMES } from "../machine/counters.js";
import { RT_STAT_NAMES } from "../machine/kernelViews.js";
import type { TraceEvent } from "../machine/traceReader.js";
import { formatAddress, netmask, swapBytes } from "../reference/ipv4Address.js";
import { dstFlagNames, errorName, typeName } from "./kernelNames.js";

/** Names that a machine's setup gives. */
export interface TraceNames {
  /** The device with this ifindex. */
  readonly device: (ifindex: number) => string;
  /** Index of the first counter of a drop. */
  readonly firstDrop: number;
  /** What the kernel calls the slot of output routes. */
  readonly outputSlot: string;
}

/** Verdicts of `classifyInput`, by number (`assembly/net/ipv4/routeInput.ts`). */
const VERDICTS = ["", "forward", "local", "broadcast", "no route", "forwarding is off"];
const TABLES: Readonly<Record<number, string>> = { 254: "main", 255: "local" };

type Word = "a" | "b" | "c";

export class TraceText {
  /** Address of each dst by its name, in order of appearance. */
  readonly dsts = new Map<string, number>();
  private readonly kinds: Readonly<Record<string, (value: number, event: TraceEvent) => string>>;

  constructor(private readonly names: TraceNames) {
    this.kinds = {
      n: (value) => String(value | 0),
      dst: (value) => this.dstName(value),
      address: (value) => formatAddress(swapBytes(value)),
      prefix: (value, { b }) => `${formatAddress((value & netmask(b)) >>> 0)}/${b}`,
      via: (value) => (value === 0 ? "on-link" : `via ${formatAddress(swapBytes(value))}`),
      device: names.device,
      type: (value) => typeName(value > 255 ? value >>> 8 : value),
      table: (value) => TABLES[value & 0xff] ?? `table ${value & 0xff}`,
      miss: (value) => (value === 1 ? "miss" : errorName(value | 0)),
      error: (value) => errorName(value | 0),
      martian: (value) => (value === 0 ? "source" : "destination"),
      verdict: (value) => VERDICTS[value] ?? errorName(value | 0),
      slot: (value) => (value === 0 ? "nh_rth_input" : names.outputSlot),
      flags: dstFlagNames,
      displaced: (value) => (value === 0 ? "" : `, in place of ${this.dstName(value)}`),
      mib: (value) => this.mibName(value),
      stat: (value) => `${RT_STAT_NAMES[value] ?? `column ${value}`} + 1`,
    };
  }

  /** The text of a point with the event's words in its places. */
  expand(text: string, event: TraceEvent): string {
    return text.replace(/\{(\w+)\.([abc])\}/g, (place, kind: string, word: Word) => {
      return this.kinds[kind]?.(event[word], event) ?? place;
    });
  }

  /** dst#N by the order of first appearance. */
  dstName(address: number): string {
    if (address === 0) return "no dst";
    for (const [name, at] of this.dsts) if (at === address) return name;
    const name = `dst#${this.dsts.size + 1}`;
    this.dsts.set(name, address);
    return name;
  }

  private mibName(index: number): string {
    const { firstDrop } = this.names;
    if (index >= firstDrop) return `dropped: ${IMAGE_DROPS[index - firstDrop] ?? index}`;
    return `${MIB_NAMES[index] ?? `counter ${index}`} + 1`;
  }
}
