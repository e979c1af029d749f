/**
 * The loop breaker of 2.6.18's periodic scan, which needs a second thread: the clock moves while
 * the scan runs. The scan waits at a lock that the test holds, so nothing is left to chance.
 */
import { expect, it } from "vitest";
import { cacheMachine } from "../assembly/net/ipv4/rtCollect.js";
import { startThreads } from "../helpers/threads.js";

const B = 64;

it("F4-33 the scan stops after the first chain in which the tick changed", async () => {
  const machine = await cacheMachine("2.6.18", B);
  const { u32 } = machine.machine;
  machine.setWord("RT_GC_INTERVAL", 300_000);
  // Chains 3, 20 and 40 have an entry each that is to go; those between are empty.
  const chains = [3, 20, 40];
  machine.call("clockAdvance", 1_000);
  for (const hash of chains) {
    const at = machine.call("insertEntry", hash, hash, 1, 0);
    machine.call("dstRelease", at);
    machine.call("setTimes", at, (machine.now() - 400_000) >>> 0, 0);
  }
  const control = machine.machine.regions.cpuAreas.bytes / 8192 - 1;
  const lock = machine.call("bucketLock", 20);
  machine.callOn(control, "spinLock", lock);
  const threads = await startThreads(machine.machine, [0]);
  const scan = threads.run([{ name: "rtCheckExpire", args: [] }]);
  // Chain 3 is done, in the tick in which the scan began: it goes on, and waits at chain 20.
  while (Atomics.load(u32, (machine.word("RT_HASH_BUCKETS_AT") + 8 * 3) / 4) !== 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  machine.callOn(control, "clockAdvance", 1);
  machine.callOn(control, "spinUnlock", lock);
  await scan;
  await threads.close();
  // Chain 20 was taken, then the tick had changed; 21 to 39 were not even looked at.
  expect(chains.map((hash) => machine.chain(hash).length)).toEqual([0, 0, 1]);
  expect(machine.words("scanWords", 1)).toEqual([20]);
  // With no tick in between the next one goes on where this one stopped, to the end of its goal.
  machine.call("rtCheckExpire");
  expect(chains.map((hash) => machine.chain(hash).length)).toEqual([0, 0, 0]);
  expect(machine.words("scanWords", 1)).toEqual([20]);
});
