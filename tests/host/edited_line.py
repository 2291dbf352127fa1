# SPDX-License-Identifier: MIT
"""The line editor with a screen, on this machine."""

import sys

import pytest
from device_fakes import load

PROMPT = "/ $: "
COLUMNS = 80
LEFT, RIGHT, UP, DOWN = b"\x1b[D", b"\x1b[C", b"\x1b[A", b"\x1b[B"
HOME, END, DELETE = b"\x1b[H", b"\x1b[F", b"\x1b[3~"


class Screen:
    """One row of a VT100: what the editor must leave there."""

    def __init__(self) -> None:
        self.row: list[str] = []
        self.column = 0

    def show(self, text: str) -> None:
        at = 0
        while at < len(text):
            at = self._escape(text, at) if text[at] == "\x1b" else self._put(text, at)

    def _put(self, text: str, at: int) -> int:
        c = text[at]
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.row, self.column = [], 0
        elif c == "\b":
            self.column -= 1
        else:
            self.row[self.column : self.column + 1] = [c]
            self.column += 1
            assert self.column <= COLUMNS, "the terminal would wrap"
        return at + 1

    def _escape(self, text: str, at: int) -> int:
        end = at + 2
        while not text[end].isalpha():
            end += 1
        if text[end] == "K":
            del self.row[self.column :]
        elif text[end] == "D":
            self.column -= int(text[at + 2 : end])
            assert self.column >= 0
        elif text[end] in "JH":
            self.row, self.column = [], 0
        return end + 1


class Editor:
    """The editor with a screen."""

    def __init__(self, made) -> None:
        self.device = made
        self.edit = load("lineedit")
        self.state = sys.modules["upyos.state"]
        history = load("line.history")
        history._FILE = "/nonexistent/history"

    def read(self, keys: bytes) -> str:
        """Type keys and Enter; the line."""
        self.device.keys[:] = keys + b"\r"
        return self.edit.read(PROMPT)

    def screen(self, keys: bytes) -> Screen:
        """Type keys without Enter; the screen then."""
        del self.device.printed[:]
        self.device.keys[:] = keys
        with pytest.raises(EOFError):
            self.edit.read(PROMPT)
        screen = Screen()
        screen.show("".join(self.device.printed))
        return screen
