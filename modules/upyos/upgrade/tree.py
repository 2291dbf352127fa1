# SPDX-License-Identifier: MIT
"""Files of an upgrade: loaded to /var/upgrade first, all of them, and then put in their places.

A power cut while they are loaded leaves the old ones; what was loaded is removed by the next
upgrade. upyos.start.upgraded puts them in their places, and says what a power cut leaves there.
"""

import hashlib
import os

from micropython import const
from upyos.lib import files, paths
from upyos.start import upgraded
from upyos.upgrade import source

_TRIES = const(3)
_BLOCK_BYTES = const(1024)
_ENOSPC = const(28)
_INSTALLED = const("/etc/upgrade.inf")
# What users change lies here: theirs stays, and the new one is put beside it.
_SHARED = const(("/etc/", "/www/"))
_KEPT = const(("/etc/system.conf", "/etc/upgrade.key", "/etc/upgrade.trial", "/etc/upgrade.do"))


def _digest(path):
    """Return the SHA-256 of a file, or None without one."""
    digest = hashlib.sha256()
    block = memoryview(bytearray(_BLOCK_BYTES))
    try:
        with open(path, "rb") as file:
            while count := file.readinto(block):
                digest.update(block[:count])
    except OSError:
        return None
    return digest.digest()


def _shipped(path):
    """Return the SHA-256 in hex that the last upgrade had for a path, or None."""
    try:
        with open(_INSTALLED) as file:
            for line in file:
                words = line.split(",")
                if words[0] == path:
                    return words[2]
    except (OSError, IndexError):
        return None


def wanted(records, again):
    """Return those that are not there yet, as (record, where it goes)."""
    found = []
    for record in records:
        path = record.path
        if path.startswith("/local/") or path in _KEPT:
            continue
        there = _digest(path)
        if there not in (None, record.digest) and _is_users(path, there):
            path += ".new"
            there = _digest(path)
        if there != record.digest or again:
            found.append((record, path))
    return found


def _is_users(path, digest):
    """Tell whether the user has changed a file that was shipped."""
    return path.startswith(_SHARED) and _shipped(path) != digest.hex()


def check_room(items):
    """Raise OSError(ENOSPC) if they do not fit beside what is there."""
    space = os.statvfs("/")
    blocks = sum(record.size // space[1] + 1 for record, _ in items)
    # and some for the folder and the list
    if items and blocks + 4 > space[4]:
        raise OSError(_ENOSPC)


def load(base, items, done):
    """Load them all, and call done() after each. Raises OSError, ValueError with the reason."""
    forget()
    os.mkdir(upgraded.STAGED)
    for number, (record, _) in enumerate(items):
        _load_one(base, record, "%s/%d" % (upgraded.STAGED, number))
        done()
    lines = ["%d,%s\n" % (number, item[1]) for number, item in enumerate(items)]
    if items:
        _keep_list(base)
        lines.append("list,%s\n" % _INSTALLED)
    files.write_atomic(upgraded.STAGED + "/do", "".join(lines))


def _load_one(base, record, path):
    failed = None
    for _ in range(_TRIES):
        try:
            stream = source.opened(base, record.path)[0]
            try:
                with open(path, "wb") as target:
                    files.pour(stream, target)
            finally:
                stream.close()
        except OSError as e:
            if e.errno == _ENOSPC:
                raise
            failed = e
            continue
        if paths.stat(path)[6] == record.size and _digest(path) == record.digest:
            return
        failed = ValueError("%s: damaged on the way" % record.path)
    raise failed


def _keep_list(base):
    """Keep the list: the next upgrade sees by it what the user has changed."""
    stream = source.opened(base, _INSTALLED)[0]
    try:
        with open(upgraded.STAGED + "/list", "wb") as target:
            files.pour(stream, target)
    finally:
        stream.close()


def forget():
    """Remove what was loaded."""
    upgraded.forget()
