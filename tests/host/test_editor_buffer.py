# SPDX-License-Identifier: MIT
"""The editor's buffer on CPython: whatever is done to it, it is a list of lines."""

import importlib.util
import io
import random
import sys
import types

import pytest
from casefile import TREE

STEPS = 400


def _search(pattern: bytes, data: bytearray, start: int):
    """What _upyos.search does with a text that is no pattern."""
    at = bytes(data).find(pattern, start)
    return None if at < 0 else (at, at + len(pattern))


@pytest.fixture
def buffer(monkeypatch):
    """The module, with what it imports."""
    monkeypatch.setitem(sys.modules, "micropython", types.SimpleNamespace(const=lambda x: x))
    monkeypatch.setitem(sys.modules, "_upyos", types.SimpleNamespace(search=_search))
    path = TREE / "modules/lib/editor/buffer.py"
    spec = importlib.util.spec_from_file_location("editor_buffer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _lines(rng: random.Random, most: int) -> list[bytes]:
    return [
        b"%d " % rng.randint(0, 99) * rng.randint(0, 40) + b"\n"
        for _ in range(rng.randint(0, most))
    ]


class Pair:
    """A buffer and the list of lines that it is to be."""

    def __init__(self, module, rng: random.Random) -> None:
        self.rng = rng
        self.lines = _lines(rng, 300)
        self.buffer = module.Buffer()
        self.buffer.load(io.BytesIO(b"".join(self.lines)))

    def step(self) -> None:
        """Do something to both."""
        self.rng.choice((self._replace, self._splice, self._take, self._search))()
        assert b"".join(self.buffer.pieces()) == b"".join(self.lines)
        assert self.buffer.lines == max(1, len(self.lines))

    def _place(self) -> int:
        return self.rng.randint(0, len(self.lines) - 1)

    def _replace(self) -> None:
        first = self.rng.randint(0, len(self.lines))
        count = min(self.rng.choice((0, 1, 2, 60)), len(self.lines) - first)
        new = _lines(self.rng, self.rng.choice((0, 1, 3, 90)))
        pieces = [b"".join(new[i : i + 20]) for i in range(0, len(new), 20)]
        assert self.buffer.replace(first, count, pieces) == len(new)
        self.lines[first : first + count] = new

    def _splice(self) -> None:
        if self.lines:
            line = self._place()
            text = self.lines[line]
            at = self.rng.randint(0, len(text) - 1)
            removed = self.rng.randint(0, len(text) - 1 - at)
            data = self.rng.choice((b"", b"x", b"y" * 700, b"a\nb", b"\n"))
            self.buffer.splice(line, at, removed, data)
            changed = text[:at] + data + text[at + removed :]
            self.lines[line : line + 1] = changed.splitlines(True)

    def _take(self) -> None:
        if self.lines:
            first = self._place()
            count = self.rng.randint(0, min(80, len(self.lines) - first))
            taken = b"".join(self.buffer.take(first, count))
            assert taken == b"".join(self.lines[first : first + count])
            assert self.buffer.text(first) == self.lines[first][:-1]

    def _search(self) -> None:
        if self.lines:
            line, at = self._place(), 0
            pattern = b"%d" % self.rng.randint(0, 99)
            found = [
                (n, text.find(pattern)) for n, text in enumerate(self.lines) if pattern in text
            ]
            behind = next((place for place in found if place[0] >= line), None)
            assert self.buffer.search(pattern, line, at) == behind
            before = [n for n, _ in found if n < line]
            last = (before[-1], self.lines[before[-1]].rfind(pattern)) if before else None
            assert self.buffer.search_back(pattern, line, at) == last


@pytest.mark.parametrize("seed", range(20))
def test_any_steps(buffer, seed):
    pair = Pair(buffer, random.Random(seed))
    for _ in range(STEPS):
        pair.step()


@pytest.mark.parametrize("text", [b"", b"a", b"a\n", b"a\r\nb\r\n", b"a\r\nb", b"\n", b"x" * 5000])
def test_a_file_stays_as_it_is(buffer, text):
    made = buffer.Buffer()
    made.load(io.BytesIO(text))
    assert b"".join(made.pieces()) == text
    assert made.is_empty == (not text)


def test_blocks_stay_small(buffer):
    made = buffer.Buffer()
    made.load(io.BytesIO(b"some line of text\n" * 3000))
    for _ in range(3000):
        made.splice(1500, 0, 0, b"x\n")
    assert max(map(len, made.blocks)) < 2200
    assert made.lines == 6000
