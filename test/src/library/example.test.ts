/** The example of `docs/library.md` is run as it stands, and prints what the page says. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { packageRoot } from "../../../src/image/packageRoot.js";

const page = readFileSync(path.join(packageRoot, "docs/library.md"), "utf8");

/** The only block of this kind on the page. */
function blockOf(kind: string): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${kind}\n(.*?)\`\`\``, "gs"))];
  if (blocks.length !== 1) throw new RangeError(`${blocks.length} blocks of ${kind}`);
  return blocks[0]?.[1] ?? "";
}

it("the example of the page prints what stands below it", async () => {
  // From the package's own folder the name `dstbench` is the package itself, as built.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", blockOf("js")],
    { cwd: packageRoot },
  );
  expect(stdout).toBe(blockOf("text"));
});
