# SPDX-License-Identifier: MIT
"""Threads: one interpreter, whatever two of them do at once."""

import re

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

# Objects that only one thread has, moved about without a new one, while the other thread collects
# and makes garbage: bare MicroPython on an RP2040 frees them within 10 ms.
MOVES = b"""
import _thread
import gc
import time

bad = rounds = 0
stop = False


def moves():
    global bad, rounds
    here = [[n, 7 * n] for n in range(40)]
    there = [0] * 40
    while not stop:
        for at in range(40):
            x = here[at]
            here[at] = 0
            bad += x[1] != 7 * x[0]
            there[39 - at] = x
            x = None
        here, there = there, here
        rounds += 1


def __main__(args):
    global stop
    _thread.start_new_thread(moves, ())
    n = 0
    while n < int(args[0]) or not rounds:
        n += 1
        gc.collect()
        garbage = [[n, n, n] for _ in range(60)]
    stop = True
    time.sleep(0.1)
    print("bad", bad)
"""

# Two threads change one table and one list, and import the same modules.
SHARED = b"""
import _thread
import sys
import time

table = {}
items = []
ended = []


def work(name):
    for n in range(300):
        table[name, n] = n
        items.append(n)
        if n % 3 == 0:
            del table[name, n]
            items.pop(0)
        if n % 50 == 0:
            sys.modules.pop("shared%d" % (n // 50), None)
            assert __import__("shared%d" % (n // 50)).VALUE == 7
    ended.append(name)


def __main__(args):
    _thread.start_new_thread(work, ("a",))
    work("b")
    while len(ended) < 2:
        time.sleep(0.05)
    print(len(table), len(items), sum(table.values()))
"""

TEXT = "text of a file, some blocks long\n" * 40

# Allocates without end, so that a reset finds it in the collector or waiting for it.
ALLOCATES = b"""
def __main__(args):
    while True:
        kept = [bytearray(50) for _ in range(20)]
"""

WAITS = b"""
import time

proc = None


def __main__(args):
    while proc.sts != "S":
        time.sleep(0.05)
    print("wa" + "ited")
"""

# Writes, reads back and removes files: as often as it is told, or until it is asked to stop.
WRITES = b"""
import os

proc = None


def __main__(args):
    name, most = args[0], int(args[1])
    bad = n = 0
    while n != most and proc.sts != "S":
        text = (name + str(n)) * 150
        path = "/tmp/%s%d" % (name, n % 3)
        with open(path, "w") as file:
            file.write(text)
        with open(path) as file:
            bad += file.read() != text
        if n % 3 == 2:
            os.remove(path)
        n += 1
    print(name, bad, "of", n, "bad")
"""

# asyncio in all the places where it may be used; what it prints, it prints from a part.
ASYNC = b"""
import asyncio

proc = None


async def part(name, wait_ms):
    await asyncio.sleep_ms(wait_ms)
    print("part", name, proc.cmd)
    return name


async def whole():
    one = asyncio.create_task(part("one", 30))
    names = await asyncio.gather(one, part("two", 10))
    return names


%s
"""
SYNC_MAIN = "def __main__(args):\n    print('whole', asyncio.run(whole()))\n"
LATE_MAIN = (
    "def __main__(args):\n    import asyncio as late\n"
    "    print('whole', late.get_event_loop().run_until_complete(whole()))\n"
)
ASYNC_MAIN = "async def __main__(args):\n    print('whole', await whole())\n"


@pytest.fixture
def session(machines, target):
    files = {
        "/etc/init.sh": at.SILENT,
        "/opt/moves.py": MOVES,
        "/opt/shared.py": SHARED,
        "/opt/allocates.py": ALLOCATES,
        "/opt/waits.py": WAITS,
        "/opt/writes.py": WRITES,
        "/t/a.txt": TEXT.encode(),
        "/opt/plain.py": ASYNC % SYNC_MAIN.encode(),
        "/opt/late.py": ASYNC % LATE_MAIN.encode(),
        "/opt/awaits.py": ASYNC % ASYNC_MAIN.encode(),
        **{
            f"/lib/shared{n}.py": b"VALUE = 0\nfor n in range(7):\n    VALUE += 1\n"
            for n in range(6)
        },
    }
    with machines.at_prompt(target, fsimage.make(at.board(target), files)) as session:
        yield session


@both
def test_objects_of_a_thread_survive_the_collector(session, full):
    assert session.run(f"/opt/moves {1000 if full else 100}") == "bad 0"


@both
def test_two_threads_share_tables_lists_and_modules(session):
    assert session.run("/opt/shared") == f"400 400 {2 * sum(n for n in range(300) if n % 3)}"


@both
def test_a_thread_and_the_foreground_write_files_at_once(session, target, full):
    rounds = 20 if full else 6
    session.run("/opt/writes thread -1 > /tmp/thread.txt &")
    for n in range(rounds):
        assert session.run("/opt/writes here 3") == "here 0 of 3 bad"
        session.run(f"cp /t/a.txt /tmp/c{n % 4}; mv /tmp/c{n % 4} /tmp/d{n % 4}; logger {n}")
        session.run(f"grep -n blocks /tmp/d{n % 4} > /tmp/e; mkdir /tmp/f; rmdir /tmp/f")
    assert "writes thread" in session.run("jobs")
    session.run("killall writes; wait")
    files = fsimage.read(at.board(target), at.file_system(session, target))
    done = re.fullmatch(rb"thread 0 of (\d+) bad\n", files["/tmp/thread.txt"])
    assert int(done[1]) >= rounds
    assert [files[f"/tmp/d{n}"] for n in range(4)] == [TEXT.encode()] * 4
    assert files["/tmp/e"].count(b"\n") == 40
    assert not {name for name in files if name.startswith("/tmp/c")}


@both
@pytest.mark.parametrize("program", ["plain", "late", "awaits"])
@pytest.mark.parametrize("end", ["", " &"])
def test_asyncio_anywhere(session, program, end):
    session.run("/opt/awaits > /tmp/one.txt &")
    session.run(f"/opt/{program}{end}")
    session.run("wait")
    wanted = [f"part two /opt/{program}", f"part one /opt/{program}", "whole ['one', 'two']"]
    assert session.wait_texts(wanted, limit_s=5) is None, session.text
    assert session.run("cat /tmp/one.txt").splitlines() == [
        "part two /opt/awaits",
        "part one /opt/awaits",
        "whole ['one', 'two']",
    ]


@both
def test_a_thread_in_asyncio_leaves_the_prompt_free(session):
    session.run("/opt/waits &")
    session.run("/opt/awaits &")
    assert "here" in session.run("echo here").splitlines()
    session.run("killall waits")
    session.run("wait")
    assert session.wait_texts(["waited"], limit_s=5) is None


@both
def test_what_a_program_leaves_in_the_loop_goes_with_it(session):
    session.run("/opt/awaits &")
    code = "import asyncio\\nasync def f(): print('lef' + 't')\\nasyncio.create_task(f())"
    session.run(f"> {code}")
    session.run("/opt/plain")
    session.run("wait")
    session.run("sleep 0.2")
    assert re.search("whole .*whole ", session.text, re.DOTALL)


@both
def test_many_soft_resets_while_a_thread_allocates(session, full):
    for _ in range(20 if full else 4):
        session.run("/opt/allocates &")
        session.run("sleep 0.05")
        session.type("reset")
        session.wait_prompt()
        assert session.run("ls /t").splitlines()[0].endswith("a.txt")
    session.run("/opt/waits &")
    session.run("kill $!")
    session.run("wait")
    assert session.wait_texts(["waited"], limit_s=5) is None
