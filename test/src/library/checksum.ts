/** Whether the 16-bit words of a header add up to all ones (RFC 1071). */
export function internetChecksumIsRight(header: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) {
    sum += ((header[at] ?? 0) << 8) | (header[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff;
}
