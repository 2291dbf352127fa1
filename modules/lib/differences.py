# SPDX-License-Identifier: MIT
"""What differs between two texts, line by line."""

import binascii
from array import array

from micropython import const
from upyos.lib import streams
from upyos.lib.command import UsageError, write

# Of a CRC, as much as a small int holds.
_CRC_MASK = const(0x3FFFFFFF)


class Text:
    """A file: where its lines begin, and the CRC of each."""

    def __init__(self, name):
        self.is_file = name != "-"
        if not self.is_file and not streams.redirected():
            raise UsageError
        self.stream = streams.open_file(name) if self.is_file else streams.standard_input()
        self.starts = array("i", [0])
        self.sums = array("i")
        at = 0
        while line := self.stream.readline():
            at += len(line)
            self.starts.append(at)
            self.sums.append(binascii.crc32(line) & _CRC_MASK)

    def close(self):
        if self.is_file:
            self.stream.close()

    def same(self, i, other, j):
        return (
            self.sums[i] == other.sums[j]
            and self.starts[i + 1] - self.starts[i] == other.starts[j + 1] - other.starts[j]
        )

    def show(self, mark, first, last):
        """Print lines with a mark before each."""
        self.stream.seek(self.starts[first])
        for _ in range(first, last):
            line = self.stream.readline()
            write(mark + line)
            if line[-1:] != b"\n":
                write(b"\n\\ No newline at end of file\n")


def _furthest(a, b, low, high_a, high_b):
    """Yield the furthest places of each number of edits (Myers, An O(ND) Difference Algorithm).

    Diagonal k is place in a minus place in b; for D edits there are those from -D to D in steps
    of 2, and an array has the place in a of each.
    """
    before = None
    edits = 0
    while True:
        row = array("i")
        for k in range(-edits, edits + 1, 2):
            at = (k + edits) // 2
            if before is None:
                i = low
            elif at == 0 or at < edits and before[at] > before[at - 1]:
                # one line of b more
                i = before[at]
            else:
                i = before[at - 1] + 1
            while i < high_a and i - k < high_b and a.same(i, b, i - k):
                i += 1
            row.append(i)
            if i >= high_a and i - k >= high_b:
                yield row
                return
        yield row
        before = row
        edits += 1


def changes(a, b):
    """Return [(first, last in a, first, last in b)] of what differs, ends excluded."""
    high_a = len(a.sums)
    high_b = len(b.sums)
    low = 0
    while low < high_a and low < high_b and a.same(low, b, low):
        low += 1
    while high_a > low and high_b > low and a.same(high_a - 1, b, high_b - 1):
        high_a -= 1
        high_b -= 1
    rows = list(_furthest(a, b, low, high_a, high_b))
    i, j = high_a, high_b
    found = []
    for edits in range(len(rows) - 1, 0, -1):
        before = rows[edits - 1]
        at = (i - j + edits) // 2
        is_new = at == 0 or at < edits and before[at] > before[at - 1]
        # where the edit ended, and the lines in common behind it began
        i_end = before[at] if is_new else before[at - 1] + 1
        j_end = i_end - (i - j)
        i, j = (i_end, j_end - 1) if is_new else (i_end - 1, j_end)
        if found and found[-1][0] == i_end and found[-1][2] == j_end:
            found[-1] = (i, found[-1][1], j, found[-1][3])
        else:
            found.append((i, i_end, j, j_end))
    found.reverse()
    return found
