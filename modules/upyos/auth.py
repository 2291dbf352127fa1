# SPDX-License-Identifier: MIT
"""User and password of the configuration (behaviour contract 10)."""

import hashlib

import sdata
from micropython import const

_SHA1_DIGITS = const(40)


def check(user, password):
    """Return True if they match, or no password is set. A locked password matches nothing.

    The pbkdf2$ form is not understood yet: it matches nothing.
    """
    auth = sdata.sysconfig["auth"]
    wanted = auth["paswd"]
    if not wanted:
        return True
    if wanted == "!" or wanted.startswith("pbkdf2$"):
        return False
    given = password
    if len(wanted) == _SHA1_DIGITS and not wanted.lower().strip("0123456789abcdef"):
        given = hashlib.sha1(password.encode()).digest().hex()
        wanted = wanted.lower()
    # Both are always compared, so that the time does not tell which one is wrong.
    return _same(user, auth["user"]) & _same(given, wanted)


def _same(a, b):
    """Compare two texts in a time that does not depend on where they differ."""
    return hashlib.sha256(a.encode()).digest() == hashlib.sha256(b.encode()).digest()
