# SPDX-License-Identifier: MIT
"""Ctrl-C ends the next command, whatever the line before has left behind."""

import casefile
import pytest
from hostile import let_pass
from session import Session

PROGRAM = """import asyncio, kernel, sys, time
proc = None
{kind}def __main__(args):
    {body}
"""
CAUGHT = """for i in range({rounds}):
        try:
            while kernel.run_cmd({line!r}) != 130:
                pass
        except KeyboardInterrupt:
            pass"""
BODIES = {
    "exit": "sys.exit(3)",
    "raises": "raise BaseException('no')",
    "memory": "bytearray(1 << 28)",
    "busy": "while True: pass",
    "lines": "while proc.sts != 'S': kernel.run_cmd('echo a > /tmp/o.txt')",
    "out": CAUGHT.format(rounds=6, line="echo a > /tmp/o.txt"),
    "pipe": CAUGHT.format(rounds=6, line="echo a | cat > /dev/null"),
    "once": CAUGHT.format(rounds=1, line="echo a > /tmp/o.txt"),
    "piped": CAUGHT.format(rounds=1, line="echo a | cat > /dev/null"),
    "script": CAUGHT.format(rounds=1, line="sh /t/fore.sh"),
    "scripts": CAUGHT.format(rounds=6, line="sh /t/fore.sh"),
}
FILES = {
    f"/t/{kind[:1]}{name}.py": PROGRAM.format(kind=kind, body=body)
    for name, body in BODIES.items()
    for kind in ("", "async ")
} | {
    "/t/fore.sh": "while true\necho a > /tmp/o.txt\necho a | cat > /dev/null\ndone\n",
    "/t/big.txt": "x" * 6000,
}
# A line, and what is typed then: a number is a wait in s, another line follows at a prompt.
PATHS = {
    "exit": ["/t/exit"],
    "raises": ["/t/raises"],
    "memory": ["/t/memory"],
    "async exit": ["/t/aexit"],
    "ctrl-c": ["/t/busy", 0.3, "\x03"],
    "ctrl-c in a script": ["/t/fore.sh", 0.3, "\x03"],
    "three ctrl-c and redirections": ["/t/out", 0.3, *["\x03", 0.02] * 6],
    "three ctrl-c and pipes": ["/t/pipe", 0.3, *["\x03", 0.02] * 6],
    "three ctrl-c and scripts": ["/t/scripts", 0.3, *["\x03", 0.02] * 6],
    "a task with redirections": ["/t/aonce &", 1.5, "\x03", 0.5],
    "a task with pipes": ["/t/apiped &", 1.5, "\x03", 0.5],
    "a task with a script": ["/t/ascript &", 1.5, "\x03", 0.5],
    "a task that is left": ["/t/aout &", 1.5, *["\x03", 0.3] * 5],
    "a task that is killed": ["/t/abusy &", 1.5, *["\x03", 0.3] * 3, "killall abusy"],
    "a thread that is killed": ["/t/lines &", 0.5, "killall lines"],
    "a pipe whose file is gone": ["cat /t/big.txt | rm /tmp/.pipe* | cat"],
    "held, and on": ["/t/busy", 0.3, "\x1a", 0.3, "fg", 0.3, "\x03"],
    "held, and killed": ["/t/busy", 0.3, "\x1a", 0.3, "kill %1"],
    "held in a script": ["/t/fore.sh", 0.3, "\x1a", 0.3, "fg", 0.3, "\x03"],
    "raw repl": ["\x01", 0.5, "while True: pass\x04", 0.3, "\x03\x02", 0.5, "\x04", 3.0],
    "a loop of the shell": ["> from upyos import shell; shell.loop()", 0.3],
}


@pytest.mark.parametrize("target", casefile.TARGETS)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_ctrl_c_ends_the_next_command(machines, target, path):
    with machines.shared(target, "ctrl-c-lives", FILES) as board:
        session = Session(board)
        for typed in path:
            if type(typed) is float:
                let_pass(session, typed)
            else:
                session.type(typed)
        let_pass(session, 0.5)
        session.target.send(b"\x15")
        assert session.run("echo whole") == "whole"
        session.type("sleep 1000")
        let_pass(session, 0.3)
        session.target.send(b"\x03")
        session.wait_prompt(3)
        assert "sleep" not in session.run("ps")
