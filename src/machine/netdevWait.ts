/**
 * A device that goes away, driven by the host: `unregister_netdevice`, then one step of
 * `netdev_wait_allrefs` after the other, in the machine's time. No step blocks; a reference that
 * nobody gives back keeps the device waiting for ever, and the record says so.
 */
import type { Machine } from "./machine.js";

/** What comes before the next step: nothing, it is gone; time; or the callbacks of all CPUs. */
export type NetdevWaitStep =
  | { readonly kind: "free" }
  | { readonly kind: "sleep"; readonly untilJiffies: number }
  | { readonly kind: "barrier" };

/** "unregister_netdevice: waiting for … to become free. Usage count = …" */
export interface NetdevWaitRecord {
  readonly ifindex: number;
  /** References at the last look. */
  readonly count: number;
  /** Jiffies when the wait began. */
  readonly sinceJiffies: number;
  readonly looks: number;
  /** How often UNREGISTER was sent again, and how often the kernel would have warned. */
  readonly resent: number;
  readonly warnings: number;
}

/** Codes of `assembly/net/ipv4/netdevWait.ts`. */
const FREE = 0;
const BARRIER = 2;

/** The end of one device. */
export class NetdevWait {
  private readonly at: number;

  constructor(
    private readonly machine: Machine,
    private readonly ifindex: number,
  ) {
    this.at = machine.deviceAt(ifindex);
  }

  /** Closes the device and sends UNREGISTER. */
  begin(): void {
    this.machine.cpu(this.machine.controlCpu).call("unregisterNetdevice", this.at);
  }

  /** Does what is due and says what comes next; too early, it says that again. */
  step(): NetdevWaitStep {
    const code = this.machine.cpu(this.machine.controlCpu).call("netdevWaitStep", this.at);
    if (code === FREE) return { kind: "free" };
    if (code === BARRIER) return { kind: "barrier" };
    return { kind: "sleep", untilJiffies: this.word("DEV_WAIT_WAKE_AT") };
  }

  record(): NetdevWaitRecord {
    return {
      ifindex: this.ifindex,
      count: this.word("DEV_WAIT_COUNT"),
      sinceJiffies: this.word("DEV_WAIT_SINCE"),
      looks: this.word("DEV_WAIT_LOOKS"),
      resent: this.word("DEV_WAIT_RESENT"),
      warnings: this.word("DEV_WAIT_WARNINGS"),
    };
  }

  private word(name: string): number {
    return this.machine.u32[(this.at + this.machine.layout.at(name)) / 4] ?? 0;
  }
}
