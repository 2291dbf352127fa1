// SPDX-License-Identifier: MIT
// TCP at the host's end of the cable (RFC 9293): both ways to open, in order, with repetition by time. What comes out of
// order is not kept: the peer sends it again. There is nobody else on the cable, so there is no congestion control.
import { long, longAt, PROTOCOL, transportSum, word, wordAt } from './packets.mjs';

export const FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 };
const MSS = 1460;
const WINDOW = 65535;
const HEAD_BYTES = 20;
const OPTION_MSS = 2;
// A repetition after so much emulated time, twice as much each time, and the end after so many.
const REPEAT_NANOS = 300e6;
const MOST_REPEATS = 8;

// Sequence numbers go round: the difference is a signed 32-bit number.
const difference = (one, other) => (one - other) | 0;

export function parseSegment(packet) {
  const { payload, from, to } = packet;
  if (payload.length < HEAD_BYTES || transportSum(PROTOCOL.TCP, from, to, payload) !== 0) return null;
  const headBytes = (payload[12] >> 4) * 4;
  if (headBytes < HEAD_BYTES || headBytes > payload.length) return null;
  return {
    fromPort: wordAt(payload, 0),
    toPort: wordAt(payload, 2),
    sequence: longAt(payload, 4) | 0,
    acknowledged: longAt(payload, 8) | 0,
    flags: payload[13],
    window: wordAt(payload, 14),
    mss: mssOf(payload.subarray(HEAD_BYTES, headBytes)),
    data: payload.subarray(headBytes),
  };
}

function mssOf(options) {
  for (let at = 0; at < options.length && options[at] !== 0; at += options[at] === 1 ? 1 : options[at + 1] || 99) {
    if (options[at] === OPTION_MSS) return wordAt(options, at + 2);
  }
  return 536;
}

export class Connection {
  /**
   * peer: {emit(segment bytes), alarm(callback), forget(connection)}; ports: {local, remote}. The user sets onOpen, onData(bytes),
   * onEnd (the peer sends no more), onRoom (it took some) and onClose(reason or null).
   */
  constructor(peer, ports, start) {
    Object.assign(this, { peer, ports });
    this.unacknowledged = this.next = start | 0;
    this.expected = 0;
    this.peerWindow = 0;
    this.peerMss = 536;
    this.state = 'closed';
    /** Bytes behind `unacknowledged` that are not acknowledged, sent or not. */
    this.pending = Buffer.alloc(0);
    this.ending = this.finSent = this.paused = false;
    this.repeats = 0;
    this.timer = peer.alarm(() => this.#repeat());
    this.onOpen = this.onData = this.onEnd = this.onClose = this.onRoom = () => {};
  }

  /** Open it from here. */
  connect() {
    this.state = 'syn-sent';
    this.#transmit(FLAG.SYN, this.next);
    this.next = (this.next + 1) | 0;
    this.#arm();
  }

  /** Open it by a segment with SYN from there. */
  accept(segment) {
    this.state = 'syn-received';
    this.#synchronise(segment);
    this.#transmit(FLAG.SYN | FLAG.ACK, this.next);
    this.next = (this.next + 1) | 0;
    this.#arm();
  }

  /** Send bytes as soon as the peer takes them. */
  send(data) {
    this.pending = Buffer.concat([this.pending, data]);
    this.#push();
  }

  /** Send no more than what was given. */
  end() {
    this.ending = true;
    this.#push();
  }

  /** Break it off. */
  abort() {
    if (this.state === 'closed') return;
    this.#transmit(FLAG.RST | FLAG.ACK, this.next);
    this.#close('aborted');
  }

  /** Let the peer send nothing for now, or go on. */
  pause(on) {
    if (this.paused === on) return;
    this.paused = on;
    if (!on && this.state === 'open') this.#transmit(FLAG.ACK, this.next);
  }

  /** A segment of the peer. */
  receive(segment) {
    if (segment.flags & FLAG.RST) {
      if (this.state !== 'syn-sent' || segment.acknowledged === this.next) this.#close('reset');
      return;
    }
    if (this.state === 'syn-sent') {
      if ((segment.flags & (FLAG.SYN | FLAG.ACK)) !== (FLAG.SYN | FLAG.ACK)) {
        // the peer has an older connection of these ports
        if (segment.flags & FLAG.ACK) this.#transmit(FLAG.RST, segment.acknowledged);
        return;
      }
      this.#synchronise(segment);
      this.#transmit(FLAG.ACK, this.next);
    } else if (segment.flags & FLAG.SYN) {
      this.#transmit(FLAG.ACK, this.next);
      return;
    }
    this.#acknowledge(segment);
    if (this.state !== 'closed') this.#take(segment);
    if (this.state !== 'closed') this.#push();
  }

  #synchronise(segment) {
    this.expected = (segment.sequence + 1) | 0;
    this.peerMss = Math.min(segment.mss, MSS);
    this.peerWindow = segment.window;
  }

  #acknowledge(segment) {
    if (!(segment.flags & FLAG.ACK)) return;
    this.peerWindow = segment.window;
    const done = difference(segment.acknowledged, this.unacknowledged);
    if (done <= 0 || difference(segment.acknowledged, this.next) > 0) return;
    const opens = this.state === 'syn-sent' || this.state === 'syn-received';
    this.pending = this.pending.subarray(Math.min(opens ? done - 1 : done, this.pending.length));
    this.unacknowledged = segment.acknowledged;
    this.repeats = 0;
    if (this.unacknowledged !== this.next) this.#arm();
    this.onRoom();
    if (opens) {
      this.state = 'open';
      this.onOpen();
    }
    if (this.finSent && this.unacknowledged === this.next) {
      this.finAcknowledged = true;
      if (this.peerEnded) this.#close(null);
    }
  }

  #take(segment) {
    const { data, flags } = segment;
    // a segment twice as long as the window would still be the peer's fault
    const offset = difference(this.expected, segment.sequence);
    if (data.length === 0 && !(flags & FLAG.FIN)) {
      // what asks whether somebody is there has an old number
      if (offset > 0) this.#transmit(FLAG.ACK, this.next);
      return;
    }
    if (offset < 0 || offset > data.length || this.peerEnded) {
      this.#transmit(FLAG.ACK, this.next);
      return;
    }
    const fresh = data.subarray(offset);
    this.expected = (this.expected + fresh.length) | 0;
    if (fresh.length) this.onData(fresh);
    if (flags & FLAG.FIN) {
      this.expected = (this.expected + 1) | 0;
      this.peerEnded = true;
    }
    this.#transmit(FLAG.ACK, this.next);
    if (!this.peerEnded) return;
    this.onEnd();
    if (this.finAcknowledged) this.#close(null);
  }

  // Send what the peer's window takes.
  #push() {
    if (this.state !== 'open') return;
    for (;;) {
      const sent = difference(this.next, this.unacknowledged);
      const size = Math.min(this.pending.length - sent, this.peerWindow - sent, this.peerMss);
      if (this.finSent || size <= 0) break;
      this.#transmit(FLAG.ACK | FLAG.PSH, this.next, this.pending.subarray(sent, sent + size));
      this.next = (this.next + size) | 0;
      this.#arm();
    }
    const sent = difference(this.next, this.unacknowledged);
    if (this.ending && !this.finSent && sent === this.pending.length) {
      this.#transmit(FLAG.ACK | FLAG.FIN, this.next);
      this.next = (this.next + 1) | 0;
      this.finSent = true;
      this.#arm();
    } else if (sent === 0 && this.pending.length && this.peerWindow === 0) this.#arm();
  }

  #arm() {
    this.timer.schedule(REPEAT_NANOS * 2 ** this.repeats);
  }

  #repeat() {
    const outstanding = this.next !== this.unacknowledged || (this.pending.length && this.peerWindow === 0);
    if (this.state === 'closed' || !outstanding) return;
    // a window that stays closed is no fault
    if (this.next !== this.unacknowledged) this.repeats += 1;
    if (this.repeats > MOST_REPEATS) {
      this.#close('timed out');
      return;
    }
    if (this.state === 'syn-sent') this.#transmit(FLAG.SYN, this.unacknowledged);
    else if (this.state === 'syn-received') this.#transmit(FLAG.SYN | FLAG.ACK, this.unacknowledged);
    else this.#sendAgain();
    this.#arm();
  }

  #sendAgain() {
    const { pending, unacknowledged } = this;
    // a closed window is asked with one byte
    const size = Math.min(pending.length, Math.max(this.peerWindow, 1), this.peerMss);
    if (size === 0) {
      this.#transmit(FLAG.ACK | FLAG.FIN, unacknowledged);
      return;
    }
    this.#transmit(FLAG.ACK | FLAG.PSH, unacknowledged, pending.subarray(0, size));
    if (difference(this.next, unacknowledged) < size) this.next = (unacknowledged + size) | 0;
  }

  #transmit(flags, sequence, data = []) {
    const options = flags & FLAG.SYN ? [OPTION_MSS, 4, ...word(MSS)] : [];
    const { local, remote } = this.ports;
    const acknowledged = flags & FLAG.ACK ? this.expected : 0;
    this.peer.emit([
      ...word(local), ...word(remote), ...long(sequence), ...long(acknowledged),
      ((HEAD_BYTES + options.length) / 4) << 4, flags, ...word(this.paused ? 0 : WINDOW), 0, 0, 0, 0, ...options, ...data,
    ]);
  }

  #close(reason) {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.peer.forget(this);
    this.onClose(reason);
  }
}

/** The answer to a segment that belongs to no connection, or null. */
export function refusal(segment) {
  if (segment.flags & FLAG.RST) return null;
  const acknowledged = (segment.sequence + segment.data.length + (segment.flags & FLAG.SYN ? 1 : 0)) | 0;
  return [
    ...word(segment.toPort), ...word(segment.fromPort), ...long(segment.flags & FLAG.ACK ? segment.acknowledged : 0),
    ...long(acknowledged), 0x50, FLAG.RST | FLAG.ACK, 0, 0, 0, 0, 0, 0,
  ];
}
