/** Models of the route cache's parts, written plainly from the spec (§0.5, §3). */

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** jhash_3words of 2.6.18: nine rounds over (a, b, c) in turn. */
export function jhashOld(x: number, y: number, z: number, initval: number): number {
  const golden = 0x9e3779b9;
  const s = [(x + golden) | 0, (y + golden) | 0, (z + initval) | 0];
  const shifts = [-13, 8, -13, -12, 16, -5, -3, 10, -15];
  shifts.forEach((shift, round) => {
    const [t, u, v] = [round % 3, (round + 1) % 3, (round + 2) % 3] as const;
    const third = s[v] ?? 0;
    const sum = ((s[t] ?? 0) - (s[u] ?? 0) - third) | 0;
    s[t] = sum ^ (shift < 0 ? third >>> -shift : third << shift);
  });
  return (s[2] ?? 0) >>> 0;
}

/** jhash_3words of 2.6.39: the final mix of lookup3. */
export function jhashNew(x: number, y: number, z: number, initval: number): number {
  const start = 0xdeadbeef;
  const s = [(x + start) | 0, (y + start) | 0, (z + initval) | 0];
  const steps: readonly [to: number, from: number, bits: number][] = [
    [2, 1, 14],
    [0, 2, 11],
    [1, 0, 25],
    [2, 1, 16],
    [0, 2, 4],
    [1, 0, 14],
    [2, 1, 24],
  ];
  for (const [to, from, bits] of steps) {
    const source = s[from] ?? 0;
    s[to] = (((s[to] ?? 0) ^ source) - rotl(source, bits)) | 0;
  }
  return (s[2] ?? 0) >>> 0;
}
