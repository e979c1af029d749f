/**
 * The ping-pong in words.
 */
import { describe, expect, it } from "vitest";
import { pingPongText } from "../../../src/report/pingPongText.js";

const PING = {
  ns: 38,
  leastNs: 37,
  mostNs: 169,
  processes: 3,
  className: "as between cores of one core complex",
  mixed: false,
};

describe("pingPongText", () => {
  it("names the time and its class", () => {
    expect(pingPongText(PING)).toBe("38.0 ns one way, as between cores of one core complex");
  });

  it("adds the range where processes are of several classes", () => {
    expect(pingPongText({ ...PING, mixed: true })).toMatch(
      / \(37.0 to 169 ns over processes: not one class\)$/,
    );
  });
});
