/** `fib_props`: the table of all types, as the kernel's numbers. */
import { beforeAll, describe, expect, it } from "vitest";
import { TrieMachine } from "./trieMachine.js";

const UNIVERSE = 0;
const LINK = 253;
const HOST = 254;
const NOWHERE = 255;
const EAGAIN = 11;
const EACCES = 13;
const EINVAL = 22;
const EHOSTUNREACH = 113;

/** Name, number, error, widest scope. */
const TYPES = [
  ["unspec", 0, 0, NOWHERE],
  ["unicast", 1, 0, UNIVERSE],
  ["local", 2, 0, HOST],
  ["broadcast", 3, 0, LINK],
  ["anycast", 4, 0, LINK],
  ["multicast", 5, 0, UNIVERSE],
  ["blackhole", 6, -EINVAL, UNIVERSE],
  ["unreachable", 7, -EHOSTUNREACH, UNIVERSE],
  ["prohibit", 8, -EACCES, UNIVERSE],
  ["throw", 9, -EAGAIN, UNIVERSE],
  ["nat", 10, -EINVAL, NOWHERE],
  ["xresolve", 11, -EINVAL, NOWHERE],
] as const;

describe("fib_props", () => {
  let m: TrieMachine;
  beforeAll(async () => {
    m = await TrieMachine.boot();
  }, 60_000);

  it.each(TYPES)("%s (%i): error %i, scope %i", (_, type, error, scope) => {
    expect(m.call("fibPropsError", type)).toBe(error);
    expect(m.call("fibPropsScope", type)).toBe(scope);
  });
});
