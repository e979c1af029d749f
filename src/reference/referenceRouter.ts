/**
 * A router to judge by: a world, its two tables, and the changes a control plane makes to them.
 *
 * Every change that took effect counts `version` up, so a test can step through the states between
 * which a frame may have been forwarded. The world that was passed in is never written to.
 *
 * What a device that goes down takes along (`fib_netdev_event`, `fib_disable_ip`,
 * `fib_sync_down_dev`, `arp_ifdown` of 3.10):
 *
 * | what | becomes |
 * |------|------|
 * | its gatewayed, connected and broadcast routes (next hop scope not NOWHERE) | removed |
 * | its addresses' LOCAL routes (next hop scope NOWHERE)  | stay until the address is removed |
 * | its neighbours, permanent ones too                    | removed |
 *
 * When it comes up again its connected and broadcast routes return; gatewayed routes and neighbours
 * do not: whoever configured them adds them again. The instant between "down" and the removal, in
 * which a packet in flight is dropped for `device-down`, is `deviceStopped`.
 */
import { connectedRoutes } from "./connectedRoutes.js";
import type { Fate } from "./fate.js";
import { referenceForward } from "./forward.js";
import { netmask } from "./ipv4Address.js";
import { referenceLocalSend, type SendTemplate } from "./localSend.js";
import { ReferenceTable } from "./lpm.js";
import type { SourceCheck } from "./sourceCheck.js";
import type {
  Device,
  Neighbour,
  NexthopPicker,
  PrefixColumns,
  Route,
  RouteTable,
  World,
} from "./world.js";
import { findDevice, RT_SCOPE_NOWHERE, RT_SCOPE_UNIVERSE, RTN_UNICAST } from "./world.js";

export const ESRCH = 3;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENETDOWN = 100;

export class ReferenceRouter {
  readonly tables = { local: new ReferenceTable(), main: new ReferenceTable() };
  /** Counts the changes that took effect. */
  version = 0;
  private devices: Device[];
  private neighbours: Neighbour[];
  private readonly initial: World;

  constructor(world: World) {
    this.initial = world;
    this.devices = [...world.devices];
    this.neighbours = [...world.neighbours];
    // Of two devices on one subnet the first keeps the route: the second's is an alias behind it.
    for (const route of world.routes) this.tables[route.table].insert(route);
  }

  /** The setup as it stands now; `routes` are those it began with. */
  get world(): World {
    return { ...this.initial, devices: this.devices, neighbours: this.neighbours };
  }

  /** The fate of a frame received on a device, by the rules of `check`: `referenceForward`. */
  forward(rxIfindex: number, frame: Uint8Array, check: SourceCheck = "shortcut"): Fate {
    return referenceForward(this.world, this.tables, rxIfindex, frame, check);
  }

  /** The fate of a packet of this host: `referenceLocalSend`. */
  localSend(daddr: number, template: SendTemplate): Fate {
    return referenceLocalSend(this.world, this.tables, daddr, template);
  }

  /** Adds every row of a table to main; a prefix that is there already keeps its route. */
  loadTable(table: PrefixColumns, nexthopOf: NexthopPicker): void {
    for (let row = 0; row < table.count; row++) {
      this.tables.main.insert(tableRoute(this.initial, table, row, nexthopOf));
    }
    this.version++;
  }

  /** `ip route add`. Returns 0 or -EEXIST, -EINVAL (host bits), -ENODEV, -ENETDOWN. */
  addRoute(route: Route): number {
    const refusal = this.refusalOf(route);
    if (refusal !== 0) return refusal;
    if (!this.tables[route.table].insert(route)) return -EEXIST;
    this.version++;
    return 0;
  }

  /** `ip route replace`. Returns 0 or -EINVAL (host bits), -ENODEV, -ENETDOWN. */
  replaceRoute(route: Route): number {
    const refusal = this.refusalOf(route);
    if (refusal !== 0) return refusal;
    this.tables[route.table].replace(route);
    this.version++;
    return 0;
  }

  /** `ip route del`. Returns 0, or -ESRCH if the prefix has no route in that table. */
  deleteRoute(table: RouteTable, prefix: number, length: number): number {
    if (!this.tables[table].delete(prefix, length)) return -ESRCH;
    this.version++;
    return 0;
  }

  /** `ip neigh replace ... nud permanent`. */
  replaceNeighbour(neighbour: Neighbour): void {
    this.dropNeighbours(
      (other) => other.ifindex === neighbour.ifindex && other.address === neighbour.address,
    );
    this.neighbours.push(neighbour);
    this.version++;
  }

  /** The device has stopped, nobody has been told yet: routes over it still stand. */
  deviceStopped(ifindex: number): void {
    this.setUp(ifindex, false);
    this.version++;
  }

  /** The device is down and everybody has been told: see the table at the top. */
  deviceDown(ifindex: number): void {
    this.setUp(ifindex, false);
    for (const table of Object.values(this.tables)) {
      const dead = [...table.routes()].filter(
        ({ nexthop }) => nexthop.ifindex === ifindex && nexthop.scope !== RT_SCOPE_NOWHERE,
      );
      for (const route of dead) table.delete(route.prefix, route.length);
    }
    this.dropNeighbours((neighbour) => neighbour.ifindex === ifindex);
    this.version++;
  }

  /** The device is up: the routes of its addresses return, nothing else does. */
  deviceUp(ifindex: number): void {
    const device = this.setUp(ifindex, true);
    for (const route of connectedRoutes(device)) this.tables[route.table].insert(route);
    this.version++;
  }

  private setUp(ifindex: number, up: boolean): Device {
    const device = findDevice(this.world, ifindex);
    if (device === undefined) throw new RangeError(`no device with ifindex ${ifindex}`);
    const changed = { ...device, up };
    this.devices = this.devices.map((other) => (other.ifindex === ifindex ? changed : other));
    return changed;
  }

  private dropNeighbours(isGone: (neighbour: Neighbour) => boolean): void {
    this.neighbours = this.neighbours.filter((neighbour) => !isGone(neighbour));
  }

  /** `fib_create_info`'s checks. That a gateway is on-link is not checked here: a departure. */
  private refusalOf(route: Route): number {
    if ((route.prefix & ~netmask(route.length)) !== 0) return -EINVAL;
    const device = findDevice(this.world, route.nexthop.ifindex);
    if (device === undefined) return -ENODEV;
    return device.up || route.nexthop.scope === RT_SCOPE_NOWHERE ? 0 : -ENETDOWN;
  }
}

/**
 * The route of a row of a table: main, UNICAST, through the next hop that the picker names.
 * @throws RangeError if the picker names none of `world.nexthops`, or there is no such row
 */
export function tableRoute(
  world: World,
  table: PrefixColumns,
  row: number,
  nexthopOf: NexthopPicker,
): Route {
  const index = nexthopOf(row);
  const nexthop = world.nexthops[index];
  const prefix = table.prefixes[row];
  const length = table.lengths[row];
  if (nexthop === undefined) throw new RangeError(`row ${row}: no next hop ${index}`);
  if (prefix === undefined || length === undefined) throw new RangeError(`no row ${row}`);
  return { table: "main", prefix, length, type: RTN_UNICAST, scope: RT_SCOPE_UNIVERSE, nexthop };
}
