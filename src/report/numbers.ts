/**
 * How reports write numbers: one place, so that the same figure reads the same in every format.
 * Units are in column heads or beside the number; none is left to be guessed.
 */

/** Sets a comma before every third digit from the point, as in 968,428. */
function groupThousands(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A whole number with commas: 968428 is 968,428. */
export function formatCount(value: number): string {
  return groupThousands(Math.round(value).toFixed(0));
}

/**
 * A number with so many significant digits, never in powers of ten: 212, 42.5, 0.0123.
 * From 1,000 on all digits before the point are kept.
 */
export function formatSignificant(value: number, digits = 3): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return formatCount(value);
  // The exponent after rounding: 99.96 becomes 100, which has no decimal left.
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  return groupThousands(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

/** How often something happens per packet: 0 means never, not seldom. */
export function formatPerPacket(value: number): string {
  if (value === 0) return "0";
  if (value < 0.001) return "<0.001";
  const text = formatSignificant(value);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Bytes in the greatest binary unit of which there is at least one: 1.50 MiB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  // 1023.9 would be printed as 1,024: the next unit then.
  while (Math.round(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 ? formatCount(value) : formatSignificant(value);
  return `${text} ${units[unit]}`;
}

/** A share of one as percent: 0.02 is 2 %. */
export function formatPercent(share: number): string {
  return `${formatSignificant(share * 100, 2).replace(/\.0+$/, "")} %`;
}

/** A ratio and its bounds, with the same number of decimals. */
export interface RatioText {
  readonly ratio: string;
  /** As in [1.02, 1.06], or null where there is no interval. */
  readonly interval: string | null;
}

/** No ratio is printed finer than this; timing never resolves more. */
const RATIO_DECIMALS_MAX = 4;

/**
 * A ratio with two decimals, or with as many more (to four) as it takes that no bound that is not 1
 * reads as 1, and that two different bounds read differently.
 */
export function formatRatio(ratio: number, low: number | null, high: number | null): RatioText {
  const bounds = low === null || high === null ? [] : [low, high];
  let decimals = 2;
  const misleads = (): boolean => {
    const texts = bounds.map((bound) => bound.toFixed(decimals));
    const hidesSide = bounds.some((bound, index) => bound !== 1 && Number(texts[index]) === 1);
    return hidesSide || (low !== high && texts[0] === texts[1]);
  };
  while (bounds.length > 0 && decimals < RATIO_DECIMALS_MAX && misleads()) decimals++;
  const [lowText, highText] = bounds.map((bound) => bound.toFixed(decimals));
  return {
    ratio: ratio.toFixed(decimals),
    interval: lowText === undefined ? null : `[${lowText}, ${highText}]`,
  };
}
