# SPDX-License-Identifier: MIT
"""How fast the network is, with iperf3 at the other end: one that speaks its protocol.

The control connection carries states, one byte each, and JSON with its length before it; data
goes through connections of its own. Source: the behaviour of iperf 3.12 (esnet/iperf).
"""

import binascii
import json
import os
import select
import struct

from micropython import const
from upyos.lib import link

from uiperf3.measure import Test

PORT = const(5201)
_BLOCK_BYTES = const(4096)
_DATAGRAM_BYTES = const(1400)
_COOKIE_BYTES = const(37)
_MOST_JSON = const(8192)
_MOST_STREAMS = const(8)
_SECOND_US = const(1000000)

_START = const(1)
_RUNNING = const(2)
_END = const(4)
_PARAMETERS = const(9)
_STREAMS = const(10)
_RESULTS = const(13)
_DISPLAY = const(14)
_DONE = const(16)
_DENIED = const(0xFF)
# "6789" and "9876" as an int of a PC: how a UDP stream begins.
_HELLO = const(b"9876")
_ANSWER = const(b"6789")


def _say(control, state):
    control.write(bytes((state,)))


def _send_json(control, value):
    data = json.dumps(value).encode()
    control.write(struct.pack(">I", len(data)) + data)


def _read_json(control):
    """Return the next object. Raises ValueError."""
    size = struct.unpack(">I", control.read_all(4))[0]
    if size > _MOST_JSON:
        raise ValueError("not an iperf3")
    found = json.loads(control.read_all(size))
    if not isinstance(found, dict):
        raise ValueError("not an iperf3")
    return found


def _expect(control, state):
    """Wait for a state. Raises ValueError for another one."""
    found = control.read_all(1)[0]
    if found != state:
        if found == _DENIED:
            raise ValueError("the server is busy")
        raise ValueError("the other end gave up" if found > 128 else "not an iperf3")


def _open_stream(host, port, udp, cookie):
    """Return a connection for data."""
    if not udp:
        stream = link.connect(host, port)
        stream.write(cookie)
        return stream
    stream = link.datagrams(host, port)
    stream.sock.send(_HELLO)
    stream.wait(select.POLLIN)
    stream.sock.recv(4)
    return stream


def client(host, udp=False, reverse=False, bandwidth=1 << 20, seconds=10, port=PORT):
    """Measure with the server at a host; return (bytes sent, bytes received).

    bandwidth is that of UDP, in bits/s. Raises OSError, ValueError, ImportError.
    """
    control = link.connect(host, port)
    test = None
    try:
        cookie = binascii.hexlify(os.urandom(18)) + b"\0"
        control.write(cookie)
        _expect(control, _PARAMETERS)
        size = _DATAGRAM_BYTES if udp else _BLOCK_BYTES
        wanted = {"omit": 0, "time": seconds, "parallel": 1, "len": size, "client_version": "3.12"}
        wanted["udp" if udp else "tcp"] = True
        if udp:
            wanted["bandwidth"] = bandwidth
        if reverse:
            wanted["reverse"] = True
        _send_json(control, wanted)
        _expect(control, _STREAMS)
        streams = [_open_stream(host, port, udp, cookie)]
        test = Test(control, streams, udp, not reverse, size, bandwidth)
        _expect(control, _START)
        _expect(control, _RUNNING)
        test.run(seconds * _SECOND_US)
        _say(control, _END)
        _expect(control, _RESULTS)
        _send_json(control, test.results())
        other = _read_json(control)
        _expect(control, _DISPLAY)
        _say(control, _DONE)
        return test.show_sum(other)
    finally:
        control.close()
        if test:
            test.close()


def _accept(listening):
    """Return a Link to the next one who connects."""
    listening.wait(select.POLLIN)
    return link.Link(listening.sock.accept()[0])


def _take_streams(listening, datagrams, wanted, cookie):
    """Return the connections for data that the client opens. Raises ValueError."""
    if wanted.get("udp"):
        datagrams.wait(select.POLLIN)
        _, peer = datagrams.sock.recvfrom(4)
        datagrams.sock.connect(peer)
        datagrams.sock.send(_ANSWER)
        return [datagrams]
    streams = []
    for _ in range(wanted.get("parallel", 1)):
        streams.append(_accept(listening))
        if streams[-1].read_all(_COOKIE_BYTES) != cookie:
            raise ValueError("another client")
    return streams


def _serve(listening, control, port):
    """Serve one client."""
    test = datagrams = None
    cookie = control.read_all(_COOKIE_BYTES)
    _say(control, _PARAMETERS)
    wanted = _read_json(control)
    if not 0 < wanted.get("parallel", 1) <= _MOST_STREAMS or wanted.get("bidirectional"):
        _say(control, _DENIED)
        raise ValueError("more is asked for than there is")
    try:
        if wanted.get("udp"):
            datagrams = link.datagrams(None, port)
        _say(control, _STREAMS)
        streams = _take_streams(listening, datagrams, wanted, cookie)
        sends = bool(wanted.get("reverse"))
        size = max(16, wanted.get("len", _BLOCK_BYTES))
        rate = wanted.get("bandwidth", 0)
        test = Test(control, streams, datagrams is not None, sends, size, rate or 1 << 20)
        _say(control, _START)
        _say(control, _RUNNING)
        test.run(None)
        _expect(control, _END)
        # a client that reads waits for the rest of its block, deaf to all else
        test.close()
        _say(control, _RESULTS)
        other = _read_json(control)
        _send_json(control, test.results())
        _say(control, _DISPLAY)
        test.show_sum(other)
        _expect(control, _DONE)
    finally:
        if test:
            test.close()
        elif datagrams:
            datagrams.close()


def server(port=PORT, once=False):
    """Serve one client after the other, until Ctrl-C or kill. Raises OSError, ImportError."""
    listening = link.listen(port)
    try:
        print("listening at port %d" % port)
        while True:
            listening.limit_ms = None
            control = _accept(listening)
            listening.limit_ms = link.LIMIT_MS
            try:
                _serve(listening, control, port)
            except (OSError, ValueError) as exc:
                from upyos.lib.reasons import reason

                print("a client failed: " + reason(exc))
            finally:
                control.close()
            if once:
                return
    finally:
        listening.close()
