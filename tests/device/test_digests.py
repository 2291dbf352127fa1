# SPDX-License-Identifier: MIT
"""MD5 and SHA-1 of our own (digests.c): of all lengths up to two blocks, and of longer texts."""

import hashlib

import machines as at
import pytest

LENGTHS = (*range(130), 1000, 4096)
PROGRAM = """
import binascii, hashlib

def digest(kind, data, piece):
    found = kind()
    for at in range(0, len(data), piece):
        found.update(data[at : at + piece])
    return found.digest()

def __main__(args):
    data = bytes([n * 7 & 255 for n in range(4096)])
    every = hashlib.sha256()
    for length in list(range(130)) + [1000, 4096]:
        for kind in hashlib.md5, hashlib.sha1:
            for piece in 1000, 7:
                every.update(digest(kind, data[:length], piece))
    print(binascii.hexlify(every.digest()).decode())
"""


@pytest.mark.parametrize("board", ["RPI_PICO"])
def test_digests_are_those_of_other_programs(machines, board):
    data = bytes(n * 7 & 255 for n in range(4096))
    every = hashlib.sha256()
    for length in LENGTHS:
        for kind in (hashlib.md5, hashlib.sha1):
            every.update(kind(data[:length]).digest() * 2)
    with machines.at_prompt(board, at.image(board, {"/b/d.py": PROGRAM}, lean=True)) as session:
        assert session.run("/b/d") == every.hexdigest()
