/**
 * The sentence every output of this project carries. It stands apart from the schema so that a
 * reader of results needs no validation library to print it.
 */
export const DISCLAIMER =
  "re-implementations of routing layers in WebAssembly; " +
  "no driver, NAPI, netfilter or interrupts; not measurements of Linux";
