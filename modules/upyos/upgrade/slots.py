# SPDX-License-Identifier: MIT
"""Firmware into the slot that does not run: loaded, checked, and asked for.

A power cut while it is loaded leaves the running firmware, and a note of how far it came. A
request is one erase and one page: cut in there, the start after it is an ordinary one.
"""

import hashlib

from micropython import const
from upyos.lib import files
from upyos.upgrade import keys, source

_SECTOR_BYTES = const(4096)
_NOTE = const("/var/upgrade.part")
# The note costs an erase: one for so many sectors.
_NOTE_EACH = const(16)
_ECONNRESET = const(104)

# What _slot.request() and revert() answer (ports/README.md).
ANSWERS = (
    "",
    "firmware is on trial: upgrade confirm, or upgrade revert",
    "the running firmware is not the one that was installed",
    "there is no whole firmware in the other slot",
    "this firmware is the one that runs",
    "there is no firmware to go back to",
)


def slot():
    """Return the module of the two slots (ports/README.md), None on a board without them."""
    try:
        found = __import__("_slot")
    except ImportError:
        return None
    return found if found.room() else None


def _noted(record):
    """Return how many bytes of this firmware are in the slot for certain."""
    try:
        with open(_NOTE) as file:
            digest, size = file.read().split()
        return int(size) if digest == record.digest.hex() else 0
    except (OSError, ValueError):
        return 0


def _note(record, at):
    files.write_atomic(_NOTE, "%s %d" % (record.digest.hex(), at))


def load(base, record):
    """Write the firmware of a record into the slot, from where it broke off the last time.

    Raises OSError, ValueError with the reason. What is in the slot then is not asked for.
    """
    there = slot()
    if record.size > there.room():
        raise ValueError("the firmware does not fit into a slot")
    block = memoryview(bytearray(_SECTOR_BYTES))
    stream, at = source.opened(base, record.path, _noted(record))
    try:
        filled = 0
        while at < record.size:
            count = stream.readinto(block[filled:])
            if not count:
                raise OSError(_ECONNRESET)
            filled += count
            if filled == _SECTOR_BYTES or at + filled >= record.size:
                block[filled:] = b"\xff" * (_SECTOR_BYTES - filled)
                there.write(at // _SECTOR_BYTES, block)
                at += filled
                filled = 0
                if at // _SECTOR_BYTES % _NOTE_EACH == 0:
                    _note(record, at)
    finally:
        stream.close()
    _check_digest(there, record, block)


def _check_digest(there, record, block):
    files.discard(_NOTE)
    digest = hashlib.sha256()
    for at in range(0, record.size, _SECTOR_BYTES):
        part = block[: min(_SECTOR_BYTES, record.size - at)]
        there.read(at, part)
        digest.update(part)
    if digest.digest() != record.digest:
        raise ValueError("damaged on the way")


def check(board, lower):
    """Return why the firmware in the slot may not run here, or None.

    lower: whether a lower version than the running one may.
    """
    found = slot().image(1, True)
    if found is None:
        return "no whole update image"
    version, name, _, digest, signature = found
    if name != board.encode():
        return "for the board " + (name or b"?").decode()
    if not keys.is_trusted(digest, signature):
        return "not signed by a key in /etc/upgrade.key"
    running = slot().image(0, False)
    if running and version < running[0] and not lower:
        return "version %d.%d.%d is lower than the running one" % version[:3]
    return None


def ask():
    """Have the next start try the firmware in the slot. Raises ValueError with the reason."""
    answer = slot().request()
    if answer:
        raise ValueError(ANSWERS[answer])
