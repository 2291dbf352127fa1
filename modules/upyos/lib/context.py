# SPDX-License-Identifier: MIT
"""Lines around those that grep selects."""

import _upyos
from upyos.lib import streams
from upyos.lib.command import natural, write_all


def show(stream, spans_of, label, found):
    """Print the selected lines of a stream, and those around each; return how many were selected.

    found: the options; what is printed is noted there for the next stream. `:` stands behind label
    and number of a selected line, `-` behind those of others; `--` stands between parts that do
    not touch.
    """
    before, after = [natural(found.get(side, found.get("C", "0"))) for side in "BA"]
    count = [0, "--" in found]
    write_all(_rows(stream, spans_of, label, "n" in found, before, after, count))
    if count[0]:
        found["--"] = True
    return count[0]


def _rows(stream, spans_of, label, numbered, before, after, count):
    """Yield what is printed; count[0] becomes the number of selected lines."""
    is_first = not count[1]

    def row(number, line, mark):
        head = label + mark if label else b""
        return (head + b"%d" % number + mark if numbered else head) + line

    number = shown = 0
    owed = 0
    kept = []
    for line, is_selected in _lines(stream, spans_of):
        number += 1
        if not is_selected and not owed:
            if before:
                kept.append(line)
                del kept[:-before]
            continue
        if is_selected:
            first = number - len(kept)
            if first > shown + 1 if shown else not is_first:
                yield b"--\n"
            for i in range(len(kept)):
                yield row(first + i, kept[i], b"-")
            kept.clear()
            count[0] += 1
        yield row(number, line, b":" if is_selected else b"-")
        shown = number
        owed = after if is_selected else owed - 1


def _lines(stream, spans_of):
    """Yield (line, whether it is selected) for each line of a stream."""
    for batch in streams.batches(stream):
        selected = spans_of(batch)
        every = _upyos.lines_with(batch, b"\n")
        next_selected = 0
        for i in range(0, len(every), 2):
            is_selected = selected[next_selected : next_selected + 1] == every[i : i + 1]
            next_selected += 2 * is_selected
            yield bytes(batch[every[i] : every[i + 1]]), is_selected
