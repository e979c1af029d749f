/**
 * dst_entry and rtable as the 64-bit 2.6.39 lays them out (spec era A′): 160 and 232 bytes.
 *
 *        0              8              16             24
 *   0  │ rcu_head                    │ child        │ dev          │
 *  32  │ ops          │ _metrics     │ expires      │ path         │
 *  64  │ neighbour    │ hh           │ xfrm         │ input        │
 *  96  │ output       │ err obs hl tl│ tclassid pad │ pad          │
 * 128  │ refcnt  use  │ lastuse      │ flags        │ next         │
 * 160  │ rt_key_dst, _src │ genid flags │ type tos dst │ src route_iif │
 * 192  │ rt_iif oif   │ mark gateway │ spec_dst pgen│ peer         │
 * 224  │ fi           │
 *
 * The count begins a line of its own, which the chain pointer shares (asserted in `dstEntry.ts`).
 * Kinds of field and who may touch them: `dstEntry.ts`, `net/ipv4/rtable.ts`; nobody else names
 * these classes.
 */

@unmanaged
export class DstEntry160 {
  rcuHead: u64;
  rcuFunc: u64;
  child: u32;
  childHigh: u32;
  dev: u32;
  devHigh: u32;
  ops: u32;
  opsHigh: u32;
  metrics: u32;
  metricsHigh: u32;
  expires: u32;
  expiresHigh: u32;
  path: u32;
  pathHigh: u32;
  neighbour: u32;
  neighbourHigh: u32;
  hh: u32;
  hhHigh: u32;
  xfrm: u32;
  xfrmHigh: u32;
  input: u32;
  inputHigh: u32;
  output: u32;
  outputHigh: u32;
  error: i16;
  obsolete: i16;
  headerLen: u16;
  trailerLen: u16;
  tclassid: u32;
  pad0: u32;
  pad1: u64;
  refcnt: i32;
  use: u32;
  lastuse: u32;
  lastuseHigh: u32;
  flags: u32;
  flagsPad: u32;
  next: u32;
  nextHigh: u32;
}

/** The tail: the key of the flow that this entry was made for, and its generation. */
@unmanaged
export class Rtable160 extends DstEntry160 {
  rtKeyDst: u32;
  rtKeySrc: u32;
  rtGenid: u32;
  rtFlags: u32;
  rtType: u16;
  rtTos: u8;
  rtTosPad: u8;
  rtDst: u32;
  rtSrc: u32;
  rtRouteIif: u32;
  rtIif: u32;
  rtOif: u32;
  rtMark: u32;
  rtGateway: u32;
  rtSpecDst: u32;
  rtPeerGenid: u32;
  peer: u32;
  peerHigh: u32;
  fi: u32;
  fiHigh: u32;
}

export const DST_ENTRY_160_BYTES: usize = 160;
export const RTABLE_160_BYTES: usize = 232;

if (offsetof<DstEntry160>() != DST_ENTRY_160_BYTES) ERROR("dst_entry of 2.6.39 has 160 bytes");
if (offsetof<DstEntry160>("obsolete") != 106) ERROR("obsolete is at 106 in 2.6.39");
if (offsetof<DstEntry160>("flags") != 144) ERROR("flags are at 144 in 2.6.39");
if (offsetof<Rtable160>("rtKeyDst") != 160) ERROR("the tail starts behind dst_entry");
if (offsetof<Rtable160>() != RTABLE_160_BYTES) ERROR("rtable of 2.6.39 has 232 bytes");
