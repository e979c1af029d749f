/** A whole machine with the operations of net/core exported, compiled once for a test file. */
import { parseDesign } from "../../../../src/image/designs.js";
import { sha256 } from "../../../../src/image/imageStore.js";
import { cachedImage } from "../../../helpers/testMachine.js";
import { type Router, routersOf } from "../../machine/router.js";

export const CORE_ENTRY = "test/assembly/net/core/core.as.ts";

/**
 * The machine of `design` with `entry` compiled in its place, and some constants other than the
 * design's; CPUs are online.
 */
export async function coreRouter(
  design: string,
  cpus = 2,
  changes: Record<string, number> = {},
  entry = CORE_ENTRY,
): Promise<Router> {
  const { row, defines } = parseDesign(design);
  const bytes = await cachedImage(entry, "debug", { ...defines, ...changes });
  const image = { name: design, row, bytes, sha256: sha256(bytes), compiledNow: true } as const;
  const [router] = await routersOf([], { images: [{ ...image, flavour: "debug" }], cpus });
  if (router === undefined) throw new RangeError("no machine");
  router.machine.setWord("SB_PACKETS_PER_TICK", 0);
  return router;
}

/** NUD_* states (`assembly/net/core/neighbour.ts`). */
export const NUD = {
  none: 0,
  incomplete: 1,
  reachable: 2,
  stale: 4,
  delay: 8,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const;

/** DST_* flags and states (`assembly/net/core/dstEntry.ts`). */
export const DST_HOST = 1;
export const DST_NOCACHE = 0x10;
export const DST_NOCOUNT = 0x20;
export const DST_OBSOLETE_DEAD = 2;

/** Offsets of 3.10's dst_entry (spec 1.1). */
export const DST_INPUT = 80;
export const DST_OUTPUT = 88;
export const DST_REFCNT = 128;
export const CALL_DISCARD = 1;
export const CALL_IP_FORWARD = 3;
export const CALL_IP_OUTPUT = 5;
