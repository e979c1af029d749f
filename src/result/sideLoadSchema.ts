/**
 * A cell's side load in the result document: what was asked of the control plane, and what it did
 * beside each design's windows.
 *
 *   due = updatesPerSecond × ticks ÷ hz      updates that should have been made
 *   arms.length == the cell's arms           in their order
 */
import { z } from "zod";

const count = z.int().min(0);

const sideLoadArmSchema = z.strictObject({
  updates: count.describe("updates made in windows and their lead-ins"),
  ticks: count.describe("jiffies that the control plane saw pass meanwhile"),
  refused: count.describe("operations that the machine refused"),
  firstError: z.int().max(0).describe("what the first of them said; 0: none was refused"),
});

export const sideLoadSchema = z.strictObject({
  kind: z.string().min(1),
  updatesPerSecond: z.int().min(1).describe("asked for, by the machine's clock"),
  arms: z.array(sideLoadArmSchema).describe("one for each arm of the cell"),
});

/** What the control plane did beside a cell's windows. */
export type CellSideLoad = z.infer<typeof sideLoadSchema>;
/** What it did beside one design. */
export type SideLoadArm = z.infer<typeof sideLoadArmSchema>;
