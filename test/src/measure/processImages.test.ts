/** The images of a process: orders by seed, and a placebo whose bytes are nobody else's. */
import { beforeAll, describe, expect, it } from "vitest";
import { parseDesign } from "../../../src/image/designs.js";
import { functionCount } from "../../../src/image/functionOrder.js";
import { findImage, type Image, sha256 } from "../../../src/image/imageStore.js";
import {
  hasReplicas,
  layoutsOf,
  PLACEBO_NAME,
  placeboOf,
  REPLICAS,
  replicasOf,
  withRandomOrder,
} from "../../../src/measure/processImages.js";
import { createRandom } from "../../../src/measure/statisticsRandom.js";
import { findWorkload } from "../../../src/workloads/workload.js";

describe("the images of a process", () => {
  let image: Image;

  beforeAll(async () => {
    image = await findImage(parseDesign("no-cache"), "release");
  });

  it("have an order by the seed, and their own name, knobs and hash", () => {
    const one = withRandomOrder(image, createRandom(1));
    expect(withRandomOrder(image, createRandom(1))).toEqual(one);
    expect(withRandomOrder(image, createRandom(2)).sha256).not.toBe(one.sha256);
    expect(one).toMatchObject({ name: "no-cache", row: image.row, sha256: sha256(one.bytes) });
    expect(functionCount(one.bytes)).toBe(functionCount(image.bytes));
  });

  it("have as many layouts as asked for, fewer where more arms share a process", () => {
    const laidOut = withRandomOrder(image, createRandom(1), 3);
    const all = [laidOut.bytes, ...(laidOut.otherOrders ?? [])];
    expect(new Set(all.map(sha256)).size).toBe(3);
    for (const bytes of all) expect(functionCount(bytes)).toBe(functionCount(image.bytes));
    const placebo = placeboOf(image, laidOut, createRandom(2));
    expect(placebo.otherOrders).toHaveLength(2);
    expect([1, 2, 3, 4, 6, 9, 20].map(layoutsOf)).toEqual([2, 2, 2, 2, 2, 1, 1]);
  });

  it("are given several machines, one layout each, where nothing forbids it", () => {
    const laidOut = withRandomOrder(image, createRandom(1), 2);
    const replicas = replicasOf(laidOut);
    expect(replicas).toHaveLength(REPLICAS);
    expect(replicas.every(({ otherOrders }) => otherOrders?.length === 0)).toBe(true);
    // The same object where it is the same layout: it is compiled once.
    expect(new Set(replicas).size).toBe(2);
    expect(replicas.map(({ sha256: hash }) => hash)[0]).toBe(laidOut.sha256);
    const plain = {
      rows: [image.row, parseDesign("nexthop-direct").row],
      workloads: [findWorkload("internet-mix")],
      routes: 10_000,
      hasSideLoad: false,
    };
    expect(hasReplicas(plain)).toBe(true);
    expect(hasReplicas({ ...plain, hasSideLoad: true })).toBe(false);
    expect(hasReplicas({ ...plain, routes: 968_428 })).toBe(false);
    expect(hasReplicas({ ...plain, rows: [parseDesign("linux-2.6.18").row] })).toBe(false);
    for (const workload of ["scan", "hit-share:0.5"]) {
      expect(hasReplicas({ ...plain, workloads: [findWorkload(workload)] })).toBe(false);
    }
  });

  it("include a placebo in an order of its own", () => {
    const random = createRandom(1);
    const design = withRandomOrder(image, random);
    const placebo = placeboOf(image, design, random);
    expect(placebo.name).toBe(PLACEBO_NAME);
    expect(new Set([image.sha256, design.sha256, placebo.sha256]).size).toBe(3);
    // The order that is taken is passed over, not given twice.
    const again = placeboOf(image, withRandomOrder(image, createRandom(3)), createRandom(3));
    expect(again.sha256).not.toBe(withRandomOrder(image, createRandom(3)).sha256);
  });
});
