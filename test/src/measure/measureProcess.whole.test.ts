/** A measuring process by itself: it ends with its parent, and answers nobody who did not ask. */
import { fork } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";

const FILE = path.join(packageRoot, "dist/measure/measureProcess.js");

describe("a measuring process", () => {
  it("ends when its parent goes, and not by a signal", async () => {
    const child = fork(FILE, [], { serialization: "advanced" });
    const ended = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
    await new Promise((resolve) => child.once("spawn", resolve));
    // Handlers are in place once the process has answered; a bad request is answered too.
    const answer = new Promise((resolve) => child.once("message", resolve));
    child.send({ kind: "run", request: { cells: [] } });
    expect(await answer).toMatchObject({ kind: "failed" });
    child.disconnect();
    expect(await ended).toBe(0);
  });
});
