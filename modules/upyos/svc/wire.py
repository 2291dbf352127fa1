# SPDX-License-Identifier: MIT
"""Telnet's own commands between the bytes (RFC 854, 1073, 2217)."""

from micropython import const

_IAC = const(255)
_DONT = const(254)
_DO = const(253)
_WONT = const(252)
_WILL = const(251)
_SB = const(250)
_SE = const(240)
_BINARY = const(0)
_ECHO = const(1)
_SGA = const(3)
_NAWS = const(31)
_LINEMODE = const(34)
_COM_PORT = const(44)

# Where the decoder is: in data, behind IAC, behind a verb, in a suboption, behind IAC in it.
_DATA = const(0)
_COMMAND = const(1)
_OPTION = const(2)
_SUB = const(3)
_SUB_COMMAND = const(4)

_HELLO = const(b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfc\x22")
# What we do at once (WILL sent), what we would do, what we ask for (DO sent), what we allow. Told
# apart as objects, so no const().
_OURS = b"\x00\x01\x03\x2c"
_THEIRS = b"\x00\x03\x1f\x2c"
# The longest suboption that means something to us, doubled IAC included.
_SUB_BYTES = const(32)
_BLOCK_BYTES = const(64)
_LINE_BYTES = const(64)


class Wire:
    """The bytes of a telnet connection, without its commands."""

    # Bytes pass as they are: no CR LF, no NUL (RFC 856).
    binary = False
    # Bit for each option of _OURS that is on, of _THEIRS.
    ours = 0
    theirs = 0

    def __init__(self, connection):
        self.connection = connection
        self.block = bytearray(_BLOCK_BYTES)
        self.view = memoryview(self.block)
        self.at = 0
        self.count = 0
        self.state = _DATA
        self.verb = 0
        self.after_cr = False
        self.sub = bytearray()
        # (columns, rows) of the peer's window once it has told; who is called with it then.
        self.size = None
        self.resized = None
        # What has to be answered.
        self.answer = bytearray()

    async def hello(self):
        """Say how this side is."""
        # ECHO and SGA are on, NAWS is asked for
        self.ours = 1 << 1 | 1 << 2
        self.theirs = 1 << 2
        await self.connection.write(_HELLO)

    async def fill(self):
        """Wait for data; return how many bytes of it are in block, 0 at the end of input."""
        while True:
            count = await self.connection.readinto(self.block)
            if not count:
                return 0
            count = self.decode(count)
            if self.answer:
                answer = bytes(self.answer)
                self.answer[:] = b""
                await self.connection.write(answer)
            if count:
                return count

    def decode(self, count):
        """Take telnet's commands out of the first bytes of block; return how many are left."""
        block = self.block
        done = 0
        for i in range(count):
            byte = block[i]
            if self.state == _DATA:
                if byte == _IAC:
                    self.state = _COMMAND
                elif self.is_data(byte):
                    block[done] = byte
                    done += 1
            elif self.state == _COMMAND and byte == _IAC:
                self.state = _DATA
                block[done] = byte
                done += 1
            else:
                self.command(byte)
        return done

    def is_data(self, byte):
        """Tell whether a byte counts: what follows CR, LF or NUL, is a part of it."""
        if self.binary:
            return True
        after_cr = self.after_cr
        self.after_cr = byte == 13
        return byte != 0 and not (byte == 10 and after_cr)

    def command(self, byte):
        """Take one byte of a command."""
        if self.state == _COMMAND:
            self.state = _DATA
            if byte == _SB:
                self.state = _SUB
                self.sub[:] = b""
            elif byte >= _WILL:
                self.verb = byte
                self.state = _OPTION
        elif self.state == _OPTION:
            self.state = _DATA
            self.option(self.verb, byte)
        elif self.state == _SUB:
            if byte == _IAC:
                self.state = _SUB_COMMAND
            elif len(self.sub) < _SUB_BYTES:
                self.sub.append(byte)
        else:
            self.in_sub(byte)

    def in_sub(self, byte):
        """Take a byte behind IAC in a suboption."""
        if byte == _IAC:
            self.state = _SUB
            if len(self.sub) < _SUB_BYTES:
                self.sub.append(byte)
        else:
            self.state = _DATA
            if byte == _SE and self.sub:
                self.suboption(self.sub)

    def option(self, verb, option):
        """Answer WILL, WONT, DO, DONT; what is so already is not answered (RFC 1143)."""
        wanted = verb == _DO or verb == _WILL
        known, yes, no = (_OURS, _WILL, _WONT) if verb in (_DO, _DONT) else (_THEIRS, _DO, _DONT)
        at = known.find(bytes((option,)))
        if at < 0:
            if wanted:
                self.answer.extend(bytes((_IAC, no, option)))
            return
        bits = self.ours if known is _OURS else self.theirs
        if bool(bits >> at & 1) == wanted:
            return
        bits ^= 1 << at
        if known is _OURS:
            self.ours = bits
        else:
            self.theirs = bits
            if option == _BINARY or option == _COM_PORT:
                self.binary = wanted
        self.answer.extend(bytes((_IAC, yes if wanted else no, option)))
        if option == _COM_PORT and wanted and not self.theirs & 1:
            # a serial port passes all bytes (RFC 2217, 2)
            self.ours |= 1
            self.theirs |= 1
            self.answer.extend(bytes((_IAC, _WILL, _BINARY, _IAC, _DO, _BINARY)))

    def suboption(self, data):
        """Take a suboption."""
        if data[0] == _NAWS and len(data) == 5:
            columns = data[1] << 8 | data[2]
            rows = data[3] << 8 | data[4]
            self.size = (columns, rows)
            if self.resized:
                self.resized(self.size)
        elif data[0] == _COM_PORT and len(data) > 1:
            from upyos.svc import serial_port

            serial_port.answer(self.answer, data[1], data[2:])

    async def line(self, prompt, hidden):
        """Return a line of the peer, echoed, None at the end of input."""
        await self.connection.write(prompt)
        text = bytearray()
        while True:
            if self.at >= self.count:
                self.at = 0
                self.count = await self.fill()
                if not self.count:
                    return None
            byte = self.block[self.at]
            self.at += 1
            if byte == 13 or byte == 10:
                await self.connection.write("\r\n")
                return str(text, "utf-8") if _is_text(text) else ""
            await self.connection.write(_edit(text, byte, hidden))


def _edit(text, byte, hidden):
    """Change a line by a key; return what shows it."""
    if byte == 8 or byte == 127:
        if not text:
            return b""
        text[-1:] = b""
        return b"\b \b"
    if byte < 32 or len(text) >= _LINE_BYTES:
        return b""
    text.append(byte)
    return b"*" if hidden else bytes((byte,))


def _is_text(data):
    try:
        data.decode()
        return True
    except UnicodeError:
        return False
