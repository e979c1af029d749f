/** The control against a model of it: every round counts, and nothing of the machine is written. */
import { beforeAll, describe, expect, it } from "vitest";
import { COMPILE_MS, type Router, routersOf } from "../machine/router.js";

const PAIRS = 1_000;

function mix(value: number): number {
  let z = (value + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad) >>> 0;
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97) >>> 0;
  return (z ^ (z >>> 15)) >>> 0;
}

/** What `controlPackets` gives, with BigInt where 32 bits times 32 bits are 64. */
function model(flows: Uint32Array, rounds: number): number {
  let x = 1;
  for (let i = 0; i < rounds; i++) {
    for (let k = 0; k < 8; k++) x = mix(x);
    const pair = Number((BigInt(x) * BigInt(flows.length / 2)) >> 32n);
    x = (x ^ (flows[2 * pair] ?? 0)) >>> 0;
  }
  return x;
}

describe("controlPackets", () => {
  let routers: Router[] = [];
  const flows = Uint32Array.from(
    { length: 2 * PAIRS },
    (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0,
  );

  beforeAll(async () => {
    routers = await routersOf(["linux-3.10", "no-cache"], { flavour: "release" });
    routers[0]?.experiment.setFlows([flows]);
  }, COMPILE_MS);

  it("does in every image what the model does", () => {
    for (const { machine } of routers) {
      for (const rounds of [0, 1, 63, 1_000]) {
        expect(machine.cpu(0).call("controlPackets", rounds)).toBe(model(flows, rounds));
      }
    }
  });

  it("writes nothing", () => {
    const [router] = routers;
    if (router === undefined) throw new RangeError("no router");
    const before = router.machine.u32.slice();
    router.machine.cpu(0).call("controlPackets", 10_000);
    expect(
      Buffer.compare(Buffer.from(before.buffer), Buffer.from(router.machine.u32.slice().buffer)),
    ).toBe(0);
  });
});
