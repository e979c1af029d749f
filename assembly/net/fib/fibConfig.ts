/**
 * `fib_config`: a request to add or delete a route, or to make a fib_info. The host writes it.
 *
 *   0   key u32 (host order)   4  dstLen, tos, protocol, type   8  scope, pad   12  nlflags
 *   16  prefsrc   20  priority   24  mtu   28  flags   32  nhs   36 … 63 unused
 *   64  nhs × NhConfig of 32 bytes: dev, oif, gw, scope, flags, weight, saddr
 *
 * The nexthops are resolved: the caller (the layer with devices) has found the device, its index
 * and the source address, which the kernel does in `fib_check_nh`. Owner: the CPU that holds RTNL.
 */
@unmanaged
export class FibConfig {
  /** Destination in host order; bits behind `dstLen` must be zero. */
  key: u32;
  dstLen: u8;
  tos: u8;
  protocol: u8;
  type: u8;
  /** RT_SCOPE_NOWHERE in a deletion: any. */
  scope: u8;
  private _pad0: u8;
  private _pad1: u16;
  nlflags: u32;
  /** Network byte order as loaded; 0: none. */
  prefsrc: u32;
  /** Smaller is preferred. */
  priority: u32;
  /** RTAX_MTU in bytes; 0: not set. */
  mtu: u32;
  /** RTNH_F_* of the whole fib_info. */
  flags: u32;
  /** Nexthops that follow, 0 to what `fibInfoInit` was told. */
  nhs: u32;
  private _pad2: u32;
  private _pad3: u64;
  private _pad4: u64;
  private _pad5: u64;
}

@unmanaged
export class NhConfig {
  /** Offset of the net_device; 0: none. */
  dev: u32;
  oif: u32;
  /** Network byte order as loaded; 0: on link. */
  gw: u32;
  scope: u32;
  flags: u32;
  weight: u32;
  saddr: u32;
  private _pad: u32;
}

const NH_CONFIG_BYTES: usize = 32;

if (offsetof<FibConfig>() != 64) ERROR("FibConfig is 64 bytes");
if (offsetof<NhConfig>() != NH_CONFIG_BYTES) ERROR("NhConfig is 32 bytes");

/** Nexthop `i` of a request. */
export function nhConfigOf(cfg: FibConfig, i: u32): NhConfig {
  return changetype<NhConfig>(
    changetype<usize>(cfg) + offsetof<FibConfig>() + <usize>i * NH_CONFIG_BYTES,
  );
}
