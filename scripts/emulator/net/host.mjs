// SPDX-License-Identifier: MIT
// A host at the other end of the cable: it takes an address by DHCP, answers ARP, and speaks ICMP, UDP and TCP.
import {
  address, arp, BROADCAST_MAC, echoRequest, ethernet, ETHERTYPE, ipv4, longAt, long, parseIpv4, PROTOCOL, same,
  transportSum, udp, word, wordAt,
} from './packets.mjs';
import { Connection, FLAG, parseSegment, refusal } from './tcp.mjs';

const NOBODY = [0, 0, 0, 0];
const EVERYBODY = [255, 255, 255, 255];
const NO_MAC = [0, 0, 0, 0, 0, 0];
// What a host without DHCP takes (RFC 3927); it would ask the others first.
const LINK_LOCAL = [169, 254, 200, 77];
const DHCP_SERVER = 67;
const DHCP_CLIENT = 68;
const MAGIC = [99, 130, 83, 99];
const [DISCOVER, OFFER, REQUEST, ACK] = [1, 2, 3, 5];
const FIRST_PORT = 49152;
const DHCP_REPEAT_NANOS = 500e6;
const PING_ID = 0x7570;

/** DHCP's options behind the fixed part: {code: bytes}. */
function optionsOf(message) {
  const found = {};
  for (let at = 240; at + 1 < message.length && message[at] !== 255;) {
    if (message[at] === 0) at += 1;
    else {
      found[message[at]] = message.slice(at + 2, at + 2 + message[at + 1]);
      at += 2 + message[at + 1];
    }
  }
  return found;
}

export class Host {
  /** dhcp: whether it asks for an address. */
  constructor({ dhcp = true } = {}) {
    this.dhcp = dhcp;
    this.clock = null;
    /** Of the board: its address once it is known, by DHCP or because somebody says so. */
    this.board = null;
    /** What is called for a connection from the board: (port, connection) → taken or not. */
    this.onConnection = () => false;
    this.onUdp = () => {};
    this.onLease = () => {};
    this.nextPort = FIRST_PORT;
    this.detach();
  }

  // What usb_network.mjs calls

  attach(mac, send) {
    this.mac = [...mac];
    this.sendFrame = send;
    this.present = true;
  }

  /** The board says whether its end is connected. */
  carrier(up) {
    this.isUp = up;
    if (!up) {
      this.ip = null;
      this.neighbours.clear();
    } else if (this.dhcp) this.#discover();
    else this.ip = LINK_LOCAL;
  }

  /** The chip is off, or the cable is out. */
  detach() {
    for (const connection of this.connections?.values() ?? []) connection.abort();
    this.present = this.isUp = false;
    this.ip = this.lease = null;
    this.mac = NO_MAC;
    this.sendFrame = () => {};
    this.neighbours = new Map();
    this.waiting = new Map();
    this.connections = new Map();
    this.pings = new Map();
    this.counts = { received: 0, sent: 0 };
  }

  receive(frame) {
    this.counts.received += 1;
    const type = wordAt(frame, 12);
    const to = frame.subarray(0, 6);
    if (!same(to, this.mac) && !(to[0] & 1)) return;
    if (type === ETHERTYPE.ARP) this.#arp(frame.subarray(14));
    else if (type === ETHERTYPE.IPV4) this.#ipv4(frame.subarray(14));
  }

  #transmit(to, type, payload) {
    this.counts.sent += 1;
    this.sendFrame(ethernet(to, this.mac, type, payload));
  }

  // Addresses

  #arp(packet) {
    const operation = wordAt(packet, 6);
    const [from, fromIp, toIp] = [packet.slice(8, 14), packet.slice(14, 18), packet.slice(24, 28)];
    if (this.ip && operation === 1 && same(toIp, this.ip)) {
      this.#transmit(from, ETHERTYPE.ARP, arp(2, this.mac, this.ip, from, fromIp));
    }
    const key = fromIp.join('.');
    if (operation === 2) this.neighbours.set(key, [...from]);
    const waiting = this.waiting.get(key);
    if (operation !== 2 || !waiting) return;
    this.waiting.delete(key);
    for (const packet of waiting) this.#transmit(from, ETHERTYPE.IPV4, packet);
  }

  /** Send an IPv4 packet; what its neighbour's MAC is is asked first. */
  sendIp(protocol, to, payload, from = this.ip) {
    const packet = ipv4(protocol, from, to, payload);
    if (same(to, EVERYBODY)) {
      this.#transmit(BROADCAST_MAC, ETHERTYPE.IPV4, packet);
      return;
    }
    if (to[0] >> 4 === 14) {
      this.#transmit([1, 0, 0x5e, to[1] & 127, to[2], to[3]], ETHERTYPE.IPV4, packet);
      return;
    }
    const key = to.join('.');
    const mac = this.neighbours.get(key);
    if (mac) {
      this.#transmit(mac, ETHERTYPE.IPV4, packet);
      return;
    }
    if (!this.waiting.has(key)) this.waiting.set(key, []);
    this.waiting.get(key).push(packet);
    this.#transmit(BROADCAST_MAC, ETHERTYPE.ARP, arp(1, this.mac, this.ip, NO_MAC, to));
  }

  #ipv4(bytes) {
    const packet = parseIpv4(bytes);
    if (packet === null) return;
    if (packet.protocol === PROTOCOL.ICMP) this.#icmp(packet);
    else if (packet.protocol === PROTOCOL.UDP) this.#udp(packet);
    else if (packet.protocol === PROTOCOL.TCP && this.ip && same(packet.to, this.ip)) this.#tcp(packet);
  }

  // ICMP

  /** Send an echo request; called with whether it came back as it was sent. */
  ping(to, sequence, data, onReply) {
    this.pings.set(sequence, { data, onReply });
    this.sendIp(PROTOCOL.ICMP, to, echoRequest(PING_ID, sequence, data));
  }

  #icmp({ from, payload }) {
    if (payload[0] === 8 && this.ip) {
      const reply = echoRequest(wordAt(payload, 4), wordAt(payload, 6), payload.subarray(8));
      reply[0] = 0;
      // the sum is over what was a request: type 8 less
      const sum = wordAt(reply, 2) + 0x0800;
      reply.splice(2, 2, ...word(sum > 0xffff ? sum - 0xffff : sum));
      this.sendIp(PROTOCOL.ICMP, from, reply);
    } else if (payload[0] === 0 && wordAt(payload, 4) === PING_ID) {
      const sequence = wordAt(payload, 6);
      const { data, onReply } = this.pings.get(sequence) ?? {};
      this.pings.delete(sequence);
      onReply?.(same(payload.subarray(8), data));
    }
  }

  // UDP and DHCP

  sendUdp(fromPort, to, toPort, data, from = this.ip) {
    this.sendIp(PROTOCOL.UDP, to, udp(from, fromPort, to, toPort, data), from);
  }

  #udp({ from, to, payload }) {
    if (payload.length < 8 || (wordAt(payload, 6) && transportSum(PROTOCOL.UDP, from, to, payload))) return;
    const [fromPort, toPort] = [wordAt(payload, 0), wordAt(payload, 2)];
    const data = payload.subarray(8, wordAt(payload, 4));
    if (toPort === DHCP_CLIENT && fromPort === DHCP_SERVER) this.#dhcp(data);
    this.onUdp({ from, fromPort, to, toPort, data });
  }

  #message(type, ...options) {
    const head = [1, 1, 6, 0, ...long(this.transaction), 0, 0, 0x80, 0, ...Array(16).fill(0), ...this.mac];
    const end = [...MAGIC, 53, 1, type, ...options.flat(), 255];
    return [...head, ...Array(236 - head.length).fill(0), ...end, ...Array(Math.max(0, 60 - end.length)).fill(0)];
  }

  #discover() {
    this.transaction = 0x75700001 + this.counts.sent;
    this.sendUdp(DHCP_CLIENT, EVERYBODY, DHCP_SERVER, this.#message(DISCOVER), NOBODY);
    this.clock?.createAlarm(() => this.isUp && !this.ip && this.#discover()).schedule(DHCP_REPEAT_NANOS);
  }

  #dhcp(message) {
    if (message[0] !== 2 || longAt(message, 4) !== this.transaction || !same(message.slice(28, 34), this.mac)) return;
    const options = optionsOf(message);
    const type = options[53]?.[0];
    const offered = [...message.slice(16, 20)];
    if (type === OFFER) {
      const asked = [[50, 4, ...offered], [54, 4, ...options[54]]];
      this.sendUdp(DHCP_CLIENT, EVERYBODY, DHCP_SERVER, this.#message(REQUEST, ...asked), NOBODY);
    } else if (type === ACK && !this.ip) {
      this.ip = offered;
      this.board = [...options[54]];
      this.lease = Object.fromEntries(Object.entries(options).map(([code, bytes]) => [code, [...bytes]]));
      this.onLease();
    }
  }

  // TCP

  #peer(key, remote) {
    return {
      emit: (segment) => {
        if (this.ip === null) return;
        segment.splice(16, 2, ...word(transportSum(PROTOCOL.TCP, this.ip, remote, segment)));
        this.sendIp(PROTOCOL.TCP, remote, segment);
      },
      alarm: (callback) => this.clock.createAlarm(callback),
      forget: () => this.connections.delete(key),
    };
  }

  #open(remote, ports) {
    const key = `${remote.join('.')}:${ports.remote}:${ports.local}`;
    const connection = new Connection(this.#peer(key, remote), ports, this.nextPort * 65537);
    this.connections.set(key, connection);
    return connection;
  }

  /** A connection to a port of the board, on its way; null if there is no way to it now. */
  connect(port, remote = this.board) {
    if (!this.isUp || !this.ip || !remote) return null;
    const connection = this.#open(remote, { local: this.nextPort, remote: port });
    this.nextPort = this.nextPort === 65535 ? FIRST_PORT : this.nextPort + 1;
    connection.connect();
    return connection;
  }

  #tcp(packet) {
    const segment = parseSegment(packet);
    if (segment === null) return;
    const key = `${packet.from.join('.')}:${segment.fromPort}:${segment.toPort}`;
    const known = this.connections.get(key);
    if (known) {
      known.receive(segment);
      return;
    }
    if ((segment.flags & (FLAG.SYN | FLAG.ACK)) === FLAG.SYN) {
      const connection = this.#open(packet.from, { local: segment.toPort, remote: segment.fromPort });
      if (this.onConnection(segment.toPort, connection)) {
        connection.accept(segment);
        return;
      }
      this.connections.delete(key);
    }
    const answer = refusal(segment);
    if (answer) this.#peer(key, packet.from).emit(answer);
  }
}

export { address };
