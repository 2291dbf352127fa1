# SPDX-License-Identifier: MIT
"""Keys that send several bytes. Functions take read(wait_ms) → a byte, -1 if none came."""

from micropython import const

# How long the bytes of one key may be apart.
WAIT_MS = const(100)

_SEQUENCE_MOST = const(8)


def sequence(read):
    """Return what follows ESC [ up to its final byte: `A` for an arrow up, `3~` for Delete."""
    found = ""
    while len(found) < _SEQUENCE_MOST:
        key = read(WAIT_MS)
        if key < 0:
            break
        found += chr(key)
        if key >= 64:
            break
    return found


def plain(found):
    """Return a sequence without a modifier (`1;5C`, `3;2~`): the key alone counts."""
    if ";" not in found:
        return found
    return found[-1] if found[-1] != "~" else found[: found.find(";")] + "~"


def character(key, read, put_back):
    """Return the bytes of the character that begins with a key from 128 on, b"" if it is none.

    put_back(key) takes a key that was read and is no part of it. Source: UTF-8 is RFC 3629.
    """
    more = 1 if 0xC2 <= key < 0xE0 else 2 if 0xE0 <= key < 0xF0 else 3 if 0xF0 <= key < 0xF5 else 0
    data = bytearray((key,))
    for _ in range(more):
        key = read(WAIT_MS)
        if key & 0xC0 != 0x80 or key < 0:
            if key >= 0:
                put_back(key)
            return b""
        data.append(key)
    return data if more else b""
