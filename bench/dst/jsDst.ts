/**
 * What a packet's route costs a JavaScript user who makes an object for it: a fresh one, which the
 * collector takes later, or one of a pool. A burst is held before any of it is given back, so no
 * compiler can do without the objects. Both return the objects that were seen again with their
 * mark.
 */
const BURST = 64;

/** The fields that an rtable has, as a plain object. */
export class JsRoute {
  dev: object | null = null;
  ops = 1;
  path: JsRoute | null = null;
  child: JsRoute | null = null;
  from: JsRoute | null = null;
  expires = 0;
  error = 0;
  obsolete = -1;
  flags = 0;
  headerLen = 0;
  trailerLen = 0;
  refs = 1;
  use = 0;
  lastuse = 0;
  genid = 0;
  rtFlags = 0;
  rtType = 0;
  isInput = false;
  usesGateway = false;
  iif = 0;
  gateway = 0;
  pmtu = 0;

  /** As a fresh one. */
  reset(): void {
    this.dev = null;
    this.ops = 1;
    this.path = null;
    this.child = null;
    this.from = null;
    this.expires = 0;
    this.error = 0;
    this.obsolete = -1;
    this.flags = 0;
    this.headerLen = 0;
    this.trailerLen = 0;
    this.refs = 1;
    this.use = 0;
    this.lastuse = 0;
    this.genid = 0;
    this.rtFlags = 0;
    this.rtType = 0;
    this.isInput = false;
    this.usesGateway = false;
    this.iif = 0;
    this.gateway = 0;
    this.pmtu = 0;
  }
}

const held: (JsRoute | null)[] = new Array<JsRoute | null>(BURST).fill(null);

/** `pairs` objects, BURST at a time, each dropped after use. */
export function freshObjects(pairs: number): number {
  let whole = 0;
  for (let done = 0; done < pairs; done += BURST) {
    for (let i = 0; i < BURST; i++) {
      const route = new JsRoute();
      route.gateway = i;
      held[i] = route;
    }
    for (let i = 0; i < BURST; i++) {
      if (held[i]?.gateway === i) whole++;
      held[i] = null;
    }
  }
  return whole;
}

/** Objects that are given back and taken again. */
export class ObjectPool {
  private readonly free: JsRoute[] = [];

  private take(): JsRoute {
    const route = this.free.pop();
    if (route === undefined) return new JsRoute();
    route.reset();
    return route;
  }

  /** `pairs` times take and give back, BURST at a time. */
  pairs(pairs: number): number {
    let whole = 0;
    for (let done = 0; done < pairs; done += BURST) {
      for (let i = 0; i < BURST; i++) {
        const route = this.take();
        route.gateway = i;
        held[i] = route;
      }
      for (let i = 0; i < BURST; i++) {
        const route = held[i];
        if (route?.gateway === i) whole++;
        if (route !== undefined && route !== null && --route.refs === 0) this.free.push(route);
      }
    }
    return whole;
  }
}
