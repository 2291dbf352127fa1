# SPDX-License-Identifier: MIT
"""Free heap: a long session leaves what it found, and in one piece."""

import lines
import machines as at
from upyfw.measure import bench_lines

TARGET = "RPI_PICO"
MOST_LOST_BYTES = 512
LEAST_IN_ONE_PIECE = 0.9
DIFFERENT = 200

FILES = {
    "/t/a.sh": "echo $1\nif $2 == 2\necho two\nfi\nfor i in 1 2 3\nincr n\ndone\nls > /tmp/x.y\n",
    "/t/p.py": "import json\ndef __main__(args):\n  print(json.dumps(args))\n",
    "/t/oom.py": "def __main__(args):\n  a = []\n  while True: a.append(bytearray(1000))\n",
    "/t/asy.py": "import asyncio\nasync def __main__(args):\n  await asyncio.sleep(0.05)\n",
}
# what ends in all the ways there are, and uses everything that is kept from its first use on: the
# ring of the history, the session's names, those in $PATH
LINES = (
    *("nosuch", "echo 'x", "ls -z", "ls /none", "kill 99", "/t/oom", "> 1/0", "> import os"),
    *("sh /t/a.sh 1 2", "/t/p 1", "/t/asy", "/t/asy &", "wait", "echo a | cat", "help | cat > v"),
    *(
        "echo a > /tmp/o.txt",
        "cat < /tmp/o.txt",
        "read z < /tmp/o.txt",
        "> x=1",
        "< utls.isdir('/')",
    ),
    *("for x in a b c ; echo $x ; done", "if 1 == 1 echo y", "true && false", "export v 1"),
    *("alias a='echo q'", "a b", "unalias a", "loadconfig", "loadboard", "logger hi", "dmesg -c"),
    *("head -2 /t/a.sh", "tail -2 /t/a.sh", "wc /t/a.sh", "sort -u /t/a.sh", "uniq -c /t/a.sh"),
    *("cut -f 1 /t/a.sh", "tr a b < /t/a.sh", "seq 9 | tee /tmp/o.txt", "seq 1 .5 9 | tail -1"),
    *("basename /a", "dirname /a", "grep -n i /t/a.sh", "grep -E 'i|o+' /t/a.sh", "grep x /none"),
    *("cmp /t/a.sh /t/p.py", "sort -k x", "cut -c 0"),
)


def _heap(session) -> tuple[int, int]:
    """Free bytes and the largest free block of them, after a collection."""
    line = "< (gc.collect(), __import__('_upyos').heap()[2:])[1]"
    free, largest = session.run(line).strip("()").split(", ")
    return int(free), int(largest)


def test_different_commands_leave_no_heap_behind(machines):
    different = bench_lines.different(DIFFERENT)
    assert len({line.text for line in different}) == DIFFERENT
    files = {**bench_lines.files(different), **FILES}
    with machines.at_prompt(TARGET, at.image(TARGET, files, lean=True)) as session:
        for line in LINES:
            session.run(line)
        before, _ = _heap(session)
        for line in different:
            lines.run(session, line)
        for line in (*bench_lines.put_back(different), *LINES):
            session.run(line)
        after, largest = _heap(session)
    assert before - after <= MOST_LOST_BYTES
    assert largest >= LEAST_IN_ONE_PIECE * after
