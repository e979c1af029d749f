/**
 * The measured loops: what a burst forwards and sends is what the reference says of each packet, in
 * order and to the byte.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { dropsBetween, type Mib, readMib } from "../../../src/machine/counters.js";
import { sentFrames } from "../../../src/machine/txRing.js";
import type { Fate } from "../../../src/reference/fate.js";
import { isMulticast } from "../../../src/reference/ipv4Address.js";
import { Prng } from "../../../src/workloads/prng.js";
import { receiveDeviceIndex } from "../../../src/workloads/receiveDevice.js";
import { receiveDevices } from "../../../src/workloads/standardWorld.js";
import { sendTemplateOf } from "../../../src/workloads/templates.js";
import {
  COMPILE_MS,
  frameOfPair,
  hostOfRow,
  type Router,
  referenceRouter,
  routersOf,
  TABLE_ROWS,
  WORLD,
} from "../machine/router.js";

const DESIGNS = ["linux-3.10", "no-cache", "nexthop-direct"];
const BURST = 64;
const BURSTS = 40;
const judge = referenceRouter();

type Pair = readonly [number, number];

/** Addresses of all kinds: routed, this host's, its subnets', martian, nobody's. */
function addressOf(prng: Prng): number {
  const own = WORLD.devices.flatMap((device) => device.addresses.map(({ address }) => address));
  const kinds = [
    () => hostOfRow(prng.below(TABLE_ROWS), prng.below(256)),
    () => hostOfRow(prng.below(TABLE_ROWS)),
    () => own[prng.below(own.length)] ?? 0,
    () => (WORLD.neighbours[prng.below(WORLD.neighbours.length)]?.address ?? 0) >>> 0,
    () => 0x0a020000 + prng.below(1024),
    () => [0, 0x7f000001, 0xffffffff, 0x00000105][prng.below(4)] ?? 0,
    () => prng.next(),
  ];
  return (kinds[prng.below(kinds.length)] ?? (() => 0))() >>> 0;
}

function pairsOf(seed: number, isUsable: (daddr: number) => boolean): Pair[] {
  const prng = new Prng(seed);
  const pairs: Pair[] = [];
  while (pairs.length < BURST * BURSTS) {
    const daddr = addressOf(prng);
    if (isUsable(daddr)) pairs.push([addressOf(prng), daddr]);
  }
  return pairs;
}

/** What is known of a burst: frames in order, and how many ended otherwise. */
interface BurstEnds {
  readonly frames: string[];
  readonly delivered: number;
  readonly drops: Record<string, number>;
}

function expectedEnds(fates: readonly Fate[]): BurstEnds {
  const drops: Record<string, number> = {};
  const frames: string[] = [];
  let delivered = 0;
  for (const fate of fates) {
    if (fate.kind === "delivered") delivered++;
    else if (fate.kind === "dropped") drops[fate.reason] = (drops[fate.reason] ?? 0) + 1;
    else frames.push(`${fate.ifindex} ${Buffer.from(fate.frame).toString("hex")}`);
  }
  return { frames, delivered, drops };
}

function seenEnds(router: Router, before: Mib, sent: number): BurstEnds {
  const after = readMib(router.machine);
  const drops: Record<string, number> = {};
  for (const name of dropsBetween(before, after)) drops[name] = (drops[name] ?? 0) + 1;
  const frames = sentFrames(router.machine, 0, sent).map(
    ({ ifindex, frame }) => `${ifindex} ${Buffer.from(frame).toString("hex")}`,
  );
  return { frames, delivered: after.inDelivers - before.inDelivers, drops };
}

function runBursts(
  router: Router,
  pairs: readonly Pair[],
  fateOf: (pair: Pair) => Fate,
  loop: "forward" | "send",
): void {
  router.setFlows(pairs);
  for (let burst = 0; burst < BURSTS; burst++) {
    const before = readMib(router.machine);
    const sent = router.machine.ringsWord(0, "RINGS_TX_SENT");
    router[loop](BURST);
    const fates = pairs.slice(burst * BURST, (burst + 1) * BURST).map(fateOf);
    expect(seenEnds(router, before, sent)).toEqual(expectedEnds(fates));
  }
}

describe("the measured loops", () => {
  let routers: Router[] = [];

  beforeAll(async () => {
    routers = await routersOf(DESIGNS);
  }, COMPILE_MS);

  const router = (design: string): Router => {
    const found = routers[DESIGNS.indexOf(design)];
    if (found === undefined) throw new RangeError(design);
    return found;
  };

  it.each(DESIGNS)("%s: forwardPackets ends every packet as the reference does", (design) => {
    const rx = receiveDevices(WORLD);
    const fateOf = ([saddr, daddr]: Pair): Fate => {
      const device = rx[receiveDeviceIndex(saddr, rx.length)];
      return judge.forward(device?.ifindex ?? 0, frameOfPair(router(design), saddr, daddr));
    };
    runBursts(
      router(design),
      pairsOf(64, () => true),
      fateOf,
      "forward",
    );
  });

  it.each(DESIGNS)("%s: sendPackets sends every datagram as the reference does", (design) => {
    const [template = new Uint8Array(64)] = router(design).templates;
    const fateOf = ([, daddr]: Pair): Fate => judge.localSend(daddr, sendTemplateOf(template));
    runBursts(
      router(design),
      pairsOf(65, (daddr) => !isMulticast(daddr)),
      fateOf,
      "send",
    );
  });

  it("carries the position in the flow list on, and wraps", () => {
    const { machine } = router("no-cache");
    router("no-cache").setFlows([
      [0x08080801, hostOfRow(0)],
      [0x08080802, hostOfRow(1)],
      [0x08080803, hostOfRow(2)],
    ]);
    router("no-cache").forward(64);
    expect(machine.ringsWord(0, "RINGS_FLOW_NEXT")).toBe(1);
    machine.cpu(0).call("nullPackets", 65);
    expect(machine.ringsWord(0, "RINGS_FLOW_NEXT")).toBe(0);
  });
});
