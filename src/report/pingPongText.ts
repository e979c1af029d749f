/**
 * The ping-pong of a cell in words, beside whatever is said of contention.
 */
import type { PingPong } from "../measure/pingPongClass.js";
import { formatSignificant } from "./numbers.js";

/** `84.0 ns one way, as between complexes of one socket`; the range where processes disagree. */
export function pingPongText(ping: PingPong): string {
  const range = `${formatSignificant(ping.leastNs)} to ${formatSignificant(ping.mostNs)} ns`;
  const mixed = ping.mixed ? ` (${range} over processes: not one class)` : "";
  return `${formatSignificant(ping.ns)} ns one way, ${ping.className}${mixed}`;
}
