/**
 * `show cache`: dst entries in three formats: as `ip route show cache` of iproute2 prints them, as
 * /proc/net/rt_cache, and as a dump field by field. Pure functions.
 *
 * An entry without addresses (3.6 on) serves every destination behind its nexthop: `*`.
 */
import { type DstView, RTAX } from "../machine/dstView.js";
import { formatAddress, swapBytes } from "../reference/ipv4Address.js";
import { dstFlagNames, routeFlagNames, typeName } from "./kernelNames.js";

/** Name of a device by its ifindex. */
export type DeviceName = (ifindex: number) => string;

const RTN_UNICAST = 1;

/** iproute2's words for route flags, in its order. */
const CACHE_FLAGS: readonly (readonly [number, string])[] = [
  [0x80000000, "local"],
  [0x40000000, "reject"],
  [0x20000000, "mc"],
  [0x10000000, "brd"],
  [0x08000000, "dst-nat"],
  [0x00800000, "src-nat"],
  [0x00400000, "masq"],
  [0x00020000, "dst-direct"],
  [0x04000000, "src-direct"],
  [0x00040000, "redirected"],
  [0x01000000, "redirect"],
  [0x00200000, "fastroute"],
  [0x00010000, "notify"],
  [0x00080000, "proxy"],
];

function metric(dst: DstView, index: number): number {
  return dst.metrics[index - 1] ?? 0;
}

/** `<local,brd> `, or nothing. */
function cacheFlags(rtFlags: number): string {
  const names = CACHE_FLAGS.filter(([bit]) => (rtFlags & bit) >>> 0 === bit);
  const known = names.reduce((bits, [bit]) => bits | bit, 0);
  const rest = (rtFlags & ~known & ~0xffff) >>> 0;
  const words = names.map(([, name]) => name);
  if (rest !== 0) words.push(rest.toString(16));
  return words.length === 0 ? "" : `<${words.join(",")}> `;
}

/** The source that iproute2 shows: of an answer, or the one that the route chose. */
function shownSource(dst: DstView): number | undefined {
  if (dst.keyIif !== undefined && dst.keyIif !== 0) return dst.rtSpecDst;
  return dst.rtSrc === dst.keySrc ? undefined : dst.rtSrc;
}

function routeWords(dst: DstView, device: DeviceName): string {
  const { rtDst, keySrc, keyTos, rtGateway } = dst;
  const words: string[] = [];
  if (dst.rtType !== RTN_UNICAST) words.push(typeName(dst.rtType));
  words.push(rtDst === undefined ? "*" : formatAddress(rtDst));
  if (keySrc !== undefined && keySrc !== 0) words.push(`from ${formatAddress(keySrc)}`);
  if (keyTos !== undefined && keyTos !== 0) words.push(`tos 0x${hex(keyTos, 2)}`);
  const isGateway = rtDst === undefined ? rtGateway !== 0 : rtGateway !== rtDst;
  if (isGateway) words.push(`via ${formatAddress(rtGateway)}`);
  if (dst.ifindex !== 0) words.push(`dev ${device(dst.ifindex)}`);
  const source = shownSource(dst);
  return words.join(" ") + (source === undefined ? "" : `  src ${formatAddress(source)}`);
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, "0");
}

const SHOWN_METRICS = ["mtu", "window", "rtt", "rttvar", "advmss", "hoplimit"] as const;

function cacheWords(dst: DstView, device: DeviceName, hz: number): string {
  const words: string[] = [];
  if (dst.expires !== 0)
    words.push(` expires ${Math.trunc(((dst.expires - dst.now) | 0) / hz)}sec`);
  if (dst.error !== 0) words.push(` error ${dst.error}`);
  for (const name of SHOWN_METRICS) {
    const value = metric(dst, RTAX[name]);
    if (value !== 0) words.push(` ${name} ${value}`);
  }
  if (dst.keyIif !== undefined && dst.keyIif !== 0) words.push(` iif ${device(dst.keyIif)}`);
  // What has no key is told by its place, which no kernel prints.
  if (dst.rtDst === undefined) words.push(` ${dst.place}`);
  return `    cache ${cacheFlags(dst.rtFlags)}${words.join("")}`.trimEnd();
}

/** Two lines for each entry, as `ip route show cache` prints them; `hz` ticks are a second. */
export function routeLines(dsts: readonly DstView[], device: DeviceName, hz: number): string[] {
  return dsts.flatMap((dst) => [routeWords(dst, device), cacheWords(dst, device, hz)]);
}

const PROC_HEADER = [
  ...["Iface", "Destination", "Gateway ", "Flags\t", "RefCnt", "Use", "Metric", "Source\t"],
  ...["MTU", "Window", "IRTT", "TOS", "HHRef", "HHUptod", "SpecDst"],
].join("\t");
/** Bytes of a line without its line feed. */
const PROC_WIDTH = 127;
const TCP_IP_HEADERS = 40;

function procWord(address: number | undefined): string {
  return hex(swapBytes(address ?? 0), 8).toUpperCase();
}

function procLine(dst: DstView, device: DeviceName): string {
  const advmss = metric(dst, RTAX.advmss);
  const irtt = (metric(dst, RTAX.rtt) >>> 3) + metric(dst, RTAX.rttvar);
  return [
    dst.ifindex === 0 ? "*" : device(dst.ifindex),
    procWord(dst.rtDst),
    procWord(dst.rtGateway),
    hex(dst.rtFlags, 1).toUpperCase().padStart(8),
    dst.refcnt,
    dst.use,
    0,
    procWord(dst.rtSrc),
    advmss === 0 ? 0 : advmss + TCP_IP_HEADERS,
    metric(dst, RTAX.window),
    irtt,
    hex(dst.keyTos ?? 0, 2).toUpperCase(),
    dst.header?.refcnt ?? -1,
    dst.header?.isUpToDate === true ? 1 : 0,
    procWord(dst.rtSpecDst),
  ].join("\t");
}

/**
 * /proc/net/rt_cache: a header, then a line for each entry that names a flow; kernels without such
 * entries print the header alone.
 */
export function procLines(dsts: readonly DstView[], device: DeviceName): string[] {
  const flows = dsts.filter((dst) => dst.rtDst !== undefined);
  const lines = [PROC_HEADER, ...flows.map((dst) => procLine(dst, device))];
  return lines.map((line) => line.padEnd(PROC_WIDTH));
}

function dumpOf(dst: DstView, device: DeviceName): string[] {
  const address = (name: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`${name}: ${formatAddress(value)}`];
  return [
    "the dst_entry:",
    `    the dev name: ${dst.ifindex === 0 ? "none" : device(dst.ifindex)}`,
    `    the error: ${dst.error}`,
    `    the obsolete: ${dst.obsolete}`,
    `    the flag: ${dstFlagNames(dst.flags)}`,
    `    expires: ${dst.expires}, now: ${dst.now}`,
    `    header len: ${dst.headerLen}`,
    `rt_flag: ${routeFlagNames(dst.rtFlags)}`,
    `rt_type: RTN_${typeName(dst.rtType).toUpperCase()}`,
    ...address("rt_dst", dst.rtDst),
    ...address("rt_src", dst.rtSrc),
    `rt_iif: ${dst.rtIif}`,
    ...address("rt_gateway", dst.rtGateway),
    ...address("rt_spec_dst", dst.rtSpecDst),
  ];
}

/** Entries field by field, a blank line between two; fields that the layout lacks are left out. */
export function dumpLines(dsts: readonly DstView[], device: DeviceName): string[] {
  return dsts.flatMap((dst, i) => [...(i === 0 ? [] : [""]), ...dumpOf(dst, device)]);
}
