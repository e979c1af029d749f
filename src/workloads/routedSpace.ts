/**
 * The addresses that a table routes and a workload may use: inside one of its prefixes, not martian
 * (0/8, 127/8, 224/4, 240/4), and not in a subnet of the router's own devices, whose hosts would
 * need a neighbour entry each.
 */
import { subnetOf } from "../reference/connectedRoutes.js";
import { isMartian, netmask } from "../reference/ipv4Address.js";
import { UsageError } from "../reference/usageError.js";
import type { PrefixColumns, World } from "../reference/world.js";
import { AliasTable } from "./aliasTable.js";
import { mix32, type Prng } from "./prng.js";

/** So many unusable draws in a row mean that there is nothing usable to draw. */
export const MAX_DRAWS_IN_VAIN = 10_000;

export class RoutedSpace {
  private readonly subnets: readonly { readonly subnet: number; readonly mask: number }[];

  /** @throws UsageError for a table without a row */
  constructor(
    readonly table: PrefixColumns,
    world: World,
  ) {
    if (table.count < 1) throw new UsageError("the table has no prefixes; allowed: 1 or more");
    this.subnets = world.devices
      .flatMap((device) => device.addresses)
      .map((own) => ({ subnet: subnetOf(own) | 0, mask: netmask(own.prefixLength) | 0 }));
  }

  /** True if packets may go to this address, or come from it. */
  isUsable(address: number): boolean {
    if (isMartian(address)) return false;
    for (const { subnet, mask } of this.subnets) {
      if ((address & mask) === subnet) return false;
    }
    return true;
  }

  /**
   * Host number `host` of a row's prefix: the same address whenever prefix and salt are the same,
   * whatever else is in the table, and different ones for 0, 1, ... as far as the prefix has room.
   * Longer prefixes of the table may lie in this one; then the host belongs to their route.
   */
  hostOf(row: number, host: number, salt: number): number {
    const length = this.table.lengths[row] ?? 0;
    const prefix = this.table.prefixes[row] ?? 0;
    const start = mix32(prefix ^ mix32(length + salt));
    // An odd stride visits every offset of a power of two before it repeats one.
    const offset = start + Math.imul(host, mix32(start + 1) | 1);
    return (prefix | (offset & ~netmask(length))) >>> 0;
  }

  /** A random address of a random row, each row equally likely. */
  randomHost(prng: Prng): number {
    return drawUsable(this, () => this.hostOf(prng.below(this.table.count), 0, prng.next()));
  }

  /**
   * A set of different addresses, each drawn as `randomHost` does.
   * @returns `count` addresses, or fewer if so many draws bring no new one that the table seems to
   *   own no more
   */
  sourceSet(count: number, prng: Prng): Uint32Array {
    const sources = new Set<number>();
    let vain = 0;
    while (sources.size < count && vain < MAX_DRAWS_IN_VAIN) {
      const before = sources.size;
      sources.add(this.randomHost(prng));
      vain = sources.size === before ? vain + 1 : 0;
    }
    return Uint32Array.from(sources);
  }

  /**
   * A drawer of addresses, uniform over the union of all prefixes. Prefixes nest or are apart, so
   * the union is the disjoint union of those that lie in no other: one of them by its size, then an
   * address in it. What is not usable is drawn again.
   */
  uniformDrawer(prng: Prng): () => number {
    const { prefixes, lengths } = maximalPrefixes(this.table);
    const alias = new AliasTable(Float64Array.from(lengths, (length) => 2 ** (32 - length)));
    return () =>
      drawUsable(this, () => {
        const at = alias.draw(prng);
        const hostBits = prng.next() & ~netmask(lengths[at] ?? 0);
        return ((prefixes[at] ?? 0) | hostBits) >>> 0;
      });
  }
}

/**
 * Draws until the address is usable.
 * @throws UsageError after `MAX_DRAWS_IN_VAIN` that were not
 */
export function drawUsable(space: RoutedSpace, draw: () => number): number {
  for (let tries = 0; tries < MAX_DRAWS_IN_VAIN; tries++) {
    const address = draw();
    if (space.isUsable(address)) return address;
  }
  throw new UsageError(
    "the table routes nothing a workload may use; allowed: prefixes outside of 0/8, 127/8, " +
      "224/4, 240/4 and the devices' own subnets",
  );
}

/** The prefixes that lie in no other one, in address order. */
function maximalPrefixes(table: PrefixColumns): { prefixes: Uint32Array; lengths: Uint8Array } {
  // Sorted by prefix, then length, a prefix comes before all that lie in it.
  const keys = new Float64Array(table.count);
  for (let row = 0; row < table.count; row++) {
    keys[row] = (table.prefixes[row] ?? 0) * 64 + (table.lengths[row] ?? 0);
  }
  let end = 0;
  const maximal = keys.sort().filter((key) => {
    const prefix = Math.floor(key / 64);
    if (prefix < end) return false;
    end = prefix + 2 ** (32 - (key % 64));
    return true;
  });
  return {
    prefixes: Uint32Array.from(maximal, (key) => Math.floor(key / 64)),
    lengths: Uint8Array.from(maximal, (key) => key % 64),
  };
}
