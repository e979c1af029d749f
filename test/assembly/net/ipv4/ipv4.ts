/** A whole machine with single steps of net/ipv4 exported, compiled once for the folder. */
import { parseDesign } from "../../../../src/image/designs.js";
import { sha256 } from "../../../../src/image/imageStore.js";
import { dropsBetween, readMib } from "../../../../src/machine/counters.js";
import { sentFrames } from "../../../../src/machine/txRing.js";
import type { Fate } from "../../../../src/reference/fate.js";
import type { Route } from "../../../../src/reference/world.js";
import { cachedImage } from "../../../helpers/testMachine.js";
import { type Router, routersOf } from "../../machine/router.js";

/** The machine of `design` with `ipv4.as.ts` as its entry; CPUs are online, no time passes. */
export async function ipv4Router(design: string, cpus = 1): Promise<Router> {
  const { row, defines } = parseDesign(design);
  const bytes = await cachedImage("test/assembly/net/ipv4/ipv4.as.ts", "debug", { ...defines });
  const image = { name: design, row, bytes, sha256: sha256(bytes), compiledNow: true } as const;
  const [router] = await routersOf([], { images: [{ ...image, flavour: "debug" }], cpus });
  if (router === undefined) throw new RangeError("no machine");
  router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  return router;
}

/** Bytes at the request's place that no request uses: where steps leave their results. */
export function scratchAt(router: Router): number {
  return router.machine.word("SB_REQUEST_AT") + 1024;
}

/** Three words from the scratch place. */
export function scratch(router: Router): number[] {
  const at = scratchAt(router) / 4;
  return Array.from(router.machine.u32.subarray(at, at + 3));
}

/** What a step on CPU 0 did with the one packet it ended: a frame, a delivery or a drop. */
export function fateOf(router: Router, step: () => void): Fate {
  const { machine } = router;
  const before = readMib(machine);
  const sent = machine.ringsWord(0, "RINGS_TX_SENT");
  step();
  const after = readMib(machine);
  const ends = sentFrames(machine, 0, sent).map((one): Fate => ({ kind: "forwarded", ...one }));
  for (let i = before.inDelivers; i < after.inDelivers; i++) ends.push({ kind: "delivered" });
  for (const reason of dropsBetween(before, after)) ends.push({ kind: "dropped", reason } as Fate);
  const [end] = ends;
  if (end === undefined || ends.length !== 1) throw new Error(`${ends.length} ends of one packet`);
  return end;
}

/** The fate of one datagram of this host to `daddr`. */
export function sendTo(router: Router, daddr: number): Fate {
  router.setFlows([[0x08080800, daddr]]);
  return fateOf(router, () => router.send(1));
}

/** Asks the control plane for a route change; 0 or a negative errno. */
export function requestRoute(
  router: Router,
  name: "routeNew" | "routeDelete",
  route: Route,
  nlflags = 0,
): number {
  router.machine.writeRequest(route, nlflags);
  return router.control(name, route.table === "local" ? 255 : 254);
}
