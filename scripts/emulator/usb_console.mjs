// SPDX-License-Identifier: MIT
// The USB host's side of the CDC console. Unlike rp2040js's own it answers an OUT request only
// when there is something to send, as a host does: the firmware can then sleep at its prompt.
// A network function beside it is taken into use as well (usb_network.mjs).
import { findNetwork, UsbNetwork } from './usb_network.mjs';

const ENDPOINT_BULK = 2;
const CDC_DATA_CLASS = 10;
const DESCRIPTOR_INTERFACE = 4;
const DESCRIPTOR_ENDPOINT = 5;
const DESCRIPTOR_CONFIGURATION = 2;
const CONFIGURATION_BYTES = 9;
const SET_CONTROL_LINE_STATE = 0x22;
const DTR_AND_RTS = 3;

/** Numbers of the bulk endpoints of the CDC data interface: {in, out}, -1 if absent. */
function bulkEndpoints(descriptors) {
  const found = { in: -1, out: -1 };
  let inData = false;
  for (let at = 0; at + 1 < descriptors.length && descriptors[at] > 1; at += descriptors[at]) {
    const type = descriptors[at + 1];
    // a network's data interface is of the same class, with a protocol
    if (type === DESCRIPTOR_INTERFACE) inData = descriptors[at + 5] === CDC_DATA_CLASS && descriptors[at + 7] === 0;
    else if (type === DESCRIPTOR_ENDPOINT && inData && descriptors[at + 3] === ENDPOINT_BULK) {
      const address = descriptors[at + 2];
      found[address & 0x80 ? 'in' : 'out'] = address & 15;
    }
  }
  return found;
}

export class UsbConsole {
  /** library: rp2040js; usb: its USB controller; onOutput(Uint8Array) gets what is printed; stack: of the network. */
  constructor(library, usb, onOutput, stack) {
    this.library = library;
    this.stack = stack;
    this.usb = usb;
    this.onOutput = onOutput;
    this.input = [];
    this.pulled = false;
    this.#forget();
    usb.onUSBEnabled = () => usb.resetDevice();
    usb.onResetReceived = () => usb.sendSetupPacket(library.setDeviceAddressPacket(1));
    usb.onEndpointWrite = (endpoint, data) => this.#fromDevice(endpoint, data);
    usb.onEndpointRead = (endpoint, size) => this.#deviceReads(endpoint, size);
  }

  #forget() {
    this.network = null;
    this.connected = false;
    this.requestBytes = 0;
    this.descriptors = [];
    this.descriptorBytes = 0;
    this.endpoints = { in: -1, out: -1 };
  }

  /** Pull the cable out, which the device sees as a bus that is still, or put it in: it is enumerated anew. */
  plug(plugged) {
    if (this.pulled === !plugged) return;
    this.pulled = !plugged;
    this.stack.detach();
    this.#forget();
    this.usb.setStill(!plugged);
    if (plugged) this.usb.resetDevice();
  }

  /** Queue input (Uint8Array); it is on its way as soon as the firmware asks for it. */
  send(data) {
    this.input.push(...data);
    this.#deliver();
  }

  #fromDevice(endpoint, data) {
    if (this.pulled) return;
    if (endpoint === 0) this.#control(data);
    else if (this.network?.fromDevice(endpoint, data)) return;
    else if (endpoint === this.endpoints.in && data.length) this.onOutput(data);
  }

  #control(data) {
    if (!this.connected) this.#enumerate(data);
    else if (this.network) this.network.control(data);
    else this.#findNetwork();
  }

  // The port is open: the next thing is the network, if there is one.
  #findNetwork() {
    const found = findNetwork(this.descriptors);
    if (found === null) return;
    this.network = new UsbNetwork(this.library, this.usb, found, this.stack);
    this.network.start();
  }

  #enumerate(data) {
    if (data.length === 0) {
      if (this.descriptorBytes === 0) this.#askConfiguration(CONFIGURATION_BYTES);
      else if (this.endpoints.in >= 0) this.#connect();
    } else if (this.descriptorBytes === 0) {
      if (data[1] !== DESCRIPTOR_CONFIGURATION) return;
      this.descriptorBytes = data[2] | (data[3] << 8);
      this.#askConfiguration(this.descriptorBytes);
    } else if (this.descriptors.length < this.descriptorBytes) {
      this.descriptors.push(...data);
      if (this.descriptors.length >= this.descriptorBytes) this.#configure();
    }
  }

  #askConfiguration(size) {
    this.usb.sendSetupPacket(this.library.getDescriptorPacket(DESCRIPTOR_CONFIGURATION, size));
  }

  #configure() {
    this.endpoints = bulkEndpoints(this.descriptors);
    this.usb.sendSetupPacket(this.library.setDeviceConfigurationPacket(1));
  }

  // Opening the port sets DTR: only then does the firmware print (USB CDC PSTN 1.2, 6.3.12).
  #connect() {
    const { DataDirection, SetupType, SetupRecipient } = this.library;
    this.connected = true;
    this.usb.sendSetupPacket(this.library.createSetupPacket({
      dataDirection: DataDirection.HostToDevice,
      type: SetupType.Class,
      recipient: SetupRecipient.Device,
      bRequest: SET_CONTROL_LINE_STATE,
      wValue: DTR_AND_RTS,
      wIndex: 0,
      wLength: 0,
    }));
  }

  #deviceReads(endpoint, size) {
    if (this.network?.deviceReads(endpoint) || endpoint !== this.endpoints.out) return;
    this.requestBytes = size;
    this.#deliver();
  }

  #deliver() {
    if (this.requestBytes === 0 || this.input.length === 0) return;
    const data = new Uint8Array(this.input.splice(0, this.requestBytes));
    this.requestBytes = 0;
    this.usb.endpointReadDone(this.endpoints.out, data);
  }
}
