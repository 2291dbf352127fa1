// SPDX-License-Identifier: MIT
// The pads of the chip and what is wired to them from outside, which stays over resets: levels,
// analogue values, I2C devices, the far ends of the UARTs.

import { fromLibrary, toLibrary } from './cpu.mjs';
import { SdCard, SpiRecord } from './spi_devices.mjs';

// Reset value of a pad: input on, pull-down, Schmitt trigger, 4 mA (RP2040 datasheet, 2.19.6.3)
const PAD_RESET = 0x56;
const PINS = 30;
const ADDRESS_CLOCKS = 8;
// Start bit, eight data bits, stop bit
const UART_FRAME_BITS = 10;
const NANOS_PER_S = 1e9;

// A device on an I2C bus made of two pins. It acknowledges its address and what is written to it;
// what is read from it is 0xff.
class I2cDevice {
  constructor(wires, { scl, sda, address }) {
    Object.assign(this, { wires, scl, sda, address });
    this.reset();
  }

  reset() {
    Object.assign(this, { clocks: 0, bits: 0, state: 'idle', holds: false });
  }

  /** Called when the level of a pin has changed. */
  changed(pin, level) {
    if (pin === this.scl) level ? this.#clockRises() : this.#clockFalls();
    else if (pin === this.sda && this.wires.level(this.scl)) this.#start(!level);
  }

  // With the clock high, data that falls is a start, data that rises a stop.
  #start(isStart) {
    this.state = isStart ? 'address' : 'idle';
    this.clocks = this.bits = 0;
  }

  #clockRises() {
    if (this.clocks < ADDRESS_CLOCKS) this.bits = (this.bits << 1) | this.wires.level(this.sda);
    this.clocks++;
  }

  #clockFalls() {
    if (this.clocks === ADDRESS_CLOCKS) {
      if (this.state === 'address') this.state = this.#addressed();
      this.#hold(this.state === 'write' || this.state === 'read');
      if (this.state === 'read') this.state = 'reading';
    } else if (this.clocks > ADDRESS_CLOCKS) {
      this.#hold(false);
      this.clocks = this.bits = 0;
    }
  }

  #hold(on) {
    this.holds = on;
    this.wires.look(this.sda);
  }

  #addressed() {
    if (this.bits >> 1 !== this.address) return 'idle';
    return this.bits & 1 ? 'read' : 'write';
  }
}

// The far end of a UART: what came, and what is on its way at the baud rate of the firmware.
class UartEnd {
  constructor() {
    this.received = [];
    this.queue = [];
  }

  attach(uart, clock) {
    this.uart = uart;
    this.alarm = clock.createAlarm(() => this.#deliver());
    this.queue = [];
    uart.onByte = (value) => this.received.push(value);
  }

  send(data) {
    // Nobody listens: the bytes are lost
    if (!this.uart.enabled) return;
    if (this.queue.length === 0) this.#wait();
    this.queue.push(...data);
  }

  take() {
    return this.received.splice(0);
  }

  #wait() {
    this.alarm.schedule((UART_FRAME_BITS * NANOS_PER_S) / this.uart.baudRate);
  }

  #deliver() {
    this.uart.feedByte(this.queue.shift());
    if (this.queue.length) this.#wait();
  }
}

export class Wires {
  /** now(): emulated nanoseconds, for the record of edges. */
  constructor(now) {
    this.now = now;
    this.outside = new Map();
    this.recorded = new Map();
    this.analogue = new Map();
    this.devices = [];
    this.spiDevices = [[], []];
    this.uarts = [new UartEnd(), new UartEnd()];
  }

  /** Wire up a chip that was reset. */
  attach(chip) {
    this.chip = chip;
    for (const device of this.devices) device.reset();
    this.last = new Array(PINS).fill(0);
    chip.gpio.forEach((gpio, pin) => this.#attachPin(gpio, pin));
    for (const [channel, value] of this.analogue) chip.adc.channelValues[channel] = value;
    this.uarts.forEach((end, index) => end.attach(chip.uart[index], chip.clock));
    chip.spi.forEach((spi, index) => this.#attachSpi(spi, this.spiDevices[index]));
  }

  // The device whose chip select is low answers, 0 if none does; a byte takes its time, without
  // which the library's DMA would not see that there is room again.
  #attachSpi(spi, devices) {
    for (const device of devices) device.reset();
    let answer = 0;
    const alarm = this.chip.clock.createAlarm(() => spi.completeTransmit(answer));
    spi.onTransmit = (value) => {
      const device = devices.find(({ cs }) => !this.level(cs));
      answer = device ? device.exchange(value) : 0;
      alarm.schedule((spi.dataBits * NANOS_PER_S) / spi.clockFrequency);
    };
  }

  // The library has an input that does not see the pin's own output, nor the pulls.
  #attachPin(gpio, pin) {
    gpio.padValue = PAD_RESET;
    Object.defineProperty(gpio, 'inputValue', { get: () => gpio.inputEnable && this.level(pin) === 1 });
    gpio.addListener(() => this.look(pin));
    if (this.outside.has(pin)) this.drive(pin, this.outside.get(pin));
  }

  /** Level of a pin, 0 or 1: as the chip drives it, else as it is driven from outside, else pulled. */
  level(pin) {
    const gpio = this.chip.gpio[pin];
    if (gpio.outputEnable) return gpio.outputValue ? 1 : 0;
    if (this.devices.some(({ sda, holds }) => holds && sda === pin)) return 0;
    return this.outside.get(pin) ?? (gpio.pullupEnabled && !gpio.pulldownEnabled ? 1 : 0);
  }

  /** Whether the chip drives the pin. */
  isOutput(pin) {
    return this.chip.gpio[pin].outputEnable;
  }

  /** Drive a pin from outside: 0, 1, or null to let go. */
  drive(pin, level) {
    if (level === null) this.outside.delete(pin);
    else this.outside.set(pin, level);
    this.look(pin);
    // an edge may interrupt the core
    toLibrary();
    this.chip.gpio[pin].setInputValue(this.level(pin) === 1);
    fromLibrary();
  }

  /** Changes of a pin since the last call, as [nanoseconds, level]; the first call begins. */
  edges(pin) {
    const found = this.recorded.get(pin) ?? [];
    this.recorded.set(pin, []);
    return found;
  }

  /** Set what a channel of the ADC reads, 0 to 4095; channel 4 is the thermometer. */
  setAnalogue(channel, value) {
    this.analogue.set(channel, value);
    this.chip.adc.channelValues[channel] = value;
  }

  /** Wire an SD card (`blocks`), or a record of what comes (`dc`), to the pin `cs` of an SPI. */
  addSpiDevice({ spi, ...options }) {
    const device = options.blocks ? new SdCard(options) : new SpiRecord(options, this);
    this.spiDevices[spi].push(device);
  }

  addI2cDevice(options) {
    this.devices.push(new I2cDevice(this, options));
  }

  /** See whether the level of a pin has changed; called whenever it may have. */
  look(pin) {
    const level = this.level(pin);
    if (level === this.last[pin]) return;
    this.last[pin] = level;
    this.recorded.get(pin)?.push([Math.round(this.now()), level]);
    for (const device of this.devices) device.changed(pin, level);
  }
}
