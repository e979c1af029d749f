/**
 * Numbers of routes as user space and the kernel share them (`rtnetlink.h`): types, scopes, tables,
 * flags of nexthops and of requests. Names and values are the kernel's (spec 0.4).
 */
export const RTN_UNSPEC: u32 = 0;
export const RTN_UNICAST: u32 = 1;
export const RTN_LOCAL: u32 = 2;
export const RTN_BROADCAST: u32 = 3;
export const RTN_ANYCAST: u32 = 4;
export const RTN_MULTICAST: u32 = 5;
export const RTN_BLACKHOLE: u32 = 6;
export const RTN_UNREACHABLE: u32 = 7;
export const RTN_PROHIBIT: u32 = 8;
export const RTN_THROW: u32 = 9;
export const RTN_NAT: u32 = 10;
export const RTN_XRESOLVE: u32 = 11;
export const RTN_MAX: u32 = RTN_XRESOLVE;

/** Bigger is narrower. */
export const RT_SCOPE_UNIVERSE: u32 = 0;
export const RT_SCOPE_SITE: u32 = 200;
export const RT_SCOPE_LINK: u32 = 253;
export const RT_SCOPE_HOST: u32 = 254;
export const RT_SCOPE_NOWHERE: u32 = 255;

export const RT_TABLE_MAIN: u32 = 254;
export const RT_TABLE_LOCAL: u32 = 255;

export const RTNH_F_DEAD: u32 = 1;
export const RTNH_F_PERVASIVE: u32 = 2;
export const RTNH_F_ONLINK: u32 = 4;

/** Flags of a request to add: what to do with what is already there. */
export const NLM_F_REPLACE: u32 = 0x100;
export const NLM_F_EXCL: u32 = 0x200;
export const NLM_F_CREATE: u32 = 0x400;
export const NLM_F_APPEND: u32 = 0x800;

/** `fib_alias.fa_state`: a lookup has used this route. */
export const FA_S_ACCESSED: u32 = 1;

/** Metrics: words in the array of a fib_info; `RTAX_MTU - 1` is the index of the MTU. */
export const RTAX_LOCK: u32 = 1;
export const RTAX_MTU: u32 = 2;
export const RTAX_ADVMSS: u32 = 8;
export const RTAX_HOPLIMIT: u32 = 10;
/** Last metric of 2.6.18: words that an entry copies. */
export const RTAX_MAX_2_6: u32 = 12;
export const RTAX_WORDS: u32 = 16;
