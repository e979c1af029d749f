/**
 * Where the fields of an entry lie that the host shows: one constant for each, by DST_LAYOUT, for
 * `src/machine/dstView.ts`. VIEW_NONE: this layout has no such field.
 */
import { DST_LAYOUT, DST_LAYOUT_160, DST_LAYOUT_208 } from "../../config";
import { Rtable152 } from "./dstLayout152";
import { Rtable160 } from "./dstLayout160";
import { Rtable208 } from "./dstLayout208";

/** No field. */
export const VIEW_NONE: usize = 0xffff;

export const VIEW_ERROR: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("error")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("error")
      : offsetof<Rtable152>("error");
export const VIEW_OBSOLETE: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("obsolete")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("obsolete")
      : offsetof<Rtable152>("obsolete");
export const VIEW_FLAGS: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("flags")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("flags")
      : offsetof<Rtable152>("flags");
export const VIEW_LASTUSE: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("lastuse")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("lastuse")
      : offsetof<Rtable152>("lastuse");
export const VIEW_EXPIRES: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("expires")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("expires")
      : offsetof<Rtable152>("expires");
export const VIEW_HEADER_LEN: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("headerLen")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("headerLen")
      : offsetof<Rtable152>("headerLen");
export const VIEW_USE: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("use")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("use")
      : offsetof<Rtable152>("use");
/** The array itself where each entry has a copy, else the word that points to it. */
export const VIEW_METRICS: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("metrics")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("metrics")
      : offsetof<Rtable152>("metrics");
export const VIEW_HH: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("hh")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("hh")
      : VIEW_NONE;
export const VIEW_RT_FLAGS: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtFlags")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtFlags")
      : offsetof<Rtable152>("rtFlags");
export const VIEW_RT_TYPE: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtType")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtType")
      : offsetof<Rtable152>("rtType");
export const VIEW_RT_IIF: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtIif")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtIif")
      : offsetof<Rtable152>("rtIif");
export const VIEW_RT_GATEWAY: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtGateway")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtGateway")
      : offsetof<Rtable152>("rtGateway");
export const VIEW_RT_DST: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtDst")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtDst")
      : VIEW_NONE;
export const VIEW_RT_SRC: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtSrc")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtSrc")
      : VIEW_NONE;
export const VIEW_RT_SPEC_DST: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("rtSpecDst")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtSpecDst")
      : VIEW_NONE;
export const VIEW_KEY_SRC: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("flSrc")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtKeySrc")
      : VIEW_NONE;
export const VIEW_KEY_TOS: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("flTos")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtTos")
      : VIEW_NONE;
/** Receiving device of the key, 0 of a route for output. */
export const VIEW_KEY_IIF: usize =
  DST_LAYOUT == DST_LAYOUT_208
    ? offsetof<Rtable208>("flIif")
    : DST_LAYOUT == DST_LAYOUT_160
      ? offsetof<Rtable160>("rtRouteIif")
      : VIEW_NONE;
