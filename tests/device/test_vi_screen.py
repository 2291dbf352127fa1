# SPDX-License-Identifier: MIT
"""What vi shows."""

import pytest
from session import Session
from vi_session import ESC, FORTY, LONG


class TestScreen:
    def test_rows(self, vi):
        it = vi("/t/forty")
        it.says('"/t/forty" 40L, 311B')
        it.sees(*FORTY.split("\n")[:23], cursor=(0, 0))
        assert it.terminal.rows[-1].split()[-2:] == ["1,1", "2%"]
        it.type("G")
        it.sees(*FORTY.split("\n")[17:40], cursor=(22, 0))
        assert it.terminal.rows[-1].split() == ["/t/forty", "40,1", "100%"]
        it.leave()

    @pytest.mark.parametrize(
        "keys, top, line",
        [
            ("\x06", 22, 22),
            ("\x06\x02", 1, 22),
            ("\x1b[6~\x1b[6~", 40, 40),
            ("G\x1b[5~", 1, 23),
            ("\x04", 12, 12),
            ("\x04\x15", 1, 1),
            ("3\x04", 4, 4),
            ("\x05\x05", 3, 3),
            ("30G\x19", 7, 29),
            ("30Gzt", 30, 30),
            ("30Gzz", 19, 30),
            ("30Gzb", 8, 30),
            ("23Gj", 2, 24),
            ("30Gzt23k", 7, 7),
            ("L", 1, 23),
            ("2L", 1, 22),
            ("M", 1, 12),
            ("LH", 1, 1),
            ("3H", 1, 3),
        ],
    )
    def test_scrolling(self, forty, keys, top, line):
        forty.type(keys)
        rows = [*FORTY.split("\n")[:40], *["~"] * 23][top - 1 : top + 22]
        forty.sees(*rows, cursor=(line - top, 0))
        forty.leave()

    def test_lines_come_and_go(self, forty):
        """The terminal moves rows: what it shows is still the text."""
        lines = FORTY.split("\n")[:-1]
        forty.type("5G3dd")
        del lines[4:7]
        forty.sees(*lines[:23])
        forty.type("Oa\rb\rc" + ESC)
        lines[4:4] = ["a", "b", "c"]
        forty.sees(*lines[:23])
        forty.type("uuu\x12\x12")
        forty.type("20Gdd10Gp2Gyy30Gp")
        forty.sees("line 9", "line 10", cursor=(22, 0))
        forty.leave()

    def test_long_line(self, vi):
        it = vi("/t/long")
        it.sees("short", LONG[:79] + ">", "short too")
        it.type("j$")
        it.sees("short", "<" + LONG[:200][-40:], "short too", cursor=(1, 40))
        it.type("0")
        it.sees("short", LONG[:79] + ">", "short too", cursor=(1, 0))
        it.type("100|")
        it.sees("short", "<" + LONG[60:138] + ">", "short too", cursor=(1, 40))
        it.type("j")
        it.sees("short", LONG[:79] + ">", "short too", cursor=(2, 8))
        it.leave()

    def test_line_as_wide_as_the_screen(self, vi):
        it = vi("/tmp/full")
        it.type("80ix" + ESC)
        it.sees("x" * 80, "~", cursor=(0, 79))
        it.type("ay")
        it.sees("<" + "x" * 38 + "y", "~", cursor=(0, 40))
        it.type(ESC)
        it.leave()

    def test_tabs(self, vi):
        it = vi("/t/tabs")
        it.sees("        a       b", "abcdefghi       c", cursor=(0, 7))
        it.type("lj")
        it.sees("        a       b", "abcdefghi       c", cursor=(1, 8))
        it.type("k\x1b[D")
        it.sees("        a       b", cursor=(0, 7))
        it.type("i")
        it.sees("        a       b", cursor=(0, 0))
        it.type(ESC)
        it.leave()

    def test_wide_and_combining_characters(self, vi):
        it = vi("/t/wide")
        it.sees("aé日本b", "éx", cursor=(0, 0))
        for column in (1, 2, 4, 6):
            it.type("l")
            it.sees("aé日本b", cursor=(0, column))
        it.type("hx")
        it.sees("aé日b", cursor=(0, 4))
        it.type("j0l")
        it.sees("aé日b", "éx", cursor=(1, 1))
        it.type("X")
        it.sees("aé日b", "x", cursor=(1, 0))
        it.type("iø語" + ESC)
        it.sees("aé日b", "ø語x", cursor=(1, 1))
        it.leave(":wq\r")
        assert it.file("/t/wide") == "aé日b\nø語x\n".encode()

    def test_line_numbers(self, forty):
        forty.type(":set nu\r10G")
        forty.sees("   1 line 1", "   2 line 2", cursor=(9, 5))
        forty.type("2Gdd")
        forty.sees("   1 line 1", "   2 line 3", "   3 line 4", cursor=(1, 5))
        forty.type(":set nonu\r")
        forty.sees("line 1", "line 3", cursor=(1, 0))
        forty.leave()

    def test_the_terminal_tells_its_size(self, vi):
        it = vi("/t/forty", rows=10, columns=40)
        it.sees(*FORTY.split("\n")[:9])
        it.terminal.resize(12, 60)
        it.type("\x0c")
        it.sees(*FORTY.split("\n")[:11], cursor=(0, 0))
        it.says("/t/forty")
        it.leave()

    def test_a_terminal_that_does_not_tell(self, vi):
        it = vi("/t/forty", dumb=True)
        it.sees(*FORTY.split("\n")[:23])
        it.leave()
        Session(it.session.target).run("export LINES 12")
        it = vi("/t/forty", rows=12, dumb=True)
        it.sees(*FORTY.split("\n")[:11])
        it.leave()
        Session(it.session.target).run("unset LINES")

    def test_a_late_answer(self, vi):
        it = vi("/t/forty", rows=10, dumb=True)
        it.says("40L")
        it.type("\x1b[10;80R")
        it.sees(*FORTY.split("\n")[:9])
        it.leave()

    def test_a_key_costs_few_bytes(self, forty):
        forty.type("A")
        forty.says("INSERT")
        before = len(forty.session.target.output)
        forty.type("x")
        forty.sees("line 1x")
        assert len(forty.session.target.output) - before < 50
        forty.type(ESC)
        forty.leave()

    def test_the_screen_is_cleared_at_the_end(self, forty):
        forty.leave()
        forty.terminal.wait(lambda: forty.terminal.rows[-1] == "/ $:")
        assert forty.terminal.rows == [""] * 23 + ["/ $:"]
