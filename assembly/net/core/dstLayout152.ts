/**
 * dst_entry and rtable as the 64-bit 3.10 lays them out (spec era B): 152 and 192 bytes.
 *
 *        0              8              16             24
 *   0  │ rcu_head                    │ child        │ dev          │
 *  32  │ ops          │ _metrics     │ expires      │ path         │
 *  64  │ from         │ xfrm         │ input        │ output       │
 *  96  │ flags pc err obs hl tl classid │ pad (see uncachedCpu)    │
 * 128  │ refcnt  use  │ lastuse      │ next         │ rt_genid  rt_flags │
 * 160  │ type in gw iif │ gateway pmtu │ rt_uncached (list_head)    │
 *
 * Line 2 (offset 128) is apart because every holder writes it: if the count shared a line with
 * input, output, ops or dev, each packet's read of those would miss. No addresses: one rtable
 * serves every destination behind a nexthop.
 * Kinds of field and who may touch them: `dstEntry.ts`, `net/ipv4/rtable.ts`; nobody else names
 * these classes.
 */

@unmanaged
export class DstEntry152 {
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
  from: u32;
  fromHigh: u32;
  xfrm: u32;
  xfrmHigh: u32;
  input: u32;
  inputHigh: u32;
  output: u32;
  outputHigh: u32;
  flags: u16;
  pendingConfirm: u16;
  error: i16;
  obsolete: i16;
  headerLen: u16;
  trailerLen: u16;
  tclassid: u32;
  /** In the padding of 3.10: `rt_uncached_list` of 4.1 and later. */
  uncachedCpu: u32;
  pad0: u32;
  pad1: u64;
  refcnt: i32;
  use: u32;
  lastuse: u32;
  lastuseHigh: u32;
  next: u32;
  nextHigh: u32;
}

/** The tail: what a nexthop's rtable needs. */
@unmanaged
export class Rtable152 extends DstEntry152 {
  rtGenid: u32;
  rtFlags: u32;
  rtType: u16;
  rtIsInput: u8;
  rtUsesGateway: u8;
  rtIif: u32;
  rtGateway: u32;
  rtPmtu: u32;
  rtUncachedNext: u64;
  rtUncachedPrev: u64;
}

export const DST_ENTRY_152_BYTES: usize = 152;
export const RTABLE_152_BYTES: usize = 192;

if (offsetof<DstEntry152>() != DST_ENTRY_152_BYTES) ERROR("dst_entry of 3.10 has 152 bytes");
if (offsetof<DstEntry152>("obsolete") != 102) ERROR("obsolete is at 102 in 3.10");
if (offsetof<Rtable152>("rtGenid") != 152) ERROR("the tail starts behind dst_entry");
if (offsetof<Rtable152>("rtUncachedNext") != 176) ERROR("rt_uncached is at 176 in 3.10");
if (offsetof<Rtable152>() != RTABLE_152_BYTES) ERROR("rtable of 3.10 has 192 bytes");
