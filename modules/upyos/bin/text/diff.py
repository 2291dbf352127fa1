# SPDX-License-Identifier: MIT
"""diff [-u] [-q] A B

Print which lines to change to make B of A: < lines of A, > lines of B; nothing if they are the
same. The status is 0 then, 1 if they differ, 2 after an error.

-u  with three lines around each change, as patches are
-q  only whether they differ

Memory is needed for 8 bytes a line, and for the differences: N lines that differ take 2 * N * N
bytes. Lines of the same length and CRC-32 count as the same.

Source: POSIX.1-2024 diff. Not provided: directories, -b -c -e -r.
"""

import differences
from micropython import const
from upyos.lib.command import fail, operands, options

_FAILED = const(2)
_AROUND = const(3)


def _range(first, last):
    """Return line numbers as diff writes them: of no lines, the one before."""
    return "%d,%d" % (first + 1, last) if last - first > 1 else "%d" % last


def _normal(a, b, changes):
    for a_first, a_last, b_first, b_last in changes:
        letter = "a" if a_first == a_last else "d" if b_first == b_last else "c"
        print(_range(a_first, a_last) + letter + _range(b_first, b_last))
        a.show(b"< ", a_first, a_last)
        if letter == "c":
            print("---")
        b.show(b"> ", b_first, b_last)


def _size(first, last):
    """Return a range as a patch has it: the first line and how many."""
    return "%d,%d" % (first + (last > first), last - first) if last - first != 1 else str(last)


def _unified(a, b, changes):
    changes = list(changes)
    while changes:
        # changes with at most twice the context between them go together
        count = 1
        while count < len(changes) and changes[count][0] - changes[count - 1][1] <= 2 * _AROUND:
            count += 1
        hunk = changes[:count]
        del changes[:count]
        first = max(0, hunk[0][0] - _AROUND)
        last = min(len(a.sums), hunk[-1][1] + _AROUND)
        shown = hunk[0][2] - (hunk[0][0] - first), hunk[-1][3] + last - hunk[-1][1]
        print("@@ -%s +%s @@" % (_size(first, last), _size(*shown)))
        for a_first, a_last, b_first, b_last in hunk:
            a.show(b" ", first, a_first)
            a.show(b"-", a_first, a_last)
            b.show(b"+", b_first, b_last)
            first = a_last
        a.show(b" ", first, last)


def __main__(args):
    found, names = options(args, "uq")
    operands(names, 2, 2)
    texts = []
    try:
        for name in names:
            texts.append(differences.Text(name))
        changes = differences.changes(*texts)
        if changes and "q" in found:
            print("Files %s and %s differ" % tuple(names))
        elif changes and "u" in found:
            print("--- %s\n+++ %s" % tuple(names))
            _unified(*texts, changes)
        elif changes:
            _normal(*texts, changes)
    except (OSError, MemoryError) as e:
        fail(names[min(len(texts), 1)], e)
        return _FAILED
    finally:
        for text in texts:
            text.close()
    return 1 if changes else 0
