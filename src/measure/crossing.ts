/**
 * Where two designs cost the same along a sweep: the ratio of their times is known with an interval
 * at some points, and between two points its logarithm is taken to be a straight line.
 *
 *   at     where the line of ratios passes 1
 *   low    where the line of one bound passes 1, high where that of the other does; null: it does
 *          not within the sweep, so the interval is open on that side
 *
 * A crossing is claimed only where one point is surely above 1 and another surely below it.
 */

/** One point: the ratio at `x`, and its bounds. */
export interface RatioPoint {
  readonly x: number;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
}

export type Crossing =
  | {
      readonly kind: "crossing";
      readonly at: number;
      readonly low: number | null;
      readonly high: number | null;
      /** How often the ratio passes 1; above 1 only the first pass is told. */
      readonly passes: number;
    }
  /** No point is surely on the other side: every ratio is above 1, below 1, or not surely either. */
  | { readonly kind: "none"; readonly side: "above" | "below" | "unclear" };

/** The places where the line through (x, log y) passes 0, in their order. */
function passesOf(points: readonly { x: number; y: number }[]): number[] {
  const places: number[] = [];
  for (const [i, next] of points.entries()) {
    const last = points[i - 1];
    if (last === undefined) continue;
    const [a, b] = [Math.log(last.y), Math.log(next.y)];
    if (a === 0 && i === 1) places.push(last.x);
    if (b === 0) places.push(next.x);
    else if (a * b < 0) places.push(last.x + ((next.x - last.x) * a) / (a - b));
  }
  return places;
}

function boundOf(points: readonly RatioPoint[], which: "low" | "high", at: number): number | null {
  const known = points.flatMap(({ x, [which]: y }) => (y === null ? [] : [{ x, y }]));
  const places = passesOf(known);
  if (places.length === 0) return null;
  return places.reduce((best, place) =>
    Math.abs(place - at) < Math.abs(best - at) ? place : best,
  );
}

/** Where the ratio of two designs passes 1. Points in any order, each x once. */
export function findCrossing(unordered: readonly RatioPoint[]): Crossing {
  const points = unordered.toSorted((a, b) => a.x - b.x);
  const above = points.some(({ low }) => low !== null && low > 1);
  const below = points.some(({ high }) => high !== null && high < 1);
  if (!above || !below) {
    return { kind: "none", side: above ? "above" : below ? "below" : "unclear" };
  }
  const places = passesOf(points.map(({ x, ratio }) => ({ x, y: ratio })));
  const at = places[0];
  if (at === undefined) return { kind: "none", side: "unclear" };
  const bounds = [boundOf(points, "low", at), boundOf(points, "high", at)];
  const [left = null, right = null] = orderBounds(bounds, at);
  return { kind: "crossing", at, low: left, high: right, passes: places.length };
}

/** One bound lies on each side of the crossing; which one follows from the slope. */
function orderBounds(bounds: readonly (number | null)[], at: number): (number | null)[] {
  const known = bounds.filter((bound) => bound !== null);
  const left = known.filter((bound) => bound <= at);
  const right = known.filter((bound) => bound > at);
  return [
    left.length === 0 ? null : Math.min(...left),
    right.length === 0 ? null : Math.max(...right),
  ];
}
