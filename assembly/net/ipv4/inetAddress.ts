/**
 * Predicates on IPv4 addresses in network byte order as a little-endian CPU loads them: the first
 * octet is the low byte. Follow `include/linux/in.h`.
 */

/** 0/8. */
export function ipv4IsZeronet(a: u32): bool {
  return (a & 0xff) == 0;
}

/** 127/8. */
export function ipv4IsLoopback(a: u32): bool {
  return (a & 0xff) == 127;
}

/** 224/4. */
export function ipv4IsMulticast(a: u32): bool {
  return (a & 0xf0) == 0xe0;
}

/** 240/4: reserved, and a martian to 2.6.24. */
export function ipv4IsBadclass(a: u32): bool {
  return (a & 0xf0) == 0xf0;
}

/** 255.255.255.255. */
export function ipv4IsLbcast(a: u32): bool {
  return a == 0xffffffff;
}
