# SPDX-License-Identifier: MIT
"""Lines of a script file: physical, logical, by label."""

from micropython import const
from upyos import lexer, lookup

_READ_BYTES = const(256)
_LINE_BYTES = const(4096)
# Editors of Windows put it in front of a text.
_BOM = const(b"\xef\xbb\xbf")


class Source:
    """Lines of a script file, with their numbers."""

    def __init__(self, path):
        if path == "/dev/null":
            from upyos.lib import streams

            self.file = streams.open_file(path)
        else:
            self.file = open(lookup.reachable(path), "rb")
        self.line_no = 0
        self.labels = {}
        self._base = 0
        self._data = b""
        self._at = 0

    def tell(self):
        return self._base + self._at

    def seek(self, offset, line_no):
        self.file.seek(offset)
        self._base = offset
        self._data = b""
        self._at = 0
        self.line_no = line_no

    def read(self):
        """Return the next physical line without its end, or None.

        Raises ValueError for one that is too long or no text; the next call goes on after it.
        """
        too_long = False
        end = self._data.find(b"\n", self._at)
        while end < 0:
            more = self.file.read(_READ_BYTES)
            if not more:
                if self._at >= len(self._data):
                    return None
                break
            self._base += self._at
            self._data = self._data[self._at :] + more
            self._at = 0
            if len(self._data) > _LINE_BYTES:
                too_long = True
                self._base += len(self._data) - len(more)
                self._data = more
            end = self._data.find(b"\n")
        line = self._data[self._at : end] if end >= 0 else self._data[self._at :]
        self._at += len(line) + 1
        self.line_no += 1
        if too_long:
            raise ValueError("line too long")
        if self.line_no == 1 and line.startswith(_BOM):
            line = line[len(_BOM) :]
        try:
            return line.decode().rstrip("\r")
        except UnicodeError:
            raise ValueError("not text") from None

    def skip(self, count):
        """Leave out the next physical lines, whatever they hold."""
        for _ in range(count):
            try:
                self.read()
            except ValueError:
                continue

    def pass_comments(self):
        """Go on to the next line that is neither empty nor all comment, within what was read."""
        data = self._data
        at = self._at
        while True:
            first = data[at : at + 1]
            end = at if first == b"\n" else data.find(b"\n", at) if first == b"#" else -1
            if end < 0:
                break
            at = end + 1
            self.line_no += 1
        self._at = at

    def logical(self):
        """Return the next line with the lines that continue it, or None."""
        line = self.read()
        while line is not None and lexer.continues(line):
            more = self.read()
            if more is None:
                break
            line = line[:-1] + more
        return line

    def again(self, place):
        """Return the program of a line read before, at (offset, line number)."""
        back = self.tell(), self.line_no
        self.seek(*place)
        program = lexer.parse(self.logical())
        self.seek(*back)
        return program

    def find(self, label):
        """Go to the line after a label outside blocks; return whether there is one."""
        if label not in self.labels:
            self._find_labels()
        if label not in self.labels:
            return False
        offset, line_no = self.labels[label]
        self.seek(offset, line_no)
        return True

    def _find_labels(self):
        """Note all labels outside blocks, the first of each name."""
        from upyos.grammar import statements

        self.seek(0, 0)
        depth = 0
        line = ""
        while line is not None:
            word = line.lstrip()
            if word[:1] == ":" and depth == 0:
                self.labels.setdefault(word.split()[0][1:], (self.tell(), self.line_no))
            elif word[:1] in "iwfduce{}()" or ";" in word or "|" in word or "()" in word:
                depth += statements.depth(line)
            try:
                line = self.logical()
            except ValueError:
                line = ""
