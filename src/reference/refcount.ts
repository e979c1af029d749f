/**
 * What every reference-count engine must answer, one operation after the other: the model that
 * property tests compare the engines in the image with.
 *
 * ```
 *             get           put, last one            get at zero
 * plain       always        "last", then zero        revives: legal up to 4.12, where owners hold
 *                                                    pointers that they do not count
 * inc-not-zero unless zero  "last", then dead        refused
 * rcuref      unless dead   "last", then dead        refused
 * per-cpu     always        never noticed            always
 * ```
 *
 * `rcuref` has one state more: past its greatest count it is saturated, takes every get and put,
 * and is never freed. A put without a reference is "imbalanced" and changes nothing (the kernel
 * warns), but for a per-CPU count, where one CPU's share may be negative and only the sum means
 * anything.
 */

export type RefcountEngine = "plain" | "inc-not-zero" | "rcuref" | "per-cpu";

/** Live with n references (0: nobody counts but the object stands), dead, or saturated. */
export type RefcountState =
  | { readonly kind: "live"; readonly references: number }
  | { readonly kind: "dead" }
  | { readonly kind: "saturated" };

/** "last": the caller disposes of the object. */
export type PutResult = "held" | "last" | "imbalanced";

/**
 * The most references an rcuref can count: its valid zone is 0 to 0x7FFFFFFF, where 0 means one.
 */
export const RCUREF_MAX_REFERENCES = 0x80000000;

export class ReferenceRefcount {
  private current: RefcountState;

  /** @param references at birth, 1 or more (0 for `plain` and `per-cpu` as well) */
  constructor(
    readonly engine: RefcountEngine,
    references: number,
  ) {
    const least = engine === "plain" || engine === "per-cpu" ? 0 : 1;
    if (references < least) throw new RangeError(`${engine} begins with ${least} or more`);
    this.current = { kind: "live", references };
  }

  get state(): RefcountState {
    return this.current;
  }

  /** Takes a reference; false if the object may no longer be used. */
  get(): boolean {
    if (this.current.kind === "dead") return false;
    if (this.current.kind === "saturated") return true;
    const references = this.current.references + 1;
    const saturates = this.engine === "rcuref" && references > RCUREF_MAX_REFERENCES;
    this.current = saturates ? { kind: "saturated" } : { kind: "live", references };
    return true;
  }

  /** Gives a reference back. */
  put(): PutResult {
    if (this.current.kind === "dead") return "imbalanced";
    if (this.current.kind === "saturated") return "held";
    const references = this.current.references - 1;
    if (references < 0 && this.engine !== "per-cpu") return "imbalanced";
    const isLast = references === 0 && this.engine !== "per-cpu";
    const dies = isLast && this.engine !== "plain";
    this.current = dies ? { kind: "dead" } : { kind: "live", references };
    return isLast ? "last" : "held";
  }
}
