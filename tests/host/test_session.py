# SPDX-License-Identifier: MIT
"""Typing and reading a console, against a console that is a recording."""

import re

import pytest
from session import Session, decode, first_lacking, printed
from upyfw.targets.base import Target, TargetError


class Recording(Target):
    """A target whose answers are known beforehand."""

    def __init__(self, *answers: bytes) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self._answers = list(answers)
        self._new = b""

    def start(self) -> None:
        """Is always there."""

    def stop(self) -> None:
        """Is always there."""

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        self._new += self._answers.pop(0)

    def _end(self, pattern: re.Pattern[bytes] | None) -> int:
        """How much is read up to the end of a match, which may look at what was read before."""
        whole = bytes(self._seen) + self._new
        found = pattern.search(whole, len(self._seen)) if pattern else None
        return found.end() - len(self._seen) if found else 0

    def _wait(self, pattern, timeout, settle, quiet):
        end = self._end(pattern) or len(self._new)
        if quiet is None and not self._end(pattern):
            raise TargetError("no answer")
        data, self._new = self._new[:end], self._new[end:]
        self._seen += data
        return data


class Slow(Recording):
    """A target that pauses after each piece of an answer, as long as any wait."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(b"")
        self._pieces = list(pieces)

    def _wait(self, pattern, timeout, settle, quiet):
        while not self._end(pattern) and self._pieces:
            self._new += self._pieces.pop(0)
        return super()._wait(pattern, timeout, settle, quiet)


@pytest.mark.parametrize(
    ("text", "cwd", "body"),
    [
        ("/\n/ $: ", "/", "/"),
        ("a/b/ $: ", "/", "a/b"),
        ("/ $: ", "/", ""),
        (" a\n\n/t $: ", "/t", " a\n"),
        ("/etc $: ", "/", ""),
        ("\r\x1b[K/ $: \x1b[0K", "/", "\r\x1b[K"),
        ("a\n/ $: \r\x1b[K[1]+ Done  b\n\r/ $: \x1b[K", "/", "a"),
        ("\x1b[2J\x1b[H/ $: ", "/", "\x1b[2J\x1b[H"),
    ],
)
def test_printed(text, cwd, body):
    assert printed(text, cwd) == body


def test_first_lacking():
    assert first_lacking(("a", "b"), "xaxb") is None
    assert first_lacking(("b", "a"), "xaxb") == "a"
    assert first_lacking(("aa", "a"), "aa") == "a"


def test_run_with_answers():
    target = Recording(b"rm /q\r\nrm /q? ", b"n\r\n/ $: ")
    assert Session(target).run("rm /q", ("n",)) == "rm /q? n"
    assert target.sent == [b"rm /q\r", b"n\r"]


def test_a_line_that_is_drawn_in_pieces_is_waited_for():
    """Each piece of a line that is longer than the screen ends like a prompt."""
    target = Slow(b"\r/ $: ", b"\r/ $: echo a", b"\r\n", b"a\r\n/ $: ")
    assert Session(target).run("echo a") == "a"


@pytest.mark.parametrize("typed", [b"", b"ec", b"echo a"])
def test_what_a_job_says_while_a_line_is_typed_is_not_its_output(typed):
    """The line is drawn anew below it; with nothing typed yet that is a prompt."""
    pieces = (
        b"/ $: " + typed,
        b"\r\x1b[K[1]+ Done  echo a\r\n\r/ $: " + typed + b"\x1b[K",
        b"echo a"[len(typed) :] + b"\r\n",
        b"a\r\n/ $: ",
    )
    assert Session(Slow(*pieces)).run("echo a") == "a"
    assert Slow(*pieces).run("echo a") == "a\n"


def test_a_line_that_prints_nothing():
    """The prompt begins where the echo ended."""
    target = Slow(b"/ $: true\r\n", b"/ $: ")
    assert target.run("true") == ""


def test_the_end_of_a_long_line_is_its_echo():
    """The console shows as much of it as has room."""
    line = "echo " + "x" * 100
    target = Slow(b"\r/ $: ", line[-60:].encode(), b"\x1b[K\r\n", b"a\r\n/ $: ")
    assert Session(target).run(line) == "a"


def test_control_character_goes_without_enter():
    target = Recording(b"^C\r\n/ $: ")
    Session(target).type("\x03")
    assert target.sent == [b"\x03"]


@pytest.mark.parametrize(
    "prompt", [b"/ $: ", b"ab/etc $: ", b"\r\n> ", b"\r\n>>> ", b"/ $: \x1b[K"]
)
def test_prompts(prompt):
    session = Session(Recording(b"x\r\n" + prompt))
    session.type("x")
    assert session.settle()


@pytest.mark.parametrize("output", [b"", b"Enter: ", b"a > ", b"$: /"])
def test_quiet_is_no_prompt(output):
    session = Session(Recording(b"x\r\n" + output))
    session.type("x")
    assert not session.settle()


def test_no_prompt_is_an_error():
    session = Session(Recording(b"x\r\nEnter: "))
    session.type("x")
    with pytest.raises(TargetError):
        session.wait_prompt()


def test_wait_texts():
    session = Session(Recording(b"x\r\none two"))
    session.type("x")
    assert session.wait_texts(("one", "two"), 1) is None
    assert session.wait_texts(("two", "one"), 0.1) == "one"


def test_forget():
    session = Session(Recording(b"one", b"two"))
    session.type("x")
    session.settle()
    session.forget()
    session.type("x")
    session.settle()
    assert session.text == "two"


def test_decode():
    assert decode(b"a\r\n\xff\n") == "a\n\ufffd\n"
