/** `show slabs` prints what a kernel prints. */
import { expect, it } from "vitest";
import { slabLines } from "../../../src/report/showSlabs.js";

it("has slabinfo's header lines and its columns, in their widths", () => {
  const lines = slabLines([
    {
      name: "ip_dst_cache",
      activeObjects: 87,
      objects: 105,
      objectBytes: 192,
      objectsPerSlab: 21,
      pagesPerSlab: 1,
      activeSlabs: 5,
      slabs: 6,
    },
  ]);
  expect(lines).toEqual([
    "slabinfo - version: 2.1",
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>" +
      " : tunables <limit> <batchcount> <sharedfactor>" +
      " : slabdata <active_slabs> <num_slabs> <sharedavail>",
    "ip_dst_cache          87    105    192   21    1" +
      " : tunables    0    0    0 : slabdata      5      6      0",
  ]);
});
