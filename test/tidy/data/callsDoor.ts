/**
 * Who may call upward: the files of `assembly/` that import from `calls/`. In the kernel these are
 * the places that call through a function pointer. `index.ts` needs no entry.
 * An entry whose file no longer imports from `calls/` fails the test: the list cannot go stale.
 */

/** File to the function pointer it stands for. */
export const CALLS_ALLOWED: Readonly<Record<string, string>> = {};
