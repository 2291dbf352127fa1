# SPDX-License-Identifier: MIT
"""The history: its ring, its file, what finds a line in it (docs/spec/behaviour.md §2)."""

import sys

import pytest
from device_fakes import device, load
from edited_line import DOWN, END, UP, Editor


@pytest.fixture
def editor():
    with device() as made:
        yield Editor(made)


@pytest.fixture
def file(editor, tmp_path):
    """The history's file, which does not exist yet."""
    path = tmp_path / "history"
    load("line.history")._FILE = str(path)
    return path


def _newest_first() -> list[str]:
    return [line.decode(errors="replace") for line in load("line.history").backwards()]


class TestHistory:
    def _remember(self, editor, *lines):
        for line in lines:
            editor.edit.remember(line)

    def test_up_and_down(self, editor):
        self._remember(editor, "one", "two")
        assert editor.read(UP) == "two"
        assert editor.read(UP * 2) == "one"
        assert editor.read(UP * 5) == "one"
        assert editor.read(UP * 2 + DOWN) == "two"
        assert editor.read(b"x" + UP + DOWN) == ""
        assert editor.read(UP + b"!") == "two!"

    def test_the_last_20_without_a_file(self, editor):
        self._remember(editor, *[f"line {i}" for i in range(50)])
        assert _newest_first() == [f"line {i}" for i in range(49, 29, -1)]

    def test_one_buffer_of_one_size(self, editor):
        self._remember(editor, "x")
        buffer = editor.state.history
        size = len(buffer)
        self._remember(editor, *[f"{i} " + "y" * (i * 7 % 240) for i in range(60)])
        assert editor.state.history is buffer
        assert len(buffer) == size
        lines = _newest_first()
        assert lines[0] == "59 " + "y" * (59 * 7 % 240)
        assert 2 <= len(lines) <= 20

    def test_same_line_twice_and_too_long_ones(self, editor):
        self._remember(editor, "a", "b", "b", "z" * 400, "ab", "b")
        assert _newest_first() == ["b", "ab", "b", "a"]

    def test_file(self, editor, file):
        file.write_text("old 1\nold 2\n")
        self._remember(editor, "new ä")
        assert editor.read(UP * 2) == "old 2"
        load("line.history").save()
        assert file.read_text() == "old 1\nold 2\nnew ä\n"
        assert editor.read(UP * 2) == "old 2"
        self._remember(editor, "newer")
        load("line.history").save()
        load("line.history").save()
        assert file.read_text() == "old 1\nold 2\nnew ä\nnewer\n"
        assert _newest_first() == ["newer", "new ä", "old 2", "old 1"]

    def test_more_than_memory_holds(self, editor, file):
        lines = [f"line {i}" for i in range(150)]
        self._remember(editor, *lines)
        assert _newest_first() == lines[::-1]
        assert editor.read(UP * 120) == "line 30"
        assert editor.read(UP * 400) == "line 0"
        assert [x.decode() for x in load("line.history").lines()] == lines

    def test_few_writes(self, editor, file):
        history = load("line.history")
        saves = []
        save = history.save
        history.save = lambda: (saves.append(1), save())
        self._remember(editor, *[f"echo {i}" for i in range(200)])
        assert len(saves) <= 200 / 19

    def test_a_file_that_grows_is_cut(self, editor, file):
        self._remember(editor, *[f"a rather long line {i}" for i in range(1000)])
        load("line.history").save()
        lines = file.read_text().splitlines()
        assert lines[-1] == "a rather long line 999"
        assert 100 <= len(lines) <= 260
        assert not file.with_name("history.tmp").exists()

    def test_idle_saves(self, editor, file):
        self._remember(editor, "typed")
        upyos = sys.modules["_upyos"]
        key = upyos.key
        nobody = [-1]
        upyos.key = lambda wait_ms: nobody.pop() if nobody and wait_ms > 1000 else key(wait_ms)
        assert editor.read(b"x") == "x"
        assert file.read_text() == "typed\n"

    @pytest.mark.parametrize("data", [b"x" * 70_000, b"\xff\n\n\nok\n", b"no end", b"\0\n"])
    def test_damaged_file(self, editor, file, data):
        file.write_bytes(data)
        assert len(_newest_first()) <= 2
        editor.read(UP * 3)

    def test_without_a_file(self, editor):
        assert editor.read(UP + b"a") == "a"

    def test_clear(self, editor):
        self._remember(editor, "a", "b")
        load("line.history").clear()
        assert _newest_first() == []
        self._remember(editor, "c")
        assert _newest_first() == ["c"]


class TestRecall:
    @pytest.fixture(autouse=True)
    def _lines(self, editor):
        for line in ("echo one", "pwd", "echo two"):
            editor.edit.remember(line)

    @pytest.mark.parametrize(
        "typed, line",
        [
            ("!!", "echo two"),
            ("!! | cat", "echo two | cat"),
            ("!!;ls", "echo two;ls"),
            ("!1", "echo one"),
            ("!2 -x", "pwd -x"),
            ("!-2", "pwd"),
            ("!e", "echo two"),
            ("!p", "pwd"),
            ("!9", ""),
            ("!-9", ""),
            ("!0", ""),
            ("!nosuch", ""),
            ("! true", "! true"),
            ("!", "!"),
            ("!= x", "!= x"),
        ],
    )
    def test_line(self, editor, typed, line):
        assert load("line.recall").expanded(typed) == line


CTRL_R = b"\x12"


class TestSearch:
    @pytest.fixture(autouse=True)
    def _lines(self, editor):
        for line in ("echo one", "pwd", "echo twö", "ls", "echo twö"):
            editor.edit.remember(line)

    @pytest.mark.parametrize(
        "keys, line",
        [
            (CTRL_R + b"ech", "echo twö"),
            (CTRL_R + b"ech" + CTRL_R, "echo one"),
            (CTRL_R + b"ne", "echo one"),
            (CTRL_R + b"wd" + END + b" x", "pwd x"),
            (CTRL_R + b"tw\xc3\xb6" + END + b"!", "echo twö!"),
            (CTRL_R + b"o two\x7f\x7f\x7fo", "echo one"),
            (CTRL_R + b"pwdzz", "pwd"),
            (b"own" + CTRL_R + b"ech\x07", "own"),
            (b"own" + CTRL_R + b"ech\x03", "own"),
            (b"own" + CTRL_R, "own"),
            # half a character
            (CTRL_R + b"\xb6" + END + b"!", "echo twö!"),
        ],
    )
    def test_line(self, editor, keys, line):
        assert editor.read(keys) == line

    def test_what_is_shown(self, editor):
        screen = editor.screen(CTRL_R + b"pw")
        assert "".join(screen.row) == "(search 'pw') pwd"
        assert screen.column == len("(search 'pw') ")
        screen = editor.screen(CTRL_R + b"pwx")
        assert "".join(screen.row) == "(none 'pwx') pwd"
