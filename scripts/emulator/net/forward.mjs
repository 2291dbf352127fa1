// SPDX-License-Identifier: MIT
// Between sockets of the machine that this runs on and connections over the emulated cable. The emulated machine must run
// in real time (`free`) meanwhile.
import { connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
// More than so much for a socket that does not take it: the board waits.
const MOST_WAITING_BYTES = 65536;

/** Tie a socket and a connection together: bytes, end and breaking off, both ways. */
function join(socket, connection) {
  connection.onData = (data) => {
    if (!socket.write(data) && socket.writableLength > MOST_WAITING_BYTES) connection.pause(true);
  };
  socket.on('drain', () => connection.pause(false));
  connection.onEnd = () => socket.end();
  connection.onClose = (reason) => {
    if (reason === 'reset') socket.resetAndDestroy();
    else if (reason !== null) socket.destroy();
  };
  socket.on('data', (data) => {
    connection.send(data);
    if (connection.pending.length > MOST_WAITING_BYTES) socket.pause();
  });
  connection.onRoom = () => connection.pending.length <= MOST_WAITING_BYTES && socket.resume();
  socket.on('end', () => connection.end());
  socket.on('error', () => connection.abort());
  socket.on('close', (broken) => broken && connection.abort());
}

export class Forwarder {
  constructor(host) {
    this.host = host;
    this.servers = [];
    this.reached = new Map();
    host.onConnection = (port, connection) => this.#fromBoard(port, connection);
  }

  /** Listen on a port of the loopback interface (0: any) for a port of the board; resolves to the number. */
  forward(port, hostPort = 0) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = this.host.connect(port);
      if (connection === null) socket.resetAndDestroy();
      else join(socket, connection);
    });
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(hostPort, LOOPBACK, () => resolve(server.address().port));
    });
  }

  /** Let the board reach a port of the loopback interface as a port of its host. */
  reach(port, hostPort) {
    this.reached.set(port, hostPort);
  }

  #fromBoard(port, connection) {
    if (!this.reached.has(port)) return false;
    const socket = connect({ port: this.reached.get(port), host: LOOPBACK, allowHalfOpen: true });
    join(socket, connection);
    return true;
  }

  close() {
    for (const server of this.servers) server.close();
  }
}
