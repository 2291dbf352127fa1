# SPDX-License-Identifier: MIT
"""The keys whose signature this board trusts: /etc/upgrade.key, a line each (upyfw ota show)."""

import binascii

import _upyos
from micropython import const

_PATH = const("/etc/upgrade.key")
# X and Y of a point of P-256
_KEY_BYTES = const(64)


def _keys():
    """Yield the keys. Raises OSError if there is no such file."""
    with open(_PATH) as file:
        for line in file:
            word = line.split("#")[0].strip()
            if not word:
                continue
            try:
                key = binascii.unhexlify(word)
            except ValueError:
                continue
            if len(key) == _KEY_BYTES:
                yield key


def is_trusted(digest, signature):
    """Tell whether a SHA-256 was signed with one of the keys. No key at all signs nothing."""
    if signature is None:
        return False
    try:
        return any(_upyos.signed(digest, signature, key) for key in _keys())
    except OSError:
        return False
