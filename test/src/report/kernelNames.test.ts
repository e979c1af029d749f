/** The kernel's names for numbers. */
import { describe, expect, it } from "vitest";
import {
  dstFlagNames,
  errorName,
  routeFlagNames,
  typeName,
} from "../../../src/report/kernelNames.js";

describe("names", () => {
  it("are those of the kernel's headers", () => {
    expect([1, 2, 3, 7, 11].map(typeName)).toEqual([
      ...["unicast", "local", "broadcast", "unreachable", "xresolve"],
    ]);
    expect([-22, -101, -113, -105].map(errorName)).toEqual([
      ...["-EINVAL", "-ENETUNREACH", "-EHOSTUNREACH", "-ENOBUFS"],
    ]);
    expect(dstFlagNames(0x11)).toBe("DST_HOST|DST_NOCACHE");
    expect(routeFlagNames(0x90000000)).toBe("RTCF_BROADCAST|RTCF_LOCAL");
  });

  it("are the number where there is none", () => {
    expect(typeName(77)).toBe("type 77");
    expect(errorName(-7)).toBe("-7");
    expect(errorName(3)).toBe("3");
    expect(dstFlagNames(0)).toBe("0");
    expect(dstFlagNames(0x41)).toBe("DST_HOST|0x40");
    expect(routeFlagNames(0x80000001)).toBe("RTCF_LOCAL|0x1");
  });
});
