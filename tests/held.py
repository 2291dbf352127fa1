# SPDX-License-Identifier: MIT
"""Programs that Ctrl-Z holds, and how a test does that."""

import machines as at

# Goes on until sdata.d0 is set, and says then whether what only the C stack has is still there.
LOOP = b"""
import sdata

proc = None


def wait(count, kept):
    try:
        while not sdata.d0:
            count[0] += 1
    finally:
        print("kept", kept, count[0] > 0)


def __main__(args):
    sdata.d0 = 0
    print("begun")
    wait([0], ["%d" % (n * n) for n in range(1000, 1003)])
"""
KEPT = "kept ['1000000', '1002001', '1004004'] True"

# As deep as it can, with an object at each level.
DEEP = b"""
import sdata


def down(n, mark):
    try:
        return down(n + 1, "level %d" % n) + [mark]
    except RuntimeError:
        print("begun at", n > 5)
        while not sdata.d0:
            pass
        return [mark]


def __main__(args):
    sdata.d0 = 0
    found = down(0, "top")
    print("whole", found == ["level %d" % n for n in range(len(found) - 2, -1, -1)] + ["top"])
"""

ASYNC = b"""
import asyncio
import sdata


async def count():
    while True:
        sdata.d0 += 1
        await asyncio.sleep_ms(10)


async def __main__(args):
    sdata.d0 = 0
    task = asyncio.create_task(count())
    print("begun")
    await asyncio.sleep_ms(1500)
    task.cancel()
    print("counted", sdata.d0 > 20)
"""

# What a job counts.
JOB = b"""
import asyncio
import utls

proc = None


async def __main__(args):
    n = 0
    while proc.sts != "S":
        n += 1
        utls.setenv("n", n)
        await asyncio.sleep_ms(20)
"""

READS = b"""
def __main__(args):
    print("got", input("say: "))
"""
STUBBORN = b"""
import time


def __main__(args):
    print("begun")
    while True:
        try:
            time.sleep(1)
        except KeyboardInterrupt:
            print("no")
"""
WHERE = b"""
import os
import sdata


def __main__(args):
    sdata.d0 = 0
    os.chdir("/opt")
    print("begun")
    while not sdata.d0:
        pass
    print("in", os.getcwd())
"""
FULL = b"""
import gc
import sdata


def __main__(args):
    sdata.d0 = 0
    kept = []
    size = 4096
    while size > 200:
        try:
            kept.append(bytearray(size))
        except MemoryError:
            size //= 2
    print("begun")
    for n in range(int(args[0])):
        sdata.d0 += 1
    print("went on", len(kept) > 1)
"""
HEAP = b"import gc\n\n\ndef __main__(args):\n    gc.collect()\n    print(gc.mem_alloc())\n"
GARBAGE = b"""
import gc


def __main__(args):
    for n in range(20):
        junk = ["%d" % (n * k) for k in range(300)]
        gc.collect()
"""
SCRIPT = b"echo begun\nwhile $x < 1000\nincr x\nsleep .02\ndone\necho end $1 $x\n"
FILES = {
    "/etc/init.sh": at.SILENT,
    "/opt/loop.py": LOOP,
    "/opt/deep.py": DEEP,
    "/opt/async.py": ASYNC,
    "/opt/job.py": JOB,
    "/opt/reads.py": READS,
    "/opt/stubborn.py": STUBBORN,
    "/opt/where.py": WHERE,
    "/opt/full.py": FULL,
    "/opt/heap.py": HEAP,
    "/opt/garbage.py": GARBAGE,
    "/opt/lines.sh": SCRIPT,
}
# How often to look for what a program shows at its beginning.
_LOOKS = 100


def begin(session, line, shown="begun"):
    """Type a line and wait until it shows something."""
    start = len(session.text)
    session.type(line)
    for _ in range(_LOOKS):
        if session.text.find(shown, start + len(line)) >= 0:
            return
        session.target.read_quiet(0.1, 20)
    raise AssertionError(session.text)


def hold(session, line, shown="begun"):
    """The same, and hold it; what came."""
    start = len(session.text)
    begin(session, line, shown)
    session.type("\x1a")
    session.wait_prompt()
    return session.text[start:]


def go_on(session, typed):
    """Type fg, this after a while, and wait for the prompt."""
    session.type("fg")
    session.target.read_quiet(0.3, 20)
    session.type(typed)
    session.wait_prompt()


def number(session, expression):
    return int(session.run("< " + expression))
