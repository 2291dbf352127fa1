# SPDX-License-Identifier: MIT
"""The line editor: docs/spec/behaviour.md §2."""

import sys

import pytest
from device_fakes import device
from edited_line import COLUMNS, DELETE, END, HOME, LEFT, PROMPT, RIGHT, Editor, Screen
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def editor():
    with device() as made:
        yield Editor(made)


def test_what_a_job_says_between_a_key_and_its_echo(editor, monkeypatch):
    """The line is drawn below it, and the key is not drawn twice."""
    columns = editor.edit._columns

    def spoken():
        monkeypatch.setattr(editor.edit, "_columns", columns)
        editor.edit.say("job")
        return columns()

    monkeypatch.setattr(editor.edit, "_columns", spoken)
    assert "".join(editor.screen(b"a").row) == PROMPT + "a"


class TestKeys:
    @pytest.mark.parametrize(
        "keys, line",
        [
            (b"abc", "abc"),
            (b"abc" + LEFT * 2 + b"X", "aXbc"),
            (b"abc" + LEFT * 9 + b"X" + RIGHT + b"Y", "XaYbc"),
            (b"bc" + HOME + b"a" + END + b"d", "abcd"),
            (b"bc\x1b[1~a\x1b[4~d\x1b[7~0\x1b[8~e\x1bOH-\x1bOF+", "-0abcde+"),
            (b"bc\x01a\x05d", "abcd"),
            (b"abc\x08\x7fd", "ad"),
            (b"\x08\x7fa", "a"),
            (b"abc" + LEFT * 2 + DELETE + DELETE + DELETE, "a"),
            (b"abc" + LEFT + b"\x04", "ab"),
            (DELETE + b"a", "a"),
            (b"abc def" + LEFT * 3 + b"\x0b", "abc "),
            (b"abc def" + LEFT * 3 + b"\x15", "def"),
            (b"abc  def \x17x", "abc  x"),
            (b"abc\x17\x17x", "x"),
            (b"abc\x0cd", "abcd"),
            (b"ab\x1b[1;5Dx", "axb"),
            (b"ab\x1b[99~\x1bx\x1b[20~c", "abc"),
            (b"a\x00\x1fb", "ab"),
        ],
    )
    def test_line(self, editor, keys, line):
        assert editor.read(keys) == line

    @pytest.mark.parametrize(
        "keys, line",
        [
            ("ä€😀".encode(), "ä€😀"),
            ("aä€".encode() + b"\x7f" + b"b", "aäb"),
            ("ä€".encode() + LEFT + b"x" + LEFT * 2 + b"y", "yäx€"),
            ("ä€".encode() + HOME + DELETE, "€"),
            ("äö ü".encode() + b"\x17" + b"x", "äö x"),
        ],
    )
    def test_a_character_is_never_cut(self, editor, keys, line):
        assert editor.read(keys) == line

    def test_bytes_that_are_no_utf8(self, editor):
        assert editor.read(b"a\xffb\x80c") == "abc"

    def test_ctrl_c(self, editor):
        with pytest.raises(KeyboardInterrupt):
            editor.read(b"abc\x03")
        assert "^C\n" in editor.device.printed
        assert editor.read(b"x") == "x"

    def test_ctrl_d(self, editor):
        with pytest.raises(EOFError):
            editor.read(b"\x04")

    def test_ctrl_a_on_an_empty_line(self, editor):
        assert editor.read(b"\x01") is None

    def test_line_feeds(self, editor):
        editor.device.keys[:] = b"a\r\nb\n\nc\r\r"
        lines = [editor.edit.read(PROMPT) for _ in range(5)]
        assert lines == ["a", "b", "", "c", ""]


class TestScreen:
    def test_at_the_end_a_key_costs_one_character(self, editor):
        editor.screen(b"abc")
        assert editor.device.printed == [PROMPT, "a", "b", "c"]

    def test_inside_a_line(self, editor):
        screen = editor.screen(b"abc" + LEFT * 2 + b"X")
        assert "".join(screen.row) == PROMPT + "aXbc"
        assert screen.column == len(PROMPT) + 2

    def test_a_long_line_stays_on_its_row(self, editor):
        text = "".join(chr(97 + i % 26) for i in range(200))
        screen = editor.screen(text.encode())
        assert "".join(screen.row).startswith(PROMPT)
        assert "".join(screen.row[len(PROMPT) :]) == text[-len(screen.row) + len(PROMPT) :]
        screen = editor.screen(text.encode() + HOME)
        assert "".join(screen.row[len(PROMPT) :]) == text[: len(screen.row) - len(PROMPT)]

    def test_a_long_line_is_not_redrawn_at_each_key(self, editor):
        editor.screen(b"x" * 200)
        assert len("".join(editor.device.printed)) < 800

    def test_other_width(self, editor):
        sys.modules["sdata"].sysconfig["env"]["COLUMNS"] = "30"
        assert len(editor.screen(b"x" * 50).row) <= 30

    def test_output_of_others(self, editor):
        editor.screen(b"abc" + LEFT)
        del editor.device.printed[:]
        editor.edit.say("other")
        screen = Screen()
        screen.show("".join(editor.device.printed))
        assert ("".join(screen.row), screen.column) == (PROMPT + "abc", len(PROMPT) + 2)


class TestWords:
    @pytest.mark.parametrize(
        "keys, line",
        [
            (b"one two/three\x1bbX", "one two/Xthree"),
            (b"one two/three\x1bb\x1bb\x1bbX", "Xone two/three"),
            (b"one two" + HOME + b"\x1bfX", "oneX two"),
            (b"one two" + HOME + b"\x1bf\x1bf\x1bfX", "one twoX"),
            (b"one two" + HOME + b"\x1bd", " two"),
            (b"a/b.txt\x1b\x7f", "a/b."),
            ("käse öl".encode() + b"\x1bbX", "käse Xöl"),
        ],
    )
    def test_line(self, editor, keys, line):
        assert editor.read(keys) == line


def _model(keys: list[bytes]) -> tuple[str, int]:
    """The line and the cursor that keys must give."""
    text, at = "", 0
    for key in keys:
        if key == LEFT:
            at = max(0, at - 1)
        elif key == RIGHT:
            at = min(len(text), at + 1)
        elif key in (HOME, END):
            at = 0 if key == HOME else len(text)
        elif key == DELETE:
            text = text[:at] + text[at + 1 :]
        elif key == b"\x7f":
            text, at = text[: max(0, at - 1)] + text[at:], max(0, at - 1)
        elif key == b"\x0b":
            text = text[:at]
        else:
            c = key.decode()
            text, at = text[:at] + c + text[at:], at + len(c)
    return text, at


KEYS = st.lists(
    st.sampled_from([LEFT, RIGHT, HOME, END, DELETE, b"\x7f", b"\x0b"])
    | st.text("abc äö€😀", min_size=1, max_size=30).map(str.encode),
    max_size=25,
)


class TestAnyKeys:
    @settings(deadline=None)
    @given(KEYS)
    def test_line_and_screen_agree(self, keys):
        with device() as made:
            editor = Editor(made)
            # at the beginning of an empty line these two mean something else
            keys = [b"a", *keys]
            text, at = _model(keys)
            screen = editor.screen(b"".join(keys))
            shown = "".join(screen.row)
            assert shown.startswith(PROMPT)
            left = editor.edit.left
            width = len(shown) - len(PROMPT)
            wanted = text[left : left + width]
            if not text.isascii():
                wanted = "<" + wanted[1:] if left else wanted
                wanted = wanted[:-1] + ">" if left + width < len(text) else wanted
            assert shown[len(PROMPT) :] == wanted
            assert screen.column == len(PROMPT) + at - left
            assert width == len(text) or width >= COLUMNS // 2 - len(PROMPT)
            assert editor.read(b"".join(keys)) == text
