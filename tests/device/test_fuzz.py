# SPDX-License-Identifier: MIT
"""Random sessions: whatever is typed, no traceback, and the prompt comes back."""

import random
import re

import casefile
import machines as at
import pytest

SHORT_LINES = 60
LONG_LINES = 1500
# words that end the session on purpose, or wait for a long time
LEAVING = {"exit", "reboot", "reset"}
COMMANDS = sorted(casefile.commands_of_tree() - LEAVING)

# a question, a program, vi, screen, and what is left on the line
_ENDING = ("y", "\x03", "\x1b:q!", "\x11", "\x03")
_PYTHON = re.compile("[<>]")
_INTERNAL = re.compile("(Attribute|Type|Key|Index|Name|Unicode|Value)Error: ")

_PIECES = (
    *("/", "/etc", "/t/a.txt", "/t/none", "/t", ".", "..", "-", "--", "-r", "-x", "-n", "--help"),
    *("x", "y", "1", "-1", "2.5", "''", '""', '"a b"', "'a", '"', "\\", "\\ ", "é", "#", "~"),
    *("$x", "${x}", "${", "$?", "$!", "$#", "$@", "$*", "$", "$1", "x=1", "=", "==", "<=", "in"),
    *(";", "&&", "||", "|", "&", ">", ">>", "<", "> v", "> /tmp/o.txt", "< /t/a.txt", ":l"),
    *("if", "elif", "else", "fi", "while", "for", "done", "break", "goto l", "skip 1", "return 3"),
    *("*", "/t/*", "[a-z]*", "****?", "$(echo a)", "$((1+x))", "${x:-y}", "$(", "$((", "~/t"),
    *(
        "2>",
        "2>&1",
        "&>",
        ">&2",
        "2> /tmp/e.txt",
        "<<< a",
        "> /dev/null",
        "!",
        "[",
        "]",
        "x=$(echo b)",
    ),
    *("then", "do", "case $x in", "a) echo", ";;", "esac", "until false", "{", "}", "f() {", "f"),
    *("> x=1", "< x", "> 1/0", "< open('/t/none')", "> def f(:", "\t", "  ", "(", ")", "\x7f"),
)


def _line(rng: random.Random) -> str:
    words = [rng.choice(COMMANDS)] if rng.random() < 0.7 else []
    words += [rng.choice(_PIECES + tuple(COMMANDS)) for _ in range(rng.randint(0, 5))]
    line = rng.choice((" ", " ", "")).join(words)
    return line if not LEAVING.intersection(line.split()) else "pwd"


def _type(session, line: str) -> None:
    """Type a line; answer a question, or end what waits, until the prompt is there."""
    session.type(line)
    for key in _ENDING:
        if session.settle() and session.text.endswith(" $: "):
            return
        session.type(key)
    session.wait_prompt()


@pytest.mark.parametrize("target", casefile.TARGETS)
@pytest.mark.parametrize("seed", (1, 2))
def test_random_session(machines, full, target, seed):
    rng = random.Random(seed)
    files = {"/t/a.txt": "alpha\nbeta\n", "/t/s.sh": "echo $1\n"}
    with machines.at_prompt(target, at.image(target, files)) as session:
        session.quiet_s = 0.4
        for _ in range(LONG_LINES if full else SHORT_LINES):
            line = _line(rng)
            session.forget()
            _type(session, line)
            assert "Traceback" not in session.text, line
            # a Python line may well raise these; a command or the shell may not
            assert _PYTHON.search(line) or not _INTERNAL.search(session.text), session.text
        session.run("cd / ; unalias echo")
        assert session.run('echo al"ive"') == "alive"
