# SPDX-License-Identifier: MIT
"""The lines that a bench run types, and what the earlier system took for the same ones."""

import json

from upyfw.base.paths import REPO

# name → line typed; the files they need are made by bench
COMMANDS = {
    "pwd": "pwd",
    "echo hello": "echo hello",
    "cd /etc": "cd /etc",
    "test -f": "test -f /b/text",
    "test -f, its answer away": "test -f /b/text > 0",
    "export": "export v 5",
    "ps": "ps",
    "free": "free",
    "df -h": "df -h",
    "date": "date",
    "uptime": "uptime",
    "ls /": "ls /",
    "ls /etc": "ls /etc",
    "ls of 73 files": "ls /b/many",
    "cat of 4 KB": "cat /b/text",
    "grep in 4 KB": "grep line9 /b/text",
    "head of 4 KB": "head /b/text",
    "tail of 4 KB": "tail /b/text",
    "wc of 4 KB": "wc /b/text",
    "cut of 4 KB": "cut -c 1-10 /b/text",
    "tr of 4 KB": "tr a-z A-Z < /b/text",
    "uniq of 4 KB": "uniq /b/text",
    "cp of 4 KB": "cp /b/text /b/copy",
    "sort of 500 lines": "sort /b/lines > /b/sorted.txt",
    "mv": "mv /b/one /b/two ; mv /b/two /b/one",
    "touch": "touch /b/one2",
    "mkdir": "mkdir /b/d",
    "rmdir": "rmdir /b/d",
    "mkdir, rmdir": "mkdir /b/d ; rmdir /b/d",
    "find in all files": "find ten /b -r",
    "help": "help",
    "sh of 10 lines": "sh /b/ten.sh",
    "python line": "< 1 + 1",
    "pipe": "echo hello | cat",
    "> to a file": "echo hello > /b/out.txt",
    "not found": "nosuch",
}
# line → what takes it back, so that it succeeds a second time
UNDO = {"mkdir /b/d": "rmdir /b/d", "rmdir /b/d": "mkdir /b/d"}
# name → the same job at the prompt of bare MicroPython; the other commands it has nothing for
BARE = {
    "pwd": "os.getcwd()",
    "echo hello": "print('hello')",
    "cd /etc": "os.chdir('/')",
    "export": "v = 5",
    "python line": "1 + 1",
}

# The earlier system as .py files on the file system of the bare firmware, measured in this
# emulator; the file says of which commit, and how. It is not here any more to be run.
ORIGINAL: dict = json.loads((REPO / "scripts/upyfw/measure/original.json").read_text())


def original_ms() -> dict[str, float]:
    """Return {name: busy milliseconds of the earlier system} of the lines that were measured."""
    lines = ORIGINAL["lines_ms"]
    return {name: lines[line] for name, line in COMMANDS.items() if line in lines}
