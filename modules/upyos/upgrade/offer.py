# SPDX-License-Identifier: MIT
"""The upgrade list (behaviour contract 4.6): what version there is, and what belongs to it."""

import binascii
import hashlib
import sys

from micropython import const
from upyos.upgrade import keys, source

_PATH = const("/etc/upgrade.inf")
_HEAD = const(b"#upyOS,")
_LINE_MOST = const(300)
_MOST_RECORDS = const(200)


class Record:
    """A file of the list; path is that of the file, or the image's name for firmware."""

    def __init__(self, path, size, digest):
        self.path = path
        self.size = int(size)
        self.digest = binascii.unhexlify(digest)
        if len(self.digest) != 32 or self.size < 0:
            raise ValueError


class Offer:
    """What a list offers: version and date as text, the firmware of this board or None, files."""

    def __init__(self, base):
        """Read the list. Raises OSError, ValueError with the reason."""
        self.base = base
        self.firmware = None
        self.files = []
        self.version = self.date = None
        # Boards that the list has firmware for.
        self.boards = 0
        stream = source.opened(base, _PATH)[0]
        try:
            self._read(source.Lines(stream, _LINE_MOST))
        finally:
            stream.close()

    def _read(self, lines):
        digest = hashlib.sha256()
        count = 0
        signature = said = None
        while (line := lines.read()) is not None:
            if line.startswith(b"#sig,"):
                signature = binascii.unhexlify(line[5:].strip())
                break
            digest.update(line + b"\n")
            if self.version is None:
                self._head(line)
            elif line.startswith(b"#files,"):
                said = int(line[7:])
            elif line[:1] not in (b"", b"#"):
                count += 1
                self._record(line)
        if self.version is None or said != count:
            raise ValueError("not a whole upgrade list")
        is_strange = source.is_web(self.base) or self.base == source.CONSOLE
        if is_strange and not keys.is_trusted(digest.digest(), signature):
            raise ValueError("the list has no signature of a key in /etc/upgrade.key")

    def _head(self, line):
        if not line.startswith(_HEAD):
            raise ValueError("no upgrade list of upyOS")
        words = line.decode().strip().split(",")
        self.version, self.date = words[1], words[2] if len(words) > 2 else ""
        number(self.version)

    def _record(self, line):
        words = line.decode().split(",")
        try:
            if words[0][:1] == "@":
                self.boards += 1
                if words[0][1:] == board():
                    self.firmware = Record("/" + words[1], words[2], words[3])
            elif words[0][:1] == "/" and ".." not in words[0]:
                self.files.append(Record(words[0], words[1], words[2]))
            else:
                raise ValueError
        except (ValueError, IndexError):
            raise ValueError("no record of a list: " + words[0][:60]) from None
        if len(self.files) > _MOST_RECORDS:
            raise ValueError("too many records")


def board():
    """Return the name of the board that this firmware was built for."""
    return getattr(sys.implementation, "_build", "")


def by_cable():
    """Return the line that says how a board with one slot gets its firmware."""
    return "This board has one slot: firmware comes by cable, ./upyfw flash " + board()


def number(text):
    """Return a version as numbers that can be compared. Raises ValueError."""
    parts = [int(word) for word in text.split("-")[0].split(".")]
    return tuple((parts + [0, 0, 0])[:3])
