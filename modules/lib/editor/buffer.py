# SPDX-License-Identifier: MIT
"""A text in memory, in blocks of whole lines: an edit touches one block, whatever the size."""

import _upyos
from micropython import const

_BLOCK_BYTES = const(1024)
# A block that has grown larger is divided; blocks that are less together become one.
_MOST_BYTES = const(2048)
_FEWEST_BYTES = const(1536)
_CR = const(13)


def blocks_of(stream):
    """Yield what is in a binary stream in blocks of whole lines; the last may lack its end."""
    block = bytearray()
    while True:
        data = stream.read(_BLOCK_BYTES)
        if not data:
            break
        cut = data.rfind(b"\n") + 1
        block += data[:cut] if cut else data
        if cut:
            yield block
            block = bytearray(data[cut:])
    if block:
        yield block


class Buffer:
    """Lines, numbered from 0; each ends with LF. There is always one, if only to stand on.

    Pieces of text are bytes of whole lines. What raises MemoryError has changed nothing.
    """

    def __init__(self):
        self.blocks = [bytearray(b"\n")]
        self.lines = 1
        # True: the one line is not part of the text.
        self.is_empty = True
        # False: the file's last line has no end, nor will it get one.
        self.is_ended = True
        self.eol = b"\n"
        self._go(0, 0)

    def load(self, stream):
        """Fill the empty buffer."""
        self.blocks.clear()
        self.lines = 0
        for block in blocks_of(stream):
            self.blocks.append(block)
            self.lines += block.count(b"\n")
        self.is_empty = not self.blocks
        if self.is_empty:
            self.blocks.append(bytearray())
        first, last = self.blocks[0], self.blocks[-1]
        end = first.find(b"\n")
        if end > 0 and first[end - 1] == _CR:
            self.eol = b"\r\n"
        if last[-1:] != b"\n":
            self.is_ended = self.is_empty
            last += self.eol
            self.lines += 1
        self._go(0, 0)

    def pieces(self):
        """Yield the bytes of the file."""
        last = len(self.blocks) - 1
        for index, block in enumerate(self.blocks):
            if index == last and not self.is_ended:
                # mixed ends: the last line that is left may have had another one
                yield block[: -len(self.eol) if block[-2:-1] == self.eol[:-1] else -1]
            elif not self.is_empty:
                yield block

    def _go(self, index, first):
        """Stand at a block, the number of whose first line is known."""
        self._index = index
        self._first = self._line = first
        self._at = 0

    def _place(self, line):
        """Return (index of the block, offset) where a line begins, from the last one on.

        The line after the last is at the end of the last block.
        """
        while line < self._first:
            count = self.blocks[self._index - 1].count(b"\n")
            self._go(self._index - 1, self._first - count)
        if line < self._line:
            self._go(self._index, self._first)
        while line > self._line:
            self._step(line)
        return self._index, self._at

    def _step(self, line):
        """Go on by a line; from the start of a block by all of it, if that is not too far."""
        block = self.blocks[self._index]
        if self._at == 0:
            after = self._line + block.count(b"\n")
            if after <= line and self._index + 1 < len(self.blocks):
                self._go(self._index + 1, after)
                return
        self._at = block.find(b"\n", self._at) + 1
        self._line += 1
        if self._at == len(block) and self._index + 1 < len(self.blocks):
            self._go(self._index + 1, self._line)

    def find(self, line):
        """Return (block, start, end) of a line without its end."""
        index, start = self._place(line)
        block = self.blocks[index]
        end = block.find(b"\n", start)
        if end > start and block[end - 1] == _CR and len(self.eol) > 1:
            end -= 1
        return block, start, end

    def text(self, line):
        """Return a line without its end, bytes."""
        block, start, end = self.find(line)
        return bytes(memoryview(block)[start:end])

    def take(self, first, count):
        """Return the pieces of count lines."""
        pieces = []
        if self.is_empty or not count:
            return pieces
        last, end = self._place(first + count)
        index, start = self._place(first)
        while index <= last:
            block = memoryview(self.blocks[index])
            piece = bytes(block[start:end] if index == last else block[start:])
            if piece:
                pieces.append(piece)
            index += 1
            start = 0
        return pieces

    def splice(self, line, at, removed, data):
        """Put data, which may hold line ends, in place of bytes of a line."""
        block, start, _ = self.find(line)
        index = self._index
        at += start
        block[at : at + removed] = data
        self.is_empty = False
        self.lines += data.count(b"\n")
        self._divide(index)

    def _divide(self, index):
        """Make two blocks of one that has grown too large, if it has more than one line."""
        block = self.blocks[index]
        if len(block) > _MOST_BYTES:
            cut = block.find(b"\n", _BLOCK_BYTES) + 1
            if 0 < cut < len(block):
                try:
                    self.blocks.insert(index + 1, block[cut:])
                except MemoryError:
                    # it stays one block
                    return
                block[cut:] = b""
                self._go(index, self._first)

    def replace(self, first, count, pieces):
        """Put the lines of pieces in place of count lines; return how many there are now."""
        if self.is_empty:
            # the line that is not there
            first, count = 0, 1
        last, end = self._place(first + count)
        index, start = self._place(first)
        head = self.blocks[index][:start]
        made = _packed([head] + pieces + [self.blocks[last][end:]])
        added = 0
        for piece in pieces:
            added += piece.count(b"\n")
        nothing = not made and last - index + 1 == len(self.blocks)
        if nothing:
            made = [bytearray(b"\n")]
        self.blocks[index : last + 1] = made
        self.is_empty = nothing
        self.lines = 1 if nothing else self.lines + added - count
        if index < len(self.blocks):
            self._go(index, self._first)
        else:
            self._go(0, 0)
        return added

    def search(self, pattern, line, at):
        """Return (line, offset) of the first match from a place on, None if there is none."""
        begin, start = self._place(line)
        first, start = self._first, start + at
        for index in range(begin, len(self.blocks)):
            block = self.blocks[index]
            found = _upyos.search(pattern, block, start)
            if found:
                return self._found(index, first, found[0])
            first += block.count(b"\n")
            start = 0
        return None

    def search_back(self, pattern, line, at):
        """Return (line, offset) of the last match that begins before a place, or None."""
        index, end = self._place(line)
        first, end = self._first, end + at
        while True:
            last = _last(pattern, self.blocks[index], end)
            if last >= 0:
                return self._found(index, first, last)
            if not index:
                return None
            index -= 1
            first -= self.blocks[index].count(b"\n")
            end = len(self.blocks[index])

    def _found(self, index, first, at):
        """Return (line, offset) of a place in a block."""
        block = self.blocks[index]
        self._go(index, first)
        return first + block.count(b"\n", 0, at), at - block.rfind(b"\n", 0, at) - 1


def _last(pattern, block, end):
    """Return where the last match before end begins in a block, -1 if there is none."""
    last = -1
    while True:
        found = _upyos.search(pattern, block, last + 1)
        if not found or found[0] >= end:
            return last
        last = found[0]


def _packed(pieces):
    """Return blocks made of pieces."""
    blocks = []
    for piece in pieces:
        if blocks and len(blocks[-1]) + len(piece) <= _FEWEST_BYTES:
            blocks[-1] += piece
        elif piece:
            blocks.append(bytearray(piece))
    return blocks
