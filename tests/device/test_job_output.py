# SPDX-License-Identifier: MIT
"""What jobs print without a newline while the prompt waits: nothing of it is lost."""

import re

import casefile
import machines as at
import pytest

LIMIT_S = 20.0

# Each prints while a line is edited, and no sooner.
PROGRAM = """
import asyncio, sys, time
from upyos import console

proc = None


{main}
"""
MAINS = {
    "thread": ("def __main__(args):", "time.sleep_ms(10)"),
    "task": ("async def __main__(args):", "await asyncio.sleep_ms(10)"),
}
BODIES = {
    "partial": "print('PAR' + 'TIAL', end='')",
    "progress": "for n in range(0, 101, 25): print('\\r%d percent' % n, end='')",
    "after": "for n in range(0, 101, 25): print('%d percent' % n, end='\\r')",
    "both": "print('o' + 'ne\\nt' + 'wo', end='')",
    "half": "sys.stdout.buffer.write(b'ha' + b'lf\\xc3')",
    "long": "for n in range(500): print('x', end='')",
    "pieces": "print('one,', end=' ')\n    while console.editing is not None:\n"
    "        print('and', end=' ')\n        {wait}\n    print('two')",
    "goes_on": "print('st' + 'ill', end='')\n    while proc.sts != 'S':\n        {wait}",
}


def _files():
    files = {}
    for kind, (head, wait) in MAINS.items():
        idle = f"    while console.editing is None:\n        {wait}\n"
        for name, body in BODIES.items():
            main = f"{head}\n{idle}    {body.format(wait=wait)}"
            files[f"/opt/{kind}/{name}.py"] = PROGRAM.format(main=main)
    return files


@pytest.fixture(params=casefile.TARGETS)
def session(machines, request):
    with machines.at_prompt(request.param, at.image(request.param, _files())) as session:
        yield session


def _ended(session, line, *texts):
    """Run a job and wait until it says that it is done; what it printed until then."""
    session.forget()
    session.run(line)
    assert session.wait_texts([*texts, "+ Done"], LIMIT_S) is None, session.text
    return session.text


@pytest.mark.parametrize("kind", MAINS)
def test_what_has_no_newline_appears_when_the_job_ends(session, kind):
    _ended(session, f"/opt/{kind}/partial &", "PARTIAL\n")
    _ended(session, f"/opt/{kind}/both &", "one\n", "two\n")
    for name in ("progress", "after"):
        text = _ended(session, f"/opt/{kind}/{name} &", "100 percent")
        assert "50 percent" not in text
    _ended(session, f"/opt/{kind}/half &", "half\n")
    text = _ended(session, f"/opt/{kind}/long &")
    assert text.count("x") == 500
    assert session.run("echo al'i've") == "alive"


@pytest.mark.parametrize("kind", MAINS)
def test_what_has_no_newline_appears_when_a_line_was_typed(session, kind):
    session.run(f"/opt/{kind}/goes_on &")
    for _ in range(20):
        # a line that is younger than 100 ms would go on
        session.target.read_quiet(0.2, LIMIT_S)
        session.run("")
        if "still\n" in session.text:
            break
    assert session.text.count("still\n") == 1
    session.run("killall goes_on ; wait")


@pytest.mark.parametrize("kind", MAINS)
def test_enter_does_not_break_a_line_that_is_being_printed(machines, kind):
    """On the emulated board alone, whose 10 ms are never 100."""
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", _files())) as session:
        session.run(f"/opt/{kind}/pieces &")
        session.target.read_quiet(0.05, LIMIT_S)
        session.run("sleep 0.3")
        assert session.wait_texts(["two", "+ Done"], LIMIT_S) is None, session.text
        assert re.search(r"\none, (and )+two\n", session.text), session.text


def test_the_last_line_of_a_script_in_the_background(session):
    _ended(session, "echo -n en'd'ed &", "ended")
