# SPDX-License-Identifier: MIT
"""Archives of the format ustar, for the command tar.

Source: POSIX.1-2024 pax, ustar Interchange Format.
"""

import os
import time

import packing
from micropython import const
from upyos.lib import files, paths, streams
from upyos.lib.command import fail, write

_BLOCK_BYTES = const(512)
_NAME_BYTES = const(100)
# Where a header has its fields.
_SIZE = const(124)
_TIME = const(136)
_SUM = const(148)
_TYPE = const(156)
_MAGIC = const(257)
_PREFIX = const(345)
_DIRECTORY = const(0x4000)
_EINVAL = const(22)
# Seconds from 1970 to 2000, where the clock counts from then.
_TO_2000_S = const(946684800)
# Members that say something of the next one, and of no file.
_NOTES = const("xgLK")
# The longest name that one of them may give.
_LONGEST_BYTES = const(1024)
_NO_ARCHIVE = const("no archive")


# ---- made ----


def make(file, folder, names, is_packed, is_told):
    """Make an archive of what names stand for; return the status. Raises OSError."""
    failed = []
    target = "" if file == "-" else paths.file_named(file)
    pieces = _archive(folder, names, failed, is_told and target, (target, target + ".tmp"))
    if is_packed:
        pieces = packing.packed(pieces)
    if target:
        paths.guard(target)
        files.write_atomic(target, pieces)
    else:
        for piece in pieces:
            write(piece)
    return 1 if failed else 0


def _archive(folder, names, failed, is_told, own):
    """Yield the bytes of an archive; names that are not there go to failed.

    own: paths of the archive itself.
    """
    for name in names:
        try:
            top = paths.named(paths.join(folder, name))
            paths.stat(top)
        except OSError as e:
            failed.append(fail(name, e))
            continue
        for path, shown in _below(top, name):
            if path in own:
                continue
            if is_told:
                print(shown)
            yield from _member(path, shown)
    yield bytes(2 * _BLOCK_BYTES)


def _below(path, name):
    """Yield (path, name in the archive) of a file, or of a directory and all in it."""
    name = name.strip("/") or "."
    if not paths.is_dir(path):
        yield path, name
        return
    skip = len(paths.join(path, ""))
    if name != ".":
        yield path, name + "/"
    for inner, entry in files.tree(path):
        if entry:
            shown = inner[skip:] if name == "." else paths.join(name, inner[skip:])
            yield inner, shown + "/" if entry[1] == _DIRECTORY else shown


def _member(path, name):
    """Yield header and content of one file or directory."""
    info = paths.stat(path)
    is_folder = name[-1:] == "/"
    size = 0 if is_folder else info[6]
    if len(name.encode()) > _NAME_BYTES:
        raise ValueError("name too long: " + name)
    yield _header(name, size, info[8], is_folder)
    if is_folder:
        return
    with streams.open_file(path) as stream:
        for piece in packing.blocks(stream):
            size -= len(piece)
            yield piece
    # one that was written meanwhile would spoil all that follows
    if size:
        raise ValueError("changed meanwhile")
    yield bytes(-info[6] % _BLOCK_BYTES)


def _header(name, size, moment, is_folder):
    since = moment if time.gmtime(0)[0] == 1970 else moment + _TO_2000_S
    head = bytearray(_BLOCK_BYTES)

    def put(at, text):
        data = text.encode()
        head[at : at + len(data)] = data

    put(0, name)
    put(100, "%07o" % (0o755 if is_folder else 0o644))
    put(108, "%07o" % 0)
    put(116, "%07o" % 0)
    put(_SIZE, "%011o" % size)
    put(_TIME, "%011o" % since)
    put(_SUM, "        ")
    put(_TYPE, "5" if is_folder else "0")
    put(_MAGIC, "ustar\00000")
    put(_SUM, "%06o\0 " % sum(head))
    return head


# ---- read ----


class _Reader:
    """The next so many bytes of an archive, as a stream."""

    def __init__(self, stream):
        self.stream = stream
        self.left = 0

    def readinto(self, block):
        size = min(len(block), self.left)
        count = self.stream.readinto(memoryview(block)[:size]) if size else 0
        if size and not count:
            raise EOFError
        self.left -= count
        return count

    def skip(self, count):
        """Read so many bytes and keep nothing. Raises EOFError."""
        self.left += count
        block = memoryview(bytearray(_BLOCK_BYTES))
        while self.readinto(block):
            pass

    def header(self):
        """Return the next header, None at the end. Raises EOFError, ValueError."""
        head = bytearray(_BLOCK_BYTES)
        self.left = _BLOCK_BYTES
        at = 0
        while self.left:
            at += self.readinto(memoryview(head)[at:])
        if not any(head):
            return None
        wanted = _octal(head, _SUM, 8)
        head[_SUM : _SUM + 8] = b"        "
        if wanted != sum(head):
            raise ValueError(_NO_ARCHIVE)
        return head


def _octal(head, at, size):
    """Return a number of a header. Raises ValueError."""
    text = bytes(head[at : at + size]).split(b"\0")[0].strip()
    try:
        return int(text, 8) if text else 0
    except ValueError:
        raise ValueError(_NO_ARCHIVE) from None


def _text(head, at, size):
    return bytes(head[at : at + size]).split(b"\0")[0].decode()


def read(file, found, names):
    """Take out of an archive, or list it (t in found); return the status.

    Raises OSError, EOFError, ValueError.
    """
    if file == "-":
        return _all(streams.standard_input(), found, names)
    with streams.open_file(file) as stream:
        return _all(stream, found, names)


def _all(stream, found, names):
    if "z" in found or packing.is_packed(stream):
        stream = packing.unpacked(stream)
    reader = _Reader(stream)
    names = [name.strip("/") for name in names]
    missing = set(names)
    status = 0
    longer = ""
    while (head := reader.header()) is not None:
        size = _octal(head, _SIZE, 12)
        kind = chr(head[_TYPE]) if head[_TYPE] else "0"
        name = longer or _name(head)
        reader.left = size
        if kind in "Lx":
            longer = _noted(reader, kind) or longer
        elif kind not in _NOTES:
            longer = ""
        wanted = [part for part in names if name == part or name.startswith(part + "/")]
        missing.difference_update(wanted)
        if (wanted or not names) and kind not in _NOTES:
            status = _member_out(reader, name, kind, found) or status
        reader.skip(-size % _BLOCK_BYTES)
    for name in sorted(missing):
        status = fail(name, "not in the archive")
    return status


def _name(head):
    """Return the name in a header, without slashes at its ends."""
    name = _text(head, 0, _NAME_BYTES)
    if bytes(head[_MAGIC : _MAGIC + 5]) == b"ustar" and head[_PREFIX]:
        name = _text(head, _PREFIX, 155) + "/" + name
    return name.strip("/")


def _noted(reader, kind):
    """Return the name that a note gives the next member, without slashes at its ends, or "".

    L is GNU's, the name alone; x is POSIX's, lines of length, blank, key, =, value.
    """
    if reader.left > _LONGEST_BYTES:
        return ""
    note = bytearray(reader.left)
    at = 0
    while reader.left:
        at += reader.readinto(memoryview(note)[at:])
    note = bytes(note)
    if kind == "x":
        at = note.find(b" path=")
        begin = note.rfind(b"\n", 0, at) + 1
        note = note[at + 6 : begin + int(note[begin:at]) - 1] if at >= 0 else b""
    return note.split(b"\0")[0].decode().strip("/")


def _member_out(reader, name, kind, found):
    """List or take out one member; return the status. Errors of the archive are raised."""
    if "t" in found or "v" in found:
        print(name + "/" if kind == "5" else name)
    if "t" in found:
        return 0
    if kind not in "05":
        return fail(name, "no file or directory")
    if ".." in name.split("/"):
        return fail(name, "leads out of the directory")
    path = paths.named(paths.join(found.get("C", "."), name or "."))
    try:
        if kind == "5":
            _make(path)
        elif "k" not in found or not paths.exists(path):
            _make(paths.split(path)[0])
            files.fill(path, reader)
    except OSError as e:
        return fail(name, e)
    return 0


def _make(folder):
    """Make a directory, and those above it, where it is missing."""
    if not paths.is_dir(folder):
        _make(paths.split(folder)[0])
        os.mkdir(folder)
