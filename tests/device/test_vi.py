# SPDX-License-Identifier: MIT
"""vi and its files, and what it does in odd situations; its keys are in test_vi_keys.py."""

import pytest
from session import Session
from vi_session import ESC, FILL, FORTY


class TestFiles:
    def test_cr_lf_stays(self, vi):
        it = vi("/t/dos")
        it.says("[dos] 2L, 10B")
        it.sees("one", "two")
        it.type("Ax\ry" + ESC + "yyp:%s/o$/0/\r")
        it.sees("onex", "y", "y", "tw0")
        it.leave(":wq\r")
        assert it.file("/t/dos") == b"onex\r\ny\r\ny\r\ntw0\r\n"

    def test_what_is_read_has_the_ends_of_the_text(self, vi):
        it = vi("/t/dosnoeol")
        it.says("[noeol] [dos]")
        it.type(":$r /t/forty\r")
        it.says("40 lines read")
        it.leave(":wq\r")
        forty = FORTY[:-1].replace("\n", "\r\n").encode()
        assert it.file("/t/dosnoeol") == b"one\r\ntwo\r\n" + forty
        it = vi("/t/new")
        it.type(":r /t/dos2\r")
        it.says("2 lines read")
        it.leave(":wq\r")
        assert it.file("/t/new") == b"one\ntwo\n"

    def test_mixed_line_ends_without_the_last(self, vi):
        it = vi("/t/mixed")
        it.says("[noeol] [dos]")
        it.type("Gdd")
        it.leave(":wq\r")
        assert it.file("/t/mixed") == b"a\r\nbc"

    def test_no_line_end_at_the_end_stays(self, vi):
        it = vi("/t/noeol")
        it.says("[noeol] 2L, 7B")
        it.type("x:w\r")
        it.says("written")
        assert it.file("/t/noeol") == b"ne\ntwo"
        it.type("Gox" + ESC)
        it.leave(":wq\r")
        assert it.file("/t/noeol") == b"ne\ntwo\nx"

    def test_empty_file(self, vi):
        it = vi("/t/empty")
        it.says("0L, 0B")
        it.leave(":wq\r")
        assert it.file("/t/empty") == b""
        it = vi("/t/empty")
        it.type("ix" + ESC + "ddP:w\r")
        it.says("1L, 2B written")
        it.leave()
        assert it.file("/t/empty") == b"x\n"

    def test_new_file_and_other_names(self, vi):
        it = vi("")
        it.says("[No Name]")
        it.type("iabc" + ESC + ":w\r")
        it.says("no file name")
        it.type(":w /t/over\r")
        it.says("/t/over exists (:w! overwrites)")
        assert it.file("/t/over") == b"old\n"
        it.type(":w! /t/over\r")
        it.says('"/t/over" 1L, 4B written')
        it.type(":w /none/x\r")
        it.says("no such file or directory")
        it.type(":w /t\r")
        it.says("is a directory")
        it.type(":w /main.py\r")
        it.says("protected")
        it.type("x:wq\r")
        it.session.wait_prompt()
        assert it.file("/t/over") == b"ab\n"

    def test_a_file_in_the_way_is_kept(self, vi):
        it = vi("/t/taken")
        it.type("x:wq\r")
        it.says("/t/taken.tmp is in the way")
        assert it.file("/t/taken.tmp") == b"mine\n"
        it.leave()

    def test_changed_on_flash(self, vi):
        it = vi("/tmp/changed")
        it.type("iabc" + ESC)
        it.leave(":wq\r")
        it = vi("/tmp/changed", line="/t/writer & vi {}")
        it.sees("abc", "~")
        it.says("Done")
        it.type("x:w\r")
        it.says("/tmp/changed has changed on flash (:w! overwrites)")
        it.type(":e\r")
        it.says("no write since last change")
        it.type(":e!\r")
        it.sees("abc", "more", "~")
        it.type("x:w!\r")
        it.says("2L, 8B written")
        it.leave(":q\r")
        assert it.file("/tmp/changed") == b"bc\nmore\n"

    def test_read_another_file(self, vi):
        it = vi("/t/taken")
        it.says("/t/taken")
        it.type(":r /t/two\r")
        it.sees("taken", "one", "two", "~", cursor=(1, 0))
        it.type(":0r /t/old\r")
        it.sees("old", "taken", "one", "two", "~", cursor=(0, 0))
        it.type(":r /none\r")
        it.says("no such file")
        it.type("uu")
        it.sees("taken", "~")
        it.leave()

    def test_no_space_left(self, vi):
        it = vi("/t/forty")
        it.says("/t/forty")
        it.leave()
        session = Session(it.session.target)
        session.run("mkdir /fill")
        session.run(FILL)
        it = vi("/t/forty")
        it.says("/t/forty")
        it.type("yG" + "P" * 20 + ":w\r")
        it.says("no space left on device")
        assert it.file("/t/forty") == FORTY.encode()
        it.leave()
        session.run("rm -r /fill")


class TestAround:
    def test_output_of_a_job(self, vi):
        it = vi("/t/forty", line="/t/job & vi {}")
        it.says("/t/forty")
        it.type("ix")
        it.terminal.wait(lambda: "Done" in it.terminal.rows[-1])
        it.says("Done")
        it.sees("xline 1", *FORTY.split("\n")[1:23], cursor=(0, 1))
        it.type(ESC)
        assert "from the job" in it.leave()

    def test_asked_to_stop(self, vi):
        it = vi("/t/forty", line="/t/killer & vi {}")
        it.type("ix")
        it.session.wait_prompt()
        it.terminal.wait(lambda: it.terminal.rows[-1] == "/ $:")
        assert "stopped, changes are not saved" in it.terminal.rows
        assert Session(it.session.target).run("echo $?") == "1"
        assert it.file("/t/forty") == FORTY.encode()

    def test_from_a_program(self, vi):
        it = vi("/t/forty", line="/t/lib {}")
        it.says("/t/forty")
        assert "status 0" in it.leave()

    def test_nothing_stays_loaded(self, forty):
        forty.leave("x/5\r:q!\r")
        assert "editor" not in Session(forty.session.target).run("< sys.modules.keys()")

    def test_paste(self, vi):
        """What comes at once is taken as it is, whatever its size."""
        text = "".join(f"{n}: the quick brown fox\r" for n in range(150))
        it = vi("/tmp/pasted")
        it.says("[New]")
        it.type("i" + text)
        it.says("151,1")
        it.type(ESC)
        it.leave(":wq\r")
        assert it.file("/tmp/pasted") == text.replace("\r", "\n").encode() + b"\n"

    @pytest.mark.parametrize("keys", ["i" + "x\x7f" * 20 + ESC, "n"])
    def test_what_a_count_makes_long_ends_with_ctrl_c(self, forty, keys):
        forty.type("/line\r99999" + keys)
        forty.session.target.read_quiet(0.3)
        forty.type("\x03")
        forty.says("interrupted")
        forty.leave()

    @pytest.mark.parametrize("mode", ["i", "R", "/", ":"])
    def test_control_keys_are_no_text(self, forty, mode):
        """Ctrl-A locked the console for ever: it was put back, and came again."""
        others = "".join(
            chr(key) for key in range(1, 32) if chr(key) not in "\b\t\n\r\x03\x16\x1b"
        )
        forty.type(mode + others + ESC)
        forty.leave()

    def test_keys_behind_a_command_that_fails_are_obeyed(self, forty):
        """It looks for Ctrl-C among them."""
        forty.type("/none\rx")
        forty.sees("ine 1")
        forty.leave()

    def test_the_end_is_nearer_than_the_count(self, forty):
        forty.type("99999w")
        forty.says("40,7")
        forty.type("9999iab" + ESC)
        forty.says("40,20004")
        forty.leave()
