/**
 * On which device a flow arrives: a pure function of its source, so that images, flow lists and the
 * judge agree without being told.
 */

/**
 * The receive device of a flow as an index (0 to rxDevices - 1, in ifindex order): the last octet
 * of the source address modulo the number of devices. In the word that a little-endian CPU loads
 * from a packet the last octet is the top byte: `(saddr >>> 24) % rxDevices`.
 * @param saddr in host order
 */
export function receiveDeviceIndex(saddr: number, rxDevices: number): number {
  return (saddr & 0xff) % rxDevices;
}
