import { defineConfig } from "vitest/config";

// Three projects. `unit` is what `npm run check` runs at every commit, with the build in under a minute:
// everything that is not slow, the lower layers of the image among it. `machine` has the tests that
// compile many images or boot whole machines; `whole` those that take threads, processes or the full
// table. `npm test` runs all three.
const WHOLE = "test/**/*.whole.test.ts";
const MACHINE = [
  "test/assembly/{kernel,machine,mm,net,workload}/**/*.test.ts",
  "test/fidelity/**/*.test.ts",
  "test/src/image/{compile,knobs}.test.ts",
  "test/src/machine/**/*.test.ts",
  "test/src/measure/{countCosts,inspectMachine,judge*,runCell,tracePacket}.test.ts",
];
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [WHOLE, ...MACHINE],
          // One worker for many files: a fresh one each costs more than most of these tests.
          isolate: false,
          ...timeouts,
        },
      },
      {
        test: { name: "machine", include: MACHINE, exclude: [WHOLE], isolate: false, ...timeouts },
      },
      {
        test: {
          name: "whole",
          include: [WHOLE],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
