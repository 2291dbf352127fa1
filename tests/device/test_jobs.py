# SPDX-License-Identifier: MIT
"""Background jobs: they go on whatever the foreground does, and leave nothing behind."""

import re

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

# how long COUNT sleeps between two counts
PERIOD_MS = 50
COUNT = b"""
import asyncio
import sdata

proc = None


async def __main__(args):
    sdata.d0 = 0
    while proc.sts != "S":
        sdata.d0 += 1
        if args:
            print("count", sdata.d0)
        await asyncio.sleep_ms(50)
"""

SPIN = b"""
import time

proc = None


def __main__(args):
    start = time.ticks_ms()
    while proc.sts != "S" and time.ticks_diff(time.ticks_ms(), start) < int(args[0]):
        pass
    print("spun")
"""

INNER = b"""
import asyncio


async def __main__(args):
    await asyncio.sleep(2)
"""

ARGS = b"for k in 1 2 3 4 5 6 7 8\nsleep .05\nfalse\ndone\necho all $# $1\n"
LINES = b"export k 0\nwhile $k < 200\nincr k\nsleep .05\ndone\necho all $k\n"
HEAP = b"import gc\n\n\ndef __main__(args):\n    gc.collect()\n    print(gc.mem_alloc())\n"
# What a job may leave: tables grow in steps and do not shrink. Pointers of UNIX are twice as long.
LEFT_BYTES = {"RPI_PICO": 512, "UNIX": 1024}


@pytest.fixture
def session(machines, target):
    files = {
        "/etc/init.sh": at.SILENT,
        "/opt/count.py": COUNT,
        "/opt/spin.py": SPIN,
        "/opt/inner.py": INNER,
        "/opt/lines.sh": LINES,
        "/opt/args.sh": ARGS,
        "/opt/reads.sh": b"read zz\n",
        "/opt/heap.py": HEAP,
    }
    with machines.at_prompt(target, fsimage.make(at.board(target), files)) as session:
        yield session


def _number(session, expression):
    return int(session.run("< " + expression))


def _check_counted(session, line):
    """The job counts while a line runs: more than once, and never sooner than its 50 ms are over.

    How often it could have is said by the device's own clock, whatever else this machine does.
    """
    began_ms = _number(session, "__import__('time').ticks_ms()")
    before = _number(session, "sdata.d0")
    session.run(line)
    counted = _number(session, "sdata.d0") - before
    passed_ms = _number(session, "__import__('time').ticks_ms()") - began_ms
    # one more for the count that was due as the clock was read
    assert 2 <= counted <= passed_ms / PERIOD_MS + 1


@both
@pytest.mark.parametrize("line", ["> time.sleep(2)", "sleep 2", "/opt/spin 2000"])
def test_a_task_goes_on_while_the_foreground_runs(session, line):
    session.run("/opt/count &")
    _check_counted(session, line)


@both
def test_a_task_goes_on_inside_a_loop_of_the_program(session):
    session.run("/opt/count &")
    _check_counted(session, "/opt/inner")
    _check_counted(session, "sleep 1")


@both
def test_ctrl_c_meets_the_foreground_and_not_the_task(session):
    session.run("/opt/count &")
    session.type("sleep 30")
    session.target.read_quiet(0.3, 10)
    session.type("\x03")
    session.wait_prompt()
    assert "sleep: ended" in session.text
    assert "count: ended" not in session.text
    _check_counted(session, "sleep 1")


@both
def test_a_line_being_typed_is_kept(session):
    session.run("/opt/count loud &")
    session.target.send(b"echo ab")
    session.target.read_until(re.compile(rb"count 9\r"), 10)
    session.target.send(b"cd\r")
    session.target.read_until(re.compile(rb"\nabcd\r"), 10)
    session.run("killall count")


@both
def test_kill_stops_a_script_between_lines(session):
    session.run("/opt/lines.sh &")
    session.run("sleep 1")
    assert "lines" in session.run("ps")
    session.run("kill $!")
    session.run("wait")
    assert "lines" not in session.run("ps")
    assert re.search(r"\nall \d", session.text) is None


@both
def test_task_and_threads_share_the_shell(session):
    session.run("/opt/count &")
    session.run("/opt/spin 1500 &")
    for number in range(5):
        assert session.run(f"echo line {number}").splitlines()[-1] == f"line {number}"
        assert session.run("false ; echo st=$?").splitlines()[-1] == "st=1"
    session.run("killall count")
    session.run("wait")
    assert session.wait_texts(("spun",), limit_s=10) is None
    assert "count" not in session.run("ps")


@pytest.mark.parametrize("target", ["UNIX"])
def test_more_jobs_than_can_be_are_refused(session):
    """Each thread of theirs has a place for its output; the fifth job stopped the system."""
    printed = session.run("sleep 9 & " * 9 + "echo $?").splitlines()
    assert printed[7:] == ["sleep: no free thread: at most 7"] * 2 + ["1"]
    assert session.run("echo on > /tmp/on.txt ; cat /tmp/on.txt | cat") == "on"
    session.run("killall sleep ; wait")
    assert "sleep" not in session.run("ps")


@both
def test_a_typed_result_reaches_its_variable_while_a_thread_runs(session):
    session.run("/opt/spin 9000 &")
    session.run("test -d /etc > v ; df > w")
    assert session.run("< $v, type($w)") == "True <class 'dict'>"
    assert session.run("test -f /none && echo yes") == ""


@both
def test_a_script_in_a_thread_keeps_its_arguments(session):
    session.run("sh /opt/args.sh one &")
    for _ in range(4):
        session.run("true")
        session.run("sleep 0.1")
    session.run("wait")
    assert session.wait_texts(("all 1 one",), limit_s=5) is None


@both
@pytest.mark.parametrize("line", ["read zz &", "cat &", "/opt/reads &"])
def test_a_job_does_not_take_what_is_typed(session, line):
    session.run(line)
    session.run("wait")
    assert "typed=" in session.run("echo typed=$zz").splitlines()


@both
def test_a_job_leaves_no_heap_behind(session, target):
    session.run("/opt/heap")
    before = int(session.run("/opt/heap"))
    for line in ("/opt/count &", "killall count", "wait", "/opt/spin 10 &", "wait", "true"):
        session.run(line)
    # the collector takes for a pointer what an earlier call left on the stack: more than once
    left = min(int(session.run("/opt/heap")) for _ in range(4))
    assert left - before <= LEFT_BYTES[target]


def test_the_raw_repl_is_not_disturbed(machines):
    files = {"/etc/init.sh": at.SILENT, "/opt/count.py": COUNT}
    image = fsimage.make(at.board("RPI_PICO"), files)
    with machines.at_prompt("RPI_PICO", image) as session:
        session.run("/opt/count loud &")
        session.target.send(b"\x01")
        session.target.read_until(re.compile(rb"raw REPL; CTRL-B to exit\r\n>"), 10)
        session.target.send(b"import time; time.sleep(1); print(6 * 7)\x04")
        answer = session.target.read_until(re.compile(rb"\x04.*\x04>"), 10)
        assert answer == b"OK42\r\n\x04\x04>"
        session.target.send(b"\x02\x04")
        session.wait_prompt()
        assert session.run("pwd") == "/"


# Programs that are deep in their calls while jobs are due.
DEEP = {
    "cp /t/big.txt /t/copy.txt": "/t/big.txt -> /t/copy.txt",
    "sort /t/big.txt | uniq | wc": "1 1 16",
    "sh /t/deep.sh": "1 1 16",
}


@pytest.mark.parametrize("line", DEEP)
def test_a_job_takes_no_stack_that_is_not_there(machines, line):
    """It waits for a moment instead; an error of its own would stand in the program's output."""
    files = {
        "/opt/count.py": COUNT.decode(),
        "/t/big.txt": "0123456789abcde\n" * 4000,
        "/t/deep.sh": "sort /t/big.txt | uniq | wc\n",
    }
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", files)) as session:
        session.run("/opt/count &")
        before = int(session.run("< sdata.d0"))
        assert session.run(line) == DEEP[line]
        assert int(session.run("< sdata.d0")) > before
        assert "Error" not in session.text


@both
def test_a_ports_module_takes_stack_once(machines, target):
    """It is loaded again and again, and each time asks for room for C code."""
    with machines.at_prompt(target, at.image(target, {})) as session:
        asks = "[__import__('_upyos').headroom(512) for _ in range(400)]"
        assert session.run(f"> {asks}") == ""
        assert session.run("seq 9 | sort -r | head -1") == "9"
