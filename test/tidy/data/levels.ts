/**
 * The levels of the tree. A file imports only from lower levels or from its own unit; a unit is a
 * folder or a single file at the root. Two units of one level do not see each other, but that
 * files at the root are in one folder.
 */

/** Unit (path below the root folder) to level. The longest unit that fits a path counts. */
export type Levels = Readonly<Record<string, number>>;

/** What runs on a CPU. `calls` is the door upward and has a rule of its own (`callsDoor.ts`). */
export const ASSEMBLY_LEVELS: Levels = {
  "config.ts": 0,
  "errno.ts": 0,
  arch: 1,
  lib: 2,
  mm: 3,
  kernel: 4,
  "net/core": 5,
  "net/fib": 6,
  "net/ipv4": 7,
  "net/ipv6": 7,
  "net/inet": 8,
  workload: 9,
  "boot.ts": 10,
  "layout.ts": 10,
  "layoutAccounts.ts": 10,
  "layoutViews.ts": 10,
  "index.ts": 10,
};

/** The experiment around it. */
export const SRC_LEVELS: Levels = {
  reference: 0,
  inputs: 1,
  result: 1,
  image: 2,
  machine: 3,
  workloads: 4,
  measure: 5,
  stress: 5,
  library: 6,
  report: 6,
  "index.ts": 7,
  cli: 8,
};
