/**
 * The judge's short form: what an image did with the first packets of a flow list, as one hash over
 * every frame it sent and the number of packets it did not forward. The process that has the
 * reference takes it from machines whose frames it has compared to the byte; every other process
 * must arrive at the same one before it times anything.
 */
import { createHash } from "node:crypto";
import { IMAGE_DROPS, readMib } from "../machine/counters.js";
import type { Machine } from "../machine/machine.js";
import { sentFrames } from "../machine/txRing.js";
import type { PacketPath } from "../workloads/workload.js";

const BURST = 64;

/**
 * Runs `packets` packets of CPU 0's flow list through the loop that is timed, a burst at a time, in
 * each of the machine's layouts by turns.
 * @returns SHA-256 in hex over all bursts: ifindex and bytes of each frame sent, delivered, dropped
 */
export function digestWorkload(machine: Machine, path: PacketPath, packets: number): string {
  const hash = createHash("sha256");
  const loop = path === "forward" ? "forwardPackets" : "sendPackets";
  const cpu = machine.cpu(0);
  const layouts = machine.modules.length;
  const ends = (): number[] => {
    const { inDelivers, drops } = readMib(machine);
    return [inDelivers, ...IMAGE_DROPS.map((reason) => drops[reason] ?? 0)];
  };
  const before = ends();
  cpu.call("rcuCpuOnline");
  for (let done = 0; done < packets; done += BURST) {
    const since = machine.ringsWord(0, "RINGS_TX_SENT");
    machine.cpu(0, (done / BURST) % layouts).call(loop, BURST);
    for (const { ifindex, frame } of sentFrames(machine, 0, since)) {
      hash.update(Uint32Array.of(ifindex, frame.length)).update(frame);
    }
  }
  cpu.call("rcuCpuOffline");
  const after = ends().map((count, i) => count - (before[i] ?? 0));
  return hash.update(JSON.stringify(after)).digest("hex");
}
