/**
 * The kernel's names for numbers that machines hold: route types, error numbers, flags.
 */

const TYPES = [
  ...["unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole"],
  ...["unreachable", "prohibit", "throw", "nat", "xresolve"],
];

/** A route type as iproute2 writes it (`RTN_…`). */
export function typeName(type: number): string {
  return TYPES[type] ?? `type ${type}`;
}

const ERRORS: Readonly<Record<number, string>> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  17: "EEXIST",
  18: "EXDEV",
  19: "ENODEV",
  22: "EINVAL",
  90: "EMSGSIZE",
  100: "ENETDOWN",
  101: "ENETUNREACH",
  105: "ENOBUFS",
  113: "EHOSTUNREACH",
};

/** -22 is "-EINVAL"; a positive number is its own name. */
export function errorName(error: number): string {
  const name = ERRORS[-error];
  return name === undefined ? String(error) : `-${name}`;
}

const DST_FLAGS: readonly (readonly [number, string])[] = [
  [0x0001, "DST_HOST"],
  [0x0002, "DST_NOXFRM"],
  [0x0004, "DST_NOPOLICY"],
  [0x0008, "DST_NOHASH"],
  [0x0010, "DST_NOCACHE"],
  [0x0020, "DST_NOCOUNT"],
];

const RTCF_FLAGS: readonly (readonly [number, string])[] = [
  [0x00010000, "RTCF_NOTIFY"],
  [0x00020000, "RTCF_DIRECTDST"],
  [0x00040000, "RTCF_REDIRECTED"],
  [0x00080000, "RTCF_TPROXY"],
  [0x00200000, "RTCF_FAST"],
  [0x00400000, "RTCF_MASQ"],
  [0x00800000, "RTCF_SNAT"],
  [0x01000000, "RTCF_DOREDIRECT"],
  [0x04000000, "RTCF_DIRECTSRC"],
  [0x08000000, "RTCF_DNAT"],
  [0x10000000, "RTCF_BROADCAST"],
  [0x20000000, "RTCF_MULTICAST"],
  [0x40000000, "RTCF_REJECT"],
  [0x80000000, "RTCF_LOCAL"],
];

function flagNames(value: number, known: readonly (readonly [number, string])[]): string {
  const names = known.filter(([bit]) => (value & bit) >>> 0 === bit).map(([, name]) => name);
  const rest = known.reduce((left, [bit]) => left & ~bit, value) >>> 0;
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? "0" : names.join("|");
}

/** Flags of a dst_entry (`DST_…`), joined by bars; "0" for none. */
export function dstFlagNames(flags: number): string {
  return flagNames(flags, DST_FLAGS);
}

/** Flags of a route (`RTCF_…`), joined by bars; "0" for none. */
export function routeFlagNames(flags: number): string {
  return flagNames(flags, RTCF_FLAGS);
}
