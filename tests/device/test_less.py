# SPDX-License-Identifier: MIT
"""less and more on a terminal."""

from session import Session
from vi_session import FORTY

ROWS = 24


def page(first: int, last: int) -> list[str]:
    return [f"line {n}" for n in range(first, last + 1)]


class TestLess:
    def test_pages(self, vi):
        it = vi("/t/forty", line="less {}")
        it.sees(*page(1, 23))
        it.says("/t/forty 5")
        it.type(" ")
        it.sees(*page(18, 40))
        it.says("(END)")
        it.type(" b")
        it.sees(*page(1, 23))
        it.leave("q")

    def test_lines_and_ends(self, vi):
        it = vi("/t/forty", line="less {}")
        it.sees(*page(1, 23))
        it.type("jj\x1b[B\r")
        it.sees(*page(5, 27))
        it.type("k\x1b[A")
        it.sees(*page(3, 25))
        it.type("G")
        it.sees(*page(18, 40))
        it.type("ku")
        it.sees(*page(6, 28))
        it.type("gd")
        it.sees(*page(12, 34))
        it.leave("\x03")

    def test_search(self, vi):
        it = vi("/t/forty", line="less {}")
        it.sees(*page(1, 23))
        it.type("/2\r")
        it.sees(*page(2, 24))
        it.type("n")
        it.sees(*page(12, 34))
        it.type("N")
        it.sees(*page(2, 24))
        it.type("/^line x*4\r")
        it.sees(*page(4, 26))
        it.type("/nowhere\r")
        it.says("not found")
        it.sees(*page(4, 26))
        it.leave("q")

    def test_sideways_and_long_lines(self, vi):
        it = vi("/t/long", line="less {}", columns=40)
        text = "".join(chr(97 + n % 26) for n in range(200))
        it.sees("short", text[:39] + ">", "short too", "~")
        it.type("\x1b[C")
        it.sees("<", "<" + text[17:55] + ">", "<", "~")
        it.type("\x1b[D")
        it.sees("short", text[:39] + ">")
        it.leave("q")

    def test_characters(self, vi):
        it = vi("/t/wide", line="less {}")
        it.sees("aé日 本b".replace(" ", ""), "éx", "~")
        it.leave("q")

    def test_no_line_end_and_empty(self, vi):
        it = vi("/t/noeol", line="less {}")
        it.sees("one", "two", "~")
        it.says("(END)")
        it.leave("q")
        it = vi("/t/empty", line="less {}")
        it.sees("~")
        it.leave("q")

    def test_a_pipe(self, vi):
        it = vi("/t/forty", line="grep 3 {} | less")
        it.sees("line 3", "line 13", "line 23", "line 30")
        it.type("/9\r")
        it.sees("line 39", "~")
        it.leave("q")

    def test_a_file_without_lines(self, vi):
        it = vi("/t/binary", line="> with open('/t/binary', 'wb') as f: f.write(b'\\0x' * 30000)")
        it.session.wait_prompt()
        it = vi("/t/binary", line="less {}")
        it.sees("^@x" * 26 + "^>")
        it.leave("Gkjq")


class TestMore:
    def test_it_ends_at_the_end(self, vi):
        it = vi("/t/forty", line="more {}")
        it.sees(*page(1, 23))
        it.type(" ")
        it.sees(*page(18, 40))
        it.leave(" ")


def test_a_killed_one_gives_the_terminal_back(vi):
    it = vi("/t/forty", line="/t/killer & less {}")
    it.session.wait_prompt()
    assert Session(it.session.target).run("echo al'ive'") == "alive"


def test_forty():
    assert FORTY.splitlines() == page(1, 40)
