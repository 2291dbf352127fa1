// SPDX-License-Identifier: MIT
// What can be asked of the host at the other end of the cable: the command `net` of serve.mjs, by `what`.
import { Forwarder } from './forward.mjs';
import { address } from './packets.mjs';

const encode = (data) => Buffer.from(data).toString('base64');
const decode = (text) => Buffer.from(text, 'base64');

/** A connection to the board, and what came over it and was not taken yet. */
class Talk {
  constructor(host, port) {
    const connection = host.connect(port);
    if (connection === null) throw new Error('no way to the board');
    this.connection = connection;
    this.over = false;
    this.take();
    connection.onData = (part) => (this.got.push(Buffer.from(part)), (this.size += part.length));
    connection.onEnd = () => ((this.over = true), connection.end());
    connection.onClose = (reason) => (this.over = reason ?? true);
  }

  all() {
    if (this.got.length > 1) this.got = [Buffer.concat(this.got)];
    return this.got[0] ?? Buffer.alloc(0);
  }

  take() {
    const data = this.got ? this.all() : null;
    this.got = [];
    this.size = 0;
    return data;
  }
}

export class NetCommands {
  constructor(session) {
    this.session = session;
    this.host = session.machine.host;
    this.forwarder = new Forwarder(this.host);
    this.sequence = 0;
    this.talks = [];
  }

  close() {
    this.forwarder.close();
  }

  answer(what, args) {
    if (!Object.hasOwn(NetCommands.kinds, what)) throw new Error(`unknown command net ${what}`);
    return NetCommands.kinds[what].call(this, args);
  }

  #wait(condition, args) {
    return this.session.runUntil(condition, args);
  }

  #talk(talk, { data = '', end = false, bytes = Infinity, until = null, ...args }) {
    const text = until === null ? null : decode(until);
    const start = this.session.machine.nanos;
    const has = () => talk.size >= bytes || (text !== null && talk.all().includes(text));
    talk.connection.send(decode(data));
    if (end) talk.connection.end();
    const done = this.#wait(() => talk.over || has(), args);
    const nanos = this.session.machine.nanos - start;
    return { data: encode(talk.take()), reason: done ? talk.over : 'max_ms', nanos };
  }

  static kinds = {
    state() {
      const { present, isUp, ip, board, lease, mac, counts } = this.host;
      return { present, up: isUp, ip: ip?.join('.') ?? null, board: board?.join('.') ?? null, lease, mac, counts };
    },
    /** Whether the host asks for an address, from the next connection on. */
    dhcp({ on }) {
      this.host.dhcp = on;
    },
    board({ ip }) {
      this.host.board = address(ip);
    },
    /** Run until the host has an address. */
    wait(args) {
      return { up: this.#wait(() => this.host.ip !== null, args) };
    },
    ping({ ip = null, data = '', ...args }) {
      let good = null;
      const to = ip ? address(ip) : this.host.board;
      this.host.ping(to, ++this.sequence, [...decode(data)], (same) => (good = same));
      this.#wait(() => good !== null, args);
      return { reply: good };
    },
    /** Send a datagram and take one that comes back to its port. */
    udp({ ip = null, port, from_port: fromPort = 50000, data, ...args }) {
      let reply = null;
      this.host.onUdp = (message) => (reply ??= message.toPort === fromPort ? message : null);
      this.host.sendUdp(fromPort, ip ? address(ip) : this.host.board, port, [...decode(data)]);
      this.#wait(() => reply !== null, args);
      return { data: reply && encode(reply.data), from: reply?.from.join('.') ?? null };
    },
    /** Open a connection, send data, and take what comes until the board closes it, or for `bytes`; then break it off. */
    exchange({ port, keep = false, ...args }) {
      const talk = new Talk(this.host, port);
      const reply = this.#talk(talk, args);
      if (!talk.over && !keep) talk.connection.abort();
      return reply;
    },
    /** Open a connection to talk over, several times. */
    open({ port }) {
      this.talks.push(new Talk(this.host, port));
      return { number: this.talks.length - 1 };
    },
    /** Send data over an open connection, and take what comes until the board closes it, for `bytes`, or up to a text. */
    talk({ number, ...args }) {
      return this.#talk(this.talks[number], args);
    },
    frame({ data }) {
      this.session.machine.usbConsole.network.send(decode(data));
    },
    block({ data }) {
      this.session.machine.usbConsole.network.sendBlock(decode(data));
    },
    cable({ plugged }) {
      this.session.machine.usbConsole.plug(plugged);
    },
    async forward({ port, host_port: hostPort = 0 }) {
      return { host_port: await this.forwarder.forward(port, hostPort) };
    },
    reach({ port, host_port: hostPort }) {
      this.forwarder.reach(port, hostPort);
    },
  };
}
