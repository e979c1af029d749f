/**
 * The fates that a received frame can have, by name: what `buildFateFrames` makes frames of.
 */
import { DROP_REASONS, type DropReason } from "../reference/fate.js";

/**
 * Reasons no frame can bring about: local send only, a driver that hands a runt up, and a device
 * that is down while its routes stand, which is an instant and no state.
 */
export const UNREACHABLE_REASONS = [
  "short-frame",
  "device-down",
  "zero-destination",
  "broadcast-send",
] as const satisfies readonly DropReason[];

export type InputDropReason = Exclude<DropReason, (typeof UNREACHABLE_REASONS)[number]>;

/**
 * The fates frames are made for: forwarding counts twice, by a gateway and to a host on the link.
 */
export type FateName = "forwarded-gateway" | "forwarded-on-link" | "delivered" | InputDropReason;

export const FATE_NAMES: readonly FateName[] = [
  "forwarded-gateway",
  "forwarded-on-link",
  "delivered",
  ...DROP_REASONS.filter(isInputDropReason),
];

/** True for a reason that a received frame can be dropped for. */
export function isInputDropReason(reason: DropReason): reason is InputDropReason {
  return !UNREACHABLE_REASONS.some((other) => other === reason);
}
