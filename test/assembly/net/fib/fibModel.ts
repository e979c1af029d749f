/**
 * The obvious model of two tables: a list of routes for each prefix, longest match by trying every
 * length. Knows the order of aliases, the flags of requests and dead devices; knows nothing of
 * tries.
 */
import { APPEND, CREATE, EXCL, NOWHERE, REPLACE, type Route } from "./fibMachine.js";

export interface ModelRoute {
  tos: number;
  type: number;
  scope: number;
  priority: number;
  oif: number;
  gw: number;
}

/** Errors of a route by its type; other types have none. */
const TYPE_ERROR: Record<number, number> = { 6: -22, 7: -113, 8: -13, 9: -11, 10: -22, 11: -22 };

function maskOf(plen: number): number {
  return plen === 0 ? 0 : (0xffffffff << (32 - plen)) >>> 0;
}

function same(a: ModelRoute, b: ModelRoute): boolean {
  return (
    a.type === b.type &&
    a.scope === b.scope &&
    a.priority === b.priority &&
    a.oif === b.oif &&
    a.gw === b.gw
  );
}

export class FibModel {
  private readonly prefixes = new Map<string, ModelRoute[]>();

  private list(key: number, plen: number): ModelRoute[] {
    const name = `${key}/${plen}`;
    let list = this.prefixes.get(name);
    if (list === undefined) {
      list = [];
      this.prefixes.set(name, list);
    }
    return list;
  }

  get routes(): number {
    return [...this.prefixes.values()].reduce((sum, list) => sum + list.length, 0);
  }

  insert(route: Route): number {
    const { key, plen, nlflags = CREATE | EXCL } = route;
    if (plen > 32 || (key & ~maskOf(plen)) >>> 0 !== 0) return -22;
    const nh = route.nexthops?.[0] ?? { oif: 1, gw: 1 };
    const { tos = 0, type = 1, scope = 0, priority = 0 } = route;
    const added: ModelRoute = { tos, type, scope, priority, oif: nh.oif, gw: nh.gw };
    const list = this.list(key, plen);
    const equals = list.filter((r) => r.tos === tos && r.priority === priority);
    const after = list.findIndex((r) => r.tos < tos || (r.tos === tos && r.priority > priority));
    const end = after < 0 ? list.length : after;
    if (equals.length > 0) {
      if (nlflags & EXCL) return -17;
      const twin = equals.findIndex((r) => same(r, added));
      if (nlflags & REPLACE) {
        if (twin > 0) return -17;
        if (twin < 0) list[end - equals.length] = added;
        return 0;
      }
      if (twin >= 0) return -17;
    }
    if (!(nlflags & CREATE)) return -2;
    list.splice(nlflags & APPEND ? end : end - equals.length, 0, added);
    return 0;
  }

  remove(route: Route): number {
    const { key, plen, tos = 0, type = 0, scope = NOWHERE, priority = 0 } = route;
    const nh = route.nexthops?.[0] ?? { oif: 0, gw: 0 };
    const list = this.list(key, plen);
    const at = list.findIndex(
      (r) =>
        r.tos === tos &&
        (type === 0 || r.type === type) &&
        (scope === NOWHERE || r.scope === scope) &&
        (priority === 0 || r.priority === priority) &&
        (nh.oif === 0 || r.oif === nh.oif) &&
        (nh.gw === 0 || r.gw === nh.gw),
    );
    if (at < 0) return -3;
    list.splice(at, 1);
    return 0;
  }

  /** Removes all routes through a device; returns how many. */
  down(oif: number): number {
    let removed = 0;
    for (const [name, list] of this.prefixes) {
      const kept = list.filter((r) => r.oif !== oif);
      removed += list.length - kept.length;
      this.prefixes.set(name, kept);
    }
    return removed;
  }

  lookup(key: number, { tos = 0, scope = 0, oif = 0 } = {}) {
    for (let plen = 32; plen >= 0; plen--) {
      const list = this.prefixes.get(`${(key & maskOf(plen)) >>> 0}/${plen}`) ?? [];
      for (const r of list) {
        if ((r.tos !== 0 && r.tos !== tos) || r.scope < scope) continue;
        const ret = TYPE_ERROR[r.type] ?? 0;
        if (ret !== 0) return { ret, plen: 0, gw: 0, type: 0, scope: 0 };
        if (oif !== 0 && r.oif !== oif) continue;
        return { ret: 0, plen, gw: r.gw, type: r.type, scope: r.scope };
      }
    }
    return { ret: 1, plen: 0, gw: 0, type: 0, scope: 0 };
  }
}
