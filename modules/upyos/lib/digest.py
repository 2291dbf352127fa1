# SPDX-License-Identifier: MIT
"""Digests of files: what md5sum and sha256sum share."""

import hashlib

from upyos.lib import streams
from upyos.lib.command import fail, options


def show(args, algorithm):
    """Print `HEX  FILE` for the files in args by a function of hashlib; return the status."""
    names = options(args, "")[1]
    new = getattr(hashlib, algorithm, None)
    if new is None:
        return fail(algorithm, "not in this firmware")
    block = streams.new_block()

    def show_one(stream, name):
        digest = new()
        while count := stream.readinto(block):
            digest.update(block[:count])
        print(digest.digest().hex() + "  " + name)

    return streams.each(names, show_one)
