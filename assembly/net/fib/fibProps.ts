/**
 * `fib_props`: what the type of a route means for a lookup that ends on it (spec 0.4). Switches, as
 * an image has no data section.
 */
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL } from "../../errno";
import {
  RT_SCOPE_HOST,
  RT_SCOPE_LINK,
  RT_SCOPE_NOWHERE,
  RT_SCOPE_UNIVERSE,
  RTN_ANYCAST,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_THROW,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from "./rtnetlink";

/**
 * Error of a lookup that ends on a route of `type`: negative, or 0 for a route that can be used.
 */
export function fibPropsError(type: u32): i32 {
  if (type < RTN_BLACKHOLE) return 0;
  if (type == RTN_UNREACHABLE) return -EHOSTUNREACH;
  if (type == RTN_PROHIBIT) return -EACCES;
  if (type == RTN_THROW) return -EAGAIN;
  return -EINVAL;
}

/** Widest scope that a route of `type` may have. */
export function fibPropsScope(type: u32): u32 {
  switch (type) {
    case RTN_UNICAST:
    case RTN_MULTICAST:
    case RTN_BLACKHOLE:
    case RTN_UNREACHABLE:
    case RTN_PROHIBIT:
    case RTN_THROW:
      return RT_SCOPE_UNIVERSE;
    case RTN_LOCAL:
      return RT_SCOPE_HOST;
    case RTN_BROADCAST:
    case RTN_ANYCAST:
      return RT_SCOPE_LINK;
    default:
      return RT_SCOPE_NOWHERE;
  }
}
