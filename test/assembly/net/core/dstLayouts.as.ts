/** Offsets and accessors of the three layouts of an entry, for the test of each. */
import { plainLoad32, plainStore32 } from "../../../../assembly/arch/atomic";
import { DST_LAYOUT, DST_LAYOUT_152, DST_LAYOUT_208 } from "../../../../assembly/config";
import { DST_HAS_NEIGHBOUR, DstEntry } from "../../../../assembly/net/core/dstEntry";
import { RTABLE_HAS_KEY, Rtable } from "../../../../assembly/net/ipv4/rtable";

export { attachCpuArea as attach } from "../../../../assembly/arch/percpu";
export {
  DST_DEV_OFFSET,
  DST_ENTRY_BYTES,
  DST_FLAGS_OFFSET,
  DST_INPUT_OFFSET,
  DST_NEXT_OFFSET,
  DST_OBSOLETE_OFFSET,
  DST_OUTPUT_OFFSET,
  DST_RCU_HEAD_OFFSET,
  DST_REFCNT_OFFSET,
  dstOfRcuHead,
} from "../../../../assembly/net/core/dstOffsets";
export {
  RTABLE_BYTES,
  RTABLE_GENID_OFFSET,
  RTABLE_UNCACHED_OFFSET,
} from "../../../../assembly/net/ipv4/rtable";

/** Writes `value` through accessor `which` of the entry at `at`. */
export function setField(at: usize, which: u32, value: u32): void {
  const rt = changetype<Rtable>(at);
  const dst = changetype<DstEntry>(at);
  if (which == 0) dst.flags = value;
  else if (which == 1) dst.lastuse = value;
  else if (which == 2) dst.expires = value;
  else if (which == 3) dst.next = value;
  else if (which == 4) dst.ops = value;
  else if (which == 5) rt.rtGateway = value;
  else if (which == 6) rt.rtFlags = value;
  else if (which == 7) dst.devInit = value;
  else if (which == 8) dst.inputInit = value;
  else if (which == 9) dst.obsoleteInit = <i32>value;
  else if (which == 10) dst.error = <i16>value;
  else if (which == 11) dst.use = value;
  if (DST_HAS_NEIGHBOUR) {
    if (which == 20) dst.neighbour = value;
    else if (which == 21) dst.hh = value;
  }
  if (RTABLE_HAS_KEY) {
    if (which == 30) rt.keyDst = value;
    else if (which == 31) rt.keySrc = value;
    else if (which == 32) rt.keyTos = <u8>value;
    else if (which == 33) rt.keyIif = value;
    else if (which == 34) rt.keyOif = value;
    else if (which == 35) rt.rtDst = value;
    else if (which == 36) rt.rtSpecDst = value;
  }
  if (DST_LAYOUT == DST_LAYOUT_152) {
    if (which == 40) rt.rtPmtu = value;
  }
}

/** The metric at index `i` of an entry that has those at `own` where it points to metrics. */
export function metricOf(at: usize, own: usize, i: u32): u32 {
  const dst = changetype<DstEntry>(at);
  if (DST_LAYOUT != DST_LAYOUT_208) dst.metrics = <u32>own | 1;
  return plainLoad32(dst.metricsAt + ((<usize>i) << 2));
}

/** Writes a word of memory. */
export function poke(at: usize, value: u32): void {
  plainStore32(at, value);
}
