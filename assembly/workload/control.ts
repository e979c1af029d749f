/**
 * The control: a loop that runs none of the code under test. It tells whether the machine kept its
 * speed while designs were measured, and so must not depend on any knob: half of it is arithmetic
 * in registers, half a chase of pointers through the flow list, each address from the last load.
 *
 *   x := mix(x), 8 times │ pair := flows[x × count / 2^32] │ x := x xor pair.saddr │ …
 *
 * Nothing is written, no clock moves, no quiescent state is noted.
 */
import { plainLoad32 } from "../arch/atomic";
import { prngMix } from "../lib/prng";
import { cpuRings } from "../net/core/devXmit";

/** Steps of arithmetic between two loads: about as long as a load that misses the near caches. */
const MIXES: u32 = 8;

/** Runs `packets` rounds; the result depends on all of them, so none can be left out. */
export function controlPackets(packets: u32): u32 {
  const rings = cpuRings();
  const flows: usize = rings.flowsAt;
  const count = <u64>rings.flows;
  let x: u32 = 1;
  for (let i: u32 = 0; i < packets; i++) {
    for (let k: u32 = 0; k < MIXES; k++) x = prngMix(x);
    x ^= plainLoad32(flows + ((<usize>((<u64>x * count) >> 32)) << 3));
  }
  return x;
}
