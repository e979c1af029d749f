/**
 * dst_entry and rtable as the 64-bit 2.6.18 lays them out (spec era A): 208 and 328 bytes.
 *
 *        0              8              16             24
 *   0  │ next         │ refcnt  use  │ child        │ dev          │
 *  32  │ err obs flags│ lastuse      │ expires      │ hl tl metr ▶ │ metrics[12] at 60 to 107
 *  96  │ metr ◀       │ pad (108)    │ path         │ rate_last    │
 * 128  │ rate_tokens  │ neighbour    │ hh           │ xfrm         │
 * 160  │ input        │ output       │ tclassid     │ ops          │
 * 192  │ rcu_head                    │ rtable: idev │ rt_flags type mp │
 * 224  │ rt_dst rt_src│ iif gateway  │ fl: the flow key, 72 bytes   …
 * 312  │ rt_spec_dst  │ peer         │
 *
 * The count shares line 0 with the chain pointer and with nothing that packets only read but
 * `child`, `dev` and the times: each walk over a chain reads the line that each hold dirties.
 * Kinds of field and who may touch them: `dstEntry.ts`, `net/ipv4/rtable.ts`; nobody else names
 * these classes.
 */

@unmanaged
export class DstEntry208 {
  next: u32;
  nextHigh: u32;
  refcnt: i32;
  use: u32;
  child: u32;
  childHigh: u32;
  dev: u32;
  devHigh: u32;
  error: i16;
  obsolete: i16;
  flags: u32;
  lastuse: u32;
  lastuseHigh: u32;
  expires: u32;
  expiresHigh: u32;
  headerLen: u16;
  trailerLen: u16;
  /** First of RTAX_MAX = 12 words: RTAX_x is at index x − 1. */
  metrics: u32;
  metrics1: u32;
  metrics2: u32;
  metrics3: u32;
  metrics4: u32;
  metrics5: u32;
  metrics6: u32;
  metrics7: u32;
  metrics8: u32;
  metrics9: u32;
  metrics10: u32;
  metrics11: u32;
  pad: u32;
  path: u32;
  pathHigh: u32;
  rateLast: u32;
  rateLastHigh: u32;
  rateTokens: u32;
  rateTokensHigh: u32;
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
  tclassid: u32;
  tclassidPad: u32;
  ops: u32;
  opsHigh: u32;
  rcuHead: u64;
  rcuFunc: u64;
}

/** The tail: what 2.6.18 knows of the flow that this entry was made for. */
@unmanaged
export class Rtable208 extends DstEntry208 {
  idev: u32;
  idevHigh: u32;
  rtFlags: u32;
  rtType: u16;
  rtMultipathAlg: u16;
  rtDst: u32;
  rtSrc: u32;
  rtIif: u32;
  rtGateway: u32;
  flOif: u32;
  flIif: u32;
  flDst: u32;
  flSrc: u32;
  flMark: u32;
  flTos: u8;
  flScope: u8;
  flPad: u16;
  flRest0: u64;
  flRest1: u64;
  flRest2: u64;
  flRest3: u64;
  flRest4: u64;
  flRest5: u64;
  rtSpecDst: u32;
  rtSpecDstPad: u32;
  peer: u32;
  peerHigh: u32;
}

export const DST_ENTRY_208_BYTES: usize = 208;
export const RTABLE_208_BYTES: usize = 328;

if (offsetof<DstEntry208>() != DST_ENTRY_208_BYTES) ERROR("dst_entry of 2.6.18 has 208 bytes");
if (offsetof<DstEntry208>("metrics") != 60) ERROR("metrics are at 60 in 2.6.18");
if (offsetof<DstEntry208>("rcuHead") != 192) ERROR("rcu_head is at 192 in 2.6.18");
if (offsetof<Rtable208>("idev") != 208) ERROR("the tail starts behind dst_entry");
if (offsetof<Rtable208>("rtSpecDst") - offsetof<Rtable208>("flOif") != 72) {
  ERROR("flowi of 2.6.18 has 72 bytes");
}
if (offsetof<Rtable208>() != RTABLE_208_BYTES) ERROR("rtable of 2.6.18 has 328 bytes");
