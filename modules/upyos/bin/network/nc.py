# SPDX-License-Identifier: MIT
"""nc [-l] [-w S] [HOST] PORT

Send standard input to PORT of HOST, and what comes from there to standard output, until the
other end closes. What is typed goes line by line; Ctrl-D on an empty line ends it.

-l    wait for one connection at PORT of this board instead
-w S  end after S seconds in which nothing came, once standard input is at its end; without it,
      wait for ever

Source: OpenBSD nc. Not provided: UDP, proxies.
"""

import select

import _upyos
from micropython import const
from upyos.lib import fullscreen, link, streams
from upyos.lib.command import UsageError, fail, milliseconds, natural, operands, options, write

_MOST_PORT = const(65535)
_ETIMEDOUT = const(110)
_BLOCK_BYTES = const(512)
_EAGAIN = const(11)
_CTRL_C = const(3)
_CTRL_D = const(4)
_LIMIT_MS = const(15000)


def _typed(key, line):
    """Take a key; return the line that it ends, b"" at Ctrl-D, else None. It is shown."""
    if key == _CTRL_C:
        raise KeyboardInterrupt
    if key == _CTRL_D and not line:
        return b""
    if key in (8, 127):
        if line:
            line[-1:] = b""
            write("\b \b")
        return None
    write("\r\n" if key == 13 else chr(key))
    line.append(10 if key == 13 else key)
    return bytes(line) if line[-1] == 10 else None


def _send_typed(peer, line):
    """Send lines that were typed; False once the end was."""
    while (key := _upyos.key(0)) >= 0:
        data = _typed(key, line)
        if data is not None:
            peer.write(data)
            line[:] = b""
        if data == b"":
            return False
    return True


def _receive(peer, last):
    """Print what has come; return the last byte, or None at the end.

    recv() alone hands over what came before a reset: readinto() reads on, and raises.
    """
    while True:
        try:
            data = peer.sock.recv(_BLOCK_BYTES)
        except OSError as e:
            if e.errno != _EAGAIN:
                raise
            return last
        if not data:
            return None
        write(data)
        last = data[-1]


def _talk(peer, quiet_ms):
    """Carry data both ways until the peer closes, or is quiet for so long."""
    line = bytearray()
    typing = not streams.redirected() and fullscreen.is_ours()
    last = 10
    if not typing:
        block = streams.new_block()
        source = streams.standard_input()
        while count := source.readinto(block):
            peer.write(block[:count])
    while True:
        peer.limit_ms = 20 if typing else quiet_ms
        try:
            peer.wait(select.POLLIN)
        except OSError as e:
            if e.errno != _ETIMEDOUT:
                raise
            if not typing:
                return last
            typing = _send_typed(peer, line)
            continue
        found = _receive(peer, last)
        if found is None:
            return last
        last = found


def _listen(port):
    """Return a link to the first who connects to a port."""
    listening = link.listen(port)
    try:
        listening.wait(select.POLLIN)
        return link.Link(listening.sock.accept()[0], _LIMIT_MS)
    finally:
        listening.close()


def __main__(args):
    found, words = options(args, "l", "w")
    operands(words, 1 if "l" in found else 2, 1 if "l" in found else 2)
    port = natural(words[-1])
    if not 0 < port <= _MOST_PORT:
        raise UsageError
    quiet_ms = milliseconds(found["w"]) if "w" in found else None
    peer = None
    try:
        peer = _listen(port) if "l" in found else link.connect(words[0], port, _LIMIT_MS)
        streams.complete(_talk(peer, quiet_ms))
    except ImportError:
        return fail(words[0], "this board has no network")
    except (OSError, ValueError) as e:
        return fail(words[0], e)
    finally:
        if peer:
            peer.close()
    return 0
