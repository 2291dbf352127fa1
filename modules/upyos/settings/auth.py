# SPDX-License-Identifier: MIT
"""User and password of the configuration (behaviour contract 10)."""

import gc
import hashlib
import os

import sdata
from micropython import const

_SHA1_DIGITS = const(40)
_SALT_BYTES = const(16)
# SHA-256 works on blocks of this size (RFC 2104: the key is padded to it)
_BLOCK_BYTES = const(64)
# A check takes about 0.5 s of an RP2040 at 125 MHz.
_ITERATIONS = const(1000)
# So many are done at a time where something else may go on between: 8 ms.
_SLICE = const(16)
# One iteration leaves 480 B of garbage: it is collected before it spreads over the heap.
_COLLECT_EACH = const(64)


def check(user, password):
    """Return True if they match, or no password is set. A locked password matches nothing.

    An older form (SHA-1 or clear text) that matches is replaced in the configuration.
    """
    return _whole(checking(user, password))


def checking(user, password):
    """As check, in slices: a generator that returns the answer."""
    auth = sdata.sysconfig["auth"]
    wanted = auth["paswd"]
    if not wanted:
        return True
    if wanted == "!":
        return False
    if wanted.startswith("pbkdf2$"):
        given = yield from _like(wanted, password)
    elif len(wanted) == _SHA1_DIGITS and not wanted.lower().strip("0123456789abcdef"):
        given = hashlib.sha1(password.encode()).digest().hex()
        wanted = wanted.lower()
    else:
        given = password
    # Both are always compared, so that the time does not tell which one is wrong.
    fits = bool(_same(user, auth["user"]) & _same(given, wanted))
    if fits and not wanted.startswith("pbkdf2$"):
        _replace((yield from _hashing(password)))
    return fits


def store(user, form):
    """Set the user and the stored form of the password, now and in the configuration file.

    A power cut leaves the old ones or the new ones. Raises OSError, ValueError as config.change
    does; nothing is changed then.
    """
    from upyos.settings import config

    section = {"user": user, "paswd": form}
    config.change("auth", section)
    sdata.sysconfig["auth"].update(section)


def hashed(password, salt=None, iterations=_ITERATIONS):
    """Return the form in which a password is stored."""
    return _whole(_hashing(password, salt, iterations))


def _whole(slices):
    """Do all slices; return what the generator returns."""
    while True:
        try:
            next(slices)
        except StopIteration as exc:
            return exc.value


def _hashing(password, salt=None, iterations=_ITERATIONS):
    """As hashed, in slices."""
    salt = salt or os.urandom(_SALT_BYTES)
    digest = yield from _pbkdf2(password.encode(), salt, iterations)
    return "pbkdf2$%d$%s$%s" % (iterations, salt.hex(), digest.hex())


def _like(stored, password):
    """Return the stored form of a password made as another one was; "" if that one is damaged."""
    try:
        _, iterations, salt, _ = stored.split("$")
        return (yield from _hashing(password, bytes.fromhex(salt), int(iterations)))
    except ValueError:
        return ""


def _pbkdf2(password, salt, iterations):
    """Return the 32 bytes of PBKDF2-HMAC-SHA256 (RFC 8018, 5.2; first block only), in slices."""
    sha256 = hashlib.sha256
    if len(password) > _BLOCK_BYTES:
        password = sha256(password).digest()
    key = password + bytes(_BLOCK_BYTES - len(password))
    inner = bytes(byte ^ 0x36 for byte in key)
    outer = bytes(byte ^ 0x5C for byte in key)
    block = salt + b"\0\0\0\1"
    total = 0
    for i in range(iterations):
        if i % _COLLECT_EACH == 0:
            gc.collect()
        if i % _SLICE == _SLICE - 1:
            yield
        block = sha256(outer + sha256(inner + block).digest()).digest()
        total ^= int.from_bytes(block, "big")
    return total.to_bytes(32, "big")


def _replace(form):
    """Store a password in its new form. A power cut leaves the old form or the new one."""
    from upyos.settings import config

    sdata.sysconfig["auth"]["paswd"] = form
    try:
        config.change("auth", {"paswd": form})
    except (OSError, ValueError):
        # no room: the old form stays in the file, and is replaced at a later login
        pass


def _same(a, b):
    """Compare two texts in a time that does not depend on where they differ."""
    return hashlib.sha256(a.encode()).digest() == hashlib.sha256(b.encode()).digest()
