/**
 * What the trials of a self-test say of the engine: false claims, detection, coverage, each with
 * exact binomial bounds, and which of the rules it missed.
 *
 *   A/A        a claim of any kind is false; more than a rule of 5 % makes in all but one of a
 *              thousand tests fails (14 of 100)
 *   planted    found: a claim with the right sign; of 5 % and more, 95 % of trials must be
 *   all        the interval holds the truth in 90 % of trials
 */

import type { SelftestTrial } from "./selftestState.js";
import { binomialAtLeast, clopperPearson } from "./statisticsBeta.js";

/** The rate of false claims that the engine promises. */
const FALSE_SHARE = 0.05;
/** How unlikely a count must be before the promise counts as broken, and before it is looked at. */
const FAIL_P = 0.001;
const LOOK_P = 0.05;
/** A planted effect of this size must be found in this share of trials. */
const EFFECT_SHARE_MIN = 0.05;
const FOUND_SHARE_MIN = 0.95;
const COVERED_SHARE_MIN = 0.9;
const BOUNDS_CONFIDENCE = 0.95;

/** A count of trials with bounds for the share behind it. */
export interface Count {
  readonly count: number;
  readonly low: number;
  readonly high: number;
}

/** Trials of one share. */
export interface ShareScore {
  readonly share: number;
  readonly trials: number;
  /** A/A: claims of any kind. Planted: claims with the right sign. */
  readonly claims: Count;
  /** Planted: claims with the wrong sign. A/A: claims that the second arm is slower. */
  readonly wrong: number;
  readonly covered: Count;
}

/** What a test says. */
export interface SelftestScore {
  readonly perShare: readonly ShareScore[];
  /** Rules that were missed, one line each: the test failed. */
  readonly missed: readonly string[];
  /** What should be looked into although it is within its bound. */
  readonly notices: readonly string[];
}

function countOf(count: number, trials: number): Count {
  return { count, ...clopperPearson(count, trials, BOUNDS_CONFIDENCE) };
}

function isClaim({ verdict }: SelftestTrial): boolean {
  return verdict === "faster" || verdict === "slower" || verdict === "tiny";
}

function isCovered({ low, high, truth }: SelftestTrial): boolean {
  return low !== null && high !== null && low <= truth && truth <= high;
}

/** The score of the trials of one share; one or more of them. */
function scoreOf(share: number, trials: readonly SelftestTrial[]): ShareScore {
  const claims = trials.filter(isClaim);
  const slower = claims.filter(({ ratio }) => ratio > 1);
  const right = share > 1 ? slower.length : claims.length - slower.length;
  const counted = share === 1 ? claims.length : right;
  return {
    share,
    trials: trials.length,
    claims: countOf(counted, trials.length),
    wrong: share === 1 ? slower.length : claims.length - right,
    covered: countOf(trials.filter(isCovered).length, trials.length),
  };
}

function effectText(share: number): string {
  return share === 1
    ? "A/A"
    : `planted ${share > 1 ? "+" : "−"}${percentOf(Math.abs(share - 1))} %`;
}

function percentOf(share: number): string {
  return String(Number((100 * share).toFixed(2)));
}

function rulesOf(score: ShareScore): { missed: string[]; notices: string[] } {
  const { share, trials, claims, wrong } = score;
  const name = `${effectText(share)}: ${claims.count} of ${trials}`;
  if (share === 1) {
    const p = binomialAtLeast(claims.count, trials, FALSE_SHARE);
    if (p < FAIL_P)
      return { missed: [`${name} claimed a difference where there is none`], notices: [] };
    if (p < LOOK_P)
      return { missed: [], notices: [`${name} claims are more than 5 % makes likely`] };
    return { missed: [], notices: [] };
  }
  const missed: string[] = [];
  if (Math.abs(share - 1) >= EFFECT_SHARE_MIN - 1e-9 && claims.count < FOUND_SHARE_MIN * trials) {
    missed.push(`${name} were found; 95 % are wanted`);
  }
  const p = binomialAtLeast(wrong, trials, FALSE_SHARE);
  if (p < FAIL_P) missed.push(`${effectText(share)}: ${wrong} of ${trials} with the wrong sign`);
  return { missed, notices: [] };
}

/** Scores all trials of a state. */
export function scoreSelftest(trials: readonly SelftestTrial[]): SelftestScore {
  const shares = [...new Set(trials.map(({ share }) => share))].sort((a, b) => a - b);
  const perShare = shares.map((share) =>
    scoreOf(
      share,
      trials.filter((trial) => trial.share === share),
    ),
  );
  const rules = perShare.map(rulesOf);
  const missed = rules.flatMap((rule) => rule.missed);
  const covered = trials.filter(isCovered).length;
  if (trials.length > 0 && covered < COVERED_SHARE_MIN * trials.length) {
    missed.push(`${covered} of ${trials.length} intervals hold the truth; 90 % are wanted`);
  }
  return { perShare, missed, notices: rules.flatMap((rule) => rule.notices) };
}

/** How a share is called: A/A, planted +5 %. */
export function shareName(share: number): string {
  return effectText(share);
}
