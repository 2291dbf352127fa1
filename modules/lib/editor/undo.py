# SPDX-License-Identifier: MIT
"""What was changed, so that it can be taken back: the old lines of each change."""

from micropython import const

# What a change takes in memory besides its text: 130 on a chip, 280 where a word has 8 bytes.
_ENTRY_BYTES = const(256)
# Pieces of a change that go on where the last one ended are joined up to this size.
_PIECE_BYTES = const(512)

# A change is a list: group (of the command that made it), cursor before the command, first line,
# old pieces, how many lines stand there now.
_GROUP = const(0)
_CURSOR = const(1)
_FIRST = const(2)
_OLD = const(3)
_COUNT = const(4)


class Undo:
    """Changes of a buffer; the oldest are forgotten when all take more than most_bytes."""

    def __init__(self, buffer, most_bytes):
        self.buffer = buffer
        self.done = []
        self.undone = []
        self.most_bytes = most_bytes
        self._bytes = 0
        self._group = 0
        self._cursor = None
        # Group of a command that changed more than can be kept.
        self._lost = -1

    def begin(self, cursor):
        """Begin a command: what it changes is taken back at once, and the cursor goes there."""
        self._group += 1
        self._cursor = cursor

    def is_begun(self):
        """Tell whether this command has changed anything."""
        return self.is_lost() or bool(self.done) and self.done[-1][_GROUP] == self._group

    def is_lost(self):
        """Tell whether this command has changed more than can be kept."""
        return self._lost == self._group

    def note(self, first, count, new):
        """Keep count lines, from first on, that are about to become new ones."""
        self.undone.clear()
        if self.is_lost():
            return
        last = self.done[-1] if self.done and self.done[-1][_GROUP] == self._group else None
        below = last[_FIRST] + last[_COUNT] if last else -1
        if last and last[_FIRST] <= first and first + count <= below:
            last[_COUNT] += new - count
            return
        if first != below:
            last = [self._group, self._cursor, first, [], 0]
            self.done.append(last)
            self._bytes += _ENTRY_BYTES
        self._keep(last[_OLD], self.buffer.take(first, count))
        last[_COUNT] += new
        self._forget_oldest()

    def shrink(self):
        """Keep half as much from now on: memory is short."""
        self.most_bytes //= 2
        self._forget_oldest()

    def void(self, count, new):
        """Take back the note before: its lines have not become new ones."""
        if not self.is_lost():
            self.done[-1][_COUNT] += count - new

    def _keep(self, old, pieces):
        for piece in pieces:
            if old and len(old[-1]) + len(piece) <= _PIECE_BYTES:
                old[-1] += piece
            else:
                old.append(piece)
            self._bytes += len(piece)

    def _forget_oldest(self):
        while self._bytes > self.most_bytes and self.done:
            group = self.done[0][_GROUP]
            if group == self._group:
                self._lost = group
            while self.done and self.done[0][_GROUP] == group:
                self._bytes -= _size(self.done.pop(0))

    def back(self, put):
        """Take back a command by put(first, count, pieces) → number of lines put.

        Returns the cursor as it was before, None if there is no command.
        """
        return self._swap(self.done, self.undone, put)

    def again(self, put):
        """Do again what was taken back last; see back()."""
        return self._swap(self.undone, self.done, put)

    def _swap(self, source, target, put):
        cursor = None
        group = source[-1][_GROUP] if source else 0
        while source and source[-1][_GROUP] == group:
            _, cursor, first, old, count = source[-1]
            opposite = [group, cursor, first, self.buffer.take(first, count), 0]
            target.append(opposite)
            try:
                opposite[_COUNT] = put(first, count, old)
            except MemoryError:
                target.pop()
                raise
            source.pop()
        self._bytes = sum([_size(change) for change in self.done])
        return cursor


def _size(change):
    return _ENTRY_BYTES + sum([len(piece) for piece in change[_OLD]])
