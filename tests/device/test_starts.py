# SPDX-License-Identifier: MIT
"""When a start is good, and that after three bad ones the fourth reaches a prompt."""

import casefile
import machines as at
import pytest
from hostile import let_pass, sources

both = pytest.mark.parametrize("target", casefile.TARGETS)

STARTS = ("/a/spin &", "/a/stubborn &", "/n/stubborn", "/n/spin &\n/a/sleeps &", "/a/lock &")


def _locked_start(session, target):
    """Let a start lock itself up, press some keys, press reset."""
    let_pass(session, 2.5 if target == "RPI_PICO" else 1.5)
    session.type("true")
    let_pass(session, 0.2)
    session.target.reset()


@both
def test_the_fourth_start_is_a_prompt_that_can_mend(machines, target, full):
    for init in STARTS if full else STARTS[:2]:
        _lock_three_starts(machines, target, init)


def _lock_three_starts(machines, target, init):
    programs = sources("a" if "/a/" in init else "n")
    image = at.image(target, {**programs, "/etc/init.sh": init + "\n"})
    with machines.started(target, image) as session:
        for _ in range(3):
            _locked_start(session, target)
        # the fourth has begun: what it says may be there before anybody looks
        assert session.wait_texts(("Recovery mode", "/ $: "), 60) is None, session.text
        assert "3 starts did not keep the prompt" in session.text
        session.run("echo > /etc/init.sh")
        session.forget()
        session.type("reset")
        assert session.wait_texts(("Normal mode", "/ $: "), 30) is None
        assert session.run("echo fi'ne'") == "fine"


@both
def test_resets_after_a_line_are_no_failures(machines, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        for typed in ("", "pwd", "", "pwd"):
            session.run(typed)
            session.forget()
            session.target.reset()
            assert session.wait_texts(("Normal mode", "/ $: "), 30) is None, session.text


@both
def test_a_start_is_good_after_some_seconds_and_not_before(machines, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        for seconds, mode in ((0, 0), (0, 0), (6, 0), (0, 0), (0, 0), (0, 1)):
            let_pass(session, seconds)
            session.forget()
            session.target.reset()
            assert session.wait_texts((" mode", "/ $: "), 30) is None, session.text
            assert ("Recovery mode" in session.text) == bool(mode)
        session.type("reset")
        assert session.wait_texts(("Normal mode", "/ $: "), 30) is None


def test_deep_sleep_is_no_failure(machines):
    """A sensor that ends every start with machine.deepsleep() runs for ever."""
    init = "< 'me' + 'asured'\n> import machine ; machine.deepsleep(50)\n"
    with machines.started("RPI_PICO", at.image("RPI_PICO", {"/etc/init.sh": init})) as session:
        session.target.advance(1.0)
        assert session.text.count("measured") > 6
        assert "Recovery" not in session.text
