/** An instance: exports by name, signed and unsigned results, and traps that say where. */
import { beforeAll, describe, expect, it } from "vitest";
import { TrapError } from "../../../src/machine/faults.js";
import { ImageInstance } from "../../../src/machine/imageInstance.js";
import type { Machine } from "../../../src/machine/machine.js";
import { machineOf, smallExperiment } from "./smallExperiment.js";

describe("ImageInstance", () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = machineOf(await smallExperiment(["nexthop-direct.release"], 2), 0);
  });

  it("names a function that the image does not export", () => {
    expect(() => machine.cpu(0).fn("nothing")).toThrow("exports no function nothing");
    expect(() => machine.cpu(0).fn("ABI_VERSION")).toThrow(RangeError);
  });

  it("gives errnos signed and addresses unsigned", () => {
    const control = machine.cpu(machine.controlCpu);
    machine.u32.fill(0, machine.word("SB_REQUEST_AT") / 4, machine.word("SB_REQUEST_AT") / 4 + 24);
    const refused = control.callSigned("routeDelete", 254);
    expect(refused).toBeLessThan(0);
    expect(control.call("routeDelete", 254)).toBe(refused >>> 0);
  });

  it("is attached to its own CPU area", () => {
    const before = [0, 1].map((cpu) => machine.ringsWord(cpu, "RINGS_CALLBACKS_RUN"));
    for (const cpu of [0, 1, 2]) {
      expect(machine.u32[machine.areaOf(cpu) / 4]).toBe(cpu);
      machine.cpu(cpu).call("rcuCpuOnline");
      machine.cpu(cpu).call("rcuCpuOffline");
    }
    expect([0, 1].map((cpu) => machine.ringsWord(cpu, "RINGS_CALLBACKS_RUN"))).toEqual(before);
  });

  it("says CPU, image, function and site when the image traps", () => {
    const { module, memory } = machine;
    const instance = new ImageInstance(module, memory, machine.areaOf(1), "some-design");
    const trap = (): number => instance.call("trapAt", 999);
    expect(trap).toThrow(TrapError);
    expect(trap).toThrow("CPU 1 trapped in some-design (trapAt): a trap on purpose");
  });

  it("gives the engine's words for an access out of bounds", () => {
    const { module, memory } = machine;
    const at = machine.areaOf(0);
    machine.u32[(at + machine.layout.at("CPU_FAULT_SITE")) / 4] = 0;
    const instance = new ImageInstance(module, memory, at);
    expect(() => instance.call("receiveFrame", 0xfffffff0, 60, machine.deviceAt(2))).toThrow(
      /^CPU 0 trapped in an image \(receiveFrame\): .*out of bounds.* \(no site recorded\)$/,
    );
  });
});
