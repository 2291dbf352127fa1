# SPDX-License-Identifier: MIT
"""proc.stdin: standard input as text, from the console or from a redirection."""

from upyos.terminal import cooked


class Text:
    """Text over a binary stream, or over the console when there is none."""

    def __init__(self, source):
        # The binary stream below, or None for the console.
        self.buffer = source

    def readline(self):
        """Return the next line with its end, "" at the end of input."""
        if self.buffer is not None:
            return _text(self.buffer.readline())
        try:
            return cooked.read_line("", True) + "\n"
        except EOFError:
            return ""

    def read(self, size=-1):
        """Return up to size characters, all if size is negative; from the console up to a line."""
        if self.buffer is None:
            return self.readline() if size >= 0 else "".join(self)
        data = self.buffer.read(size)
        # Do not end inside a character of several bytes.
        while size > 0 and data and _is_cut(data):
            more = self.buffer.read(1)
            if not more:
                break
            data += more
        return _text(data)

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line


def _text(data):
    return data if isinstance(data, str) else str(data, "utf-8")


def _is_cut(data):
    """Return True if the last UTF-8 character of data is not complete."""
    if isinstance(data, str):
        return False
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            # 0xxxxxxx 110xxxxx 1110xxxx 11110xxx: 1 to 4 bytes (RFC 3629, 3)
            return back < (1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4)
    return False


def text_input(proc):
    """Return the text stream of proc, the same one at each call."""
    if proc.text is None:
        proc.text = Text(proc.source)
    return proc.text
