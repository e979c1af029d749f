/**
 * Frames of every fate that the receive path has, with the fate each must have: what an
 * image is compared with before it may be timed.
 *
 * One recipe per fate draws a frame; the reference router says what becomes of it; a frame with
 * another fate than the recipe's is thrown away. So a recipe that is wrong yields nothing, never a
 * wrong answer.
 *
 * No frame depends on what was cached before: frames for a device that does not forward go to
 * addresses whose next hop no other frame uses, because 3.10 would poison that next hop's cached
 * input route for everybody (spec 5.3, row 10). Frames with two faults occur where the kernel's
 * order of checks is beyond doubt (TTL 1 and too big): the order is judged, too.
 */
import type { Fate } from "../reference/fate.js";
import { fibLookup } from "../reference/fibLookup.js";
import { ETH_HLEN, read32 } from "../reference/ipv4Frame.js";
import { ReferenceRouter } from "../reference/referenceRouter.js";
import type { SourceCheck } from "../reference/sourceCheck.js";
import type { NexthopPicker, PrefixColumns, World } from "../reference/world.js";
import { FATE_NAMES, type FateName, isInputDropReason } from "./fateNames.js";
import { FATE_RECIPES } from "./fateRecipes.js";
import { FrameDice } from "./frameDice.js";

export interface FateFrame {
  readonly name: FateName;
  readonly rxIfindex: number;
  readonly frame: Uint8Array;
  readonly expected: Fate;
}

export interface FateFrames {
  readonly frames: FateFrame[];
  /** Fates this world and table do not have: `no-route` under a default route, for instance. */
  readonly absent: FateName[];
}

export interface FateOptions {
  /** Frames of each fate; default 500. */
  readonly perFate?: number;
  readonly seed: number;
  /** A router of this world that holds this table already; else one is loaded. */
  readonly router?: ReferenceRouter;
  /** Rules by which the frames are judged. @default "shortcut" */
  readonly sourceCheck?: SourceCheck;
}

const DEFAULT_PER_FATE = 500;
/**
 * A quarter of the routes lead to the device with the small MTU; the others are thrown away there.
 */
const TRIES_PER_FRAME = 100;

/**
 * Builds `perFate` frames of every fate, in a seeded order of fates.
 * @throws UsageError for a table without usable addresses
 */
export function buildFateFrames(
  world: World,
  table: PrefixColumns,
  nexthopOf: NexthopPicker,
  options: FateOptions,
): FateFrames {
  const perFate = options.perFate ?? DEFAULT_PER_FATE;
  const router = options.router ?? loadedRouter(world, table, nexthopOf);
  const dice = new FrameDice(world, table, options.seed);
  const frames: FateFrame[] = [];
  const absent: FateName[] = [];
  for (const name of FATE_NAMES) {
    const made = framesOf(name, perFate, dice, {
      router,
      check: options.sourceCheck ?? "shortcut",
    });
    frames.push(...made);
    if (made.length < perFate) absent.push(name);
  }
  // Mixed, so that an image cannot get by on what the frame before left behind.
  const order = dice.shuffled(frames.length);
  return {
    frames: Array.from(order, (at) => frames[at]).filter((one) => one !== undefined),
    absent,
  };
}

function loadedRouter(
  world: World,
  table: PrefixColumns,
  nexthopOf: NexthopPicker,
): ReferenceRouter {
  const router = new ReferenceRouter(world);
  router.loadTable(table, nexthopOf);
  return router;
}

function framesOf(
  name: FateName,
  perFate: number,
  dice: FrameDice,
  { router, check }: { readonly router: ReferenceRouter; readonly check: SourceCheck },
): FateFrame[] {
  const made: FateFrame[] = [];
  for (let tries = 0; tries < perFate * TRIES_PER_FRAME && made.length < perFate; tries++) {
    const draft = FATE_RECIPES[name](dice);
    if (draft === undefined) continue;
    const expected = router.forward(draft.rxIfindex, draft.frame, check);
    if (nameOf(expected, router, draft.frame) === name) made.push({ name, ...draft, expected });
  }
  return made;
}

/** The name of a fate; a forwarded frame's depends on whether its route has a gateway. */
function nameOf(fate: Fate, router: ReferenceRouter, frame: Uint8Array): FateName | undefined {
  if (fate.kind === "delivered") return "delivered";
  if (fate.kind === "dropped") {
    return isInputDropReason(fate.reason) ? fate.reason : undefined;
  }
  const route = fibLookup(router.tables, read32(frame, ETH_HLEN + 16));
  return route?.nexthop.gateway === 0 ? "forwarded-on-link" : "forwarded-gateway";
}
