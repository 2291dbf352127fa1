// SPDX-License-Identifier: MIT
// Ethernet, ARP, IPv4, ICMP and UDP as bytes (RFC 826, 791, 792, 768). Addresses are arrays of 4 or 6 numbers.
export const ETHERTYPE = { IPV4: 0x0800, ARP: 0x0806, IPV6: 0x86dd };
export const PROTOCOL = { ICMP: 1, TCP: 6, UDP: 17 };
export const BROADCAST_MAC = [255, 255, 255, 255, 255, 255];
const IPV4_BYTES = 20;

export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
export const word = (number) => [(number >> 8) & 255, number & 255];
export const long = (number) => [...word(number >>> 16), ...word(number & 0xffff)];
export const wordAt = (bytes, at) => (bytes[at] << 8) | bytes[at + 1];
export const longAt = (bytes, at) => wordAt(bytes, at) * 0x10000 + wordAt(bytes, at + 2);
export const address = (text) => text.split('.').map(Number);

/** The Internet checksum (RFC 1071) of some pieces, each of an even length but the last. */
export function checksum(...pieces) {
  let sum = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += 2) sum += (piece[at] << 8) | (piece[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export function ethernet(to, from, type, payload) {
  return Uint8Array.from([...to, ...from, ...word(type), ...payload]);
}

export function arp(operation, from, fromIp, to, toIp) {
  return [0, 1, 8, 0, 6, 4, ...word(operation), ...from, ...fromIp, ...to, ...toIp];
}

export function ipv4(protocol, from, to, payload, identification = 0) {
  const total = IPV4_BYTES + payload.length;
  const head = [0x45, 0, ...word(total), ...word(identification), 0x40, 0, 64, protocol, 0, 0, ...from, ...to];
  head.splice(10, 2, ...word(checksum(head)));
  return [...head, ...payload];
}

/** The parts of an IPv4 packet without options, or null if it is damaged or a fragment. */
export function parseIpv4(packet) {
  const headBytes = (packet[0] & 15) * 4;
  const total = wordAt(packet, 2);
  if (packet[0] >> 4 !== 4 || headBytes < IPV4_BYTES || total > packet.length) return null;
  if (checksum(packet.subarray(0, headBytes)) !== 0 || wordAt(packet, 6) & 0x3fff) return null;
  return {
    protocol: packet[9],
    from: [...packet.subarray(12, 16)],
    to: [...packet.subarray(16, 20)],
    payload: packet.subarray(headBytes, total),
  };
}

/** The sum that UDP and TCP have over their addresses too; 0 if a packet's own is right. */
export function transportSum(protocol, from, to, segment) {
  return checksum([...from, ...to, 0, protocol, ...word(segment.length)], segment);
}

export function udp(from, fromPort, to, toPort, data) {
  const segment = [...word(fromPort), ...word(toPort), ...word(8 + data.length), 0, 0, ...data];
  segment.splice(6, 2, ...word(transportSum(PROTOCOL.UDP, from, to, segment) || 0xffff));
  return segment;
}

export function echoRequest(identifier, sequence, data) {
  const message = [8, 0, 0, 0, ...word(identifier), ...word(sequence), ...data];
  message.splice(2, 2, ...word(checksum(message)));
  return message;
}
