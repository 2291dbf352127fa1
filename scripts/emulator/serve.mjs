// SPDX-License-Identifier: MIT
// The machine as a process: JSON lines in, JSON lines out. README.md describes the commands.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadLibrary } from './library.mjs';
import { NetCommands } from './net/commands.mjs';
import { Session } from './session.mjs';

const DEFAULT_FLASH_BYTES = 2 * 1024 * 1024;
const FREE_STEP_NANOS = 2e6;
const NANOS_PER_MS = 1e6;

function parseOptions() {
  const { values } = parseArgs({
    options: {
      modules: { type: 'string' },
      firmware: { type: 'string' },
      flash: { type: 'string' },
      'flash-bytes': { type: 'string' },
    },
  });
  return {
    modules: values.modules,
    firmware: values.firmware ?? null,
    flash: values.flash ?? null,
    flash_bytes: Number(values['flash-bytes'] ?? DEFAULT_FLASH_BYTES),
  };
}

function send(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

function encode(text) {
  return Buffer.from(text, 'latin1').toString('base64');
}

class Server {
  constructor(library) {
    this.library = library;
    this.session = null;
    this.free = false;
  }

  /** Put a new machine in the place of the present one. */
  open({ firmware = null, flash = null, flash_bytes: flashBytes = DEFAULT_FLASH_BYTES }) {
    this.#setFree(false);
    this.net?.close();
    this.session = null;
    this.session = new Session(this.library, { firmware, flash, flashBytes });
    this.net = new NetCommands(this.session);
  }

  /** Answer one command, or promise to; throws for a bad one. */
  answer({ cmd, ...args }) {
    if (!Object.hasOwn(Server.commands, cmd)) throw new Error(`unknown command ${cmd}`);
    if (this.session === null && cmd !== 'open') {
      throw new Error('there is no machine: open one');
    }
    return Server.commands[cmd].call(this, args) ?? {};
  }

  static commands = {
    open(args) {
      this.open(args);
    },
    write({ data }) {
      this.session.write(Buffer.from(data, 'base64'));
    },
    run(args) {
      const { reason, output } = this.session.run(args);
      return { reason, output: encode(output), ...this.session.stats() };
    },
    stats() {
      return this.session.stats();
    },
    reset() {
      this.session.machine.reset();
    },
    power_cycle() {
      this.session.machine.powerCycle();
    },
    cut_after({ ops, torn = false }) {
      this.session.machine.flash.cutAfter(ops, torn);
    },
    flash_read({ off, size }) {
      return { data: Buffer.from(this.session.readFlash(off, size)).toString('base64') };
    },
    flash_load({ data }) {
      this.session.loadFlash(Buffer.from(data, 'base64'));
    },
    flash_record() {
      const record = this.session.machine.flash.takeRecord();
      return { operations: record.map(([off, data]) => [off, data && Buffer.from(data).toString('base64')]) };
    },
    peek({ address, size }) {
      return { data: Buffer.from(this.session.peek(address, size)).toString('base64') };
    },
    free({ on, speed = 1 }) {
      this.#setFree(on, speed);
    },
    pin({ pin, level }) {
      const { wires } = this.session.machine;
      if (level !== undefined) wires.drive(pin, level);
      return { level: wires.level(pin), output: wires.isOutput(pin) };
    },
    edges({ pin }) {
      return { edges: this.session.machine.wires.edges(pin) };
    },
    adc({ channel, value }) {
      this.session.machine.wires.setAnalogue(channel, value);
    },
    i2c_device(options) {
      this.session.machine.wires.addI2cDevice(options);
    },
    spi_device(options) {
      this.session.machine.wires.addSpiDevice(options);
    },
    spi_taken({ spi, cs }) {
      const devices = this.session.machine.wires.spiDevices[spi];
      return { data: Array.from(devices.find((device) => device.cs === cs).take()) };
    },
    uart({ uart, data = '' }) {
      const end = this.session.machine.wires.uarts[uart];
      end.send(Buffer.from(data, 'base64'));
      return { data: Buffer.from(end.take()).toString('base64') };
    },
    net({ what, ...args }) {
      return this.net.answer(what, args);
    },
  };

  // Free running: real time (or at most so many times as fast), output as events, input whenever it comes.
  #setFree(on, speed) {
    const { session } = this;
    this.nanosEachMs = NANOS_PER_MS * speed;
    if (on === this.free) return;
    if (on) {
      if (session.unread) this.#emit(session.unread);
      session.unread = '';
      session.onOutput = (text) => this.#emit(text);
      this.aheadNanos = session.machine.nanos - performance.now() * this.nanosEachMs;
      setImmediate(() => this.#step());
    } else session.onOutput = null;
    this.free = on;
  }

  #emit(text) {
    send({ event: 'output', data: encode(text) });
  }

  #step() {
    if (!this.free) return;
    const { machine } = this.session;
    if (!machine.runUntil(machine.nanos + FREE_STEP_NANOS)) {
      this.free = false;
      this.session.onOutput = null;
      send({ event: 'stopped', stopped: machine.stopped });
      return;
    }
    const realNanos = performance.now() * this.nanosEachMs + this.aheadNanos;
    const aheadMs = (machine.nanos - realNanos) / this.nanosEachMs;
    // what was lost while the core was busy is not caught up with
    if (aheadMs < 0) this.aheadNanos += aheadMs * this.nanosEachMs;
    if (aheadMs >= 1) setTimeout(() => this.#step(), aheadMs);
    else setImmediate(() => this.#step());
  }
}

function main() {
  const options = parseOptions();
  const server = new Server(loadLibrary(options.modules));
  if (options.firmware || options.flash) server.open(options);
  send({ event: 'ready' });
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    let id = null;
    try {
      const message = JSON.parse(line);
      id = message.id ?? null;
      send({ id, ...await server.answer(message) });
    } catch (error) {
      send({ id, error: error.message });
    }
  });
  lines.on('close', () => process.exit(0));
}

try {
  main();
} catch (error) {
  send({ error: error.message });
  process.exitCode = 1;
}
