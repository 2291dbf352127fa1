# SPDX-License-Identifier: MIT
"""Ctrl-Z holds the program in the foreground and gives the prompt; fg goes on with it."""

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

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
# What tables that do not shrink may take.
LEFT_BYTES = {"RPI_PICO": 64, "UNIX": 512}
# How often to look for what a program shows at its beginning.
_LOOKS = 100


@pytest.fixture
def session(machines, target):
    with machines.at_prompt(target, fsimage.make(at.board(target), FILES)) as session:
        yield session


def _begin(session, line, shown="begun"):
    """Type a line and wait until it shows something."""
    start = len(session.text)
    session.type(line)
    for _ in range(_LOOKS):
        if session.text.find(shown, start + len(line)) >= 0:
            return
        session.target.read_quiet(0.1, 20)
    raise AssertionError(session.text)


def _hold(session, line, shown="begun"):
    """The same, and hold it; what came."""
    start = len(session.text)
    _begin(session, line, shown)
    session.type("\x1a")
    session.wait_prompt()
    return session.text[start:]


def _number(session, expression):
    return int(session.run("< " + expression))


@both
def test_a_loop_goes_on_where_it_was(session):
    assert "+ Stopped  /opt/loop a b\n" in _hold(session, "/opt/loop a b")
    assert " H /opt/loop a b" in session.run("jobs")
    assert " H " in session.run("ps")
    session.run("> sdata.d0 = 1")
    assert session.run("fg") == "/opt/loop a b\n" + KEPT
    assert session.run("echo $?; jobs") == "0"


@both
def test_what_only_the_stack_has_is_not_collected(session):
    _hold(session, "/opt/loop")
    for _ in range(2):
        assert session.run("/opt/garbage") == ""
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")


@both
@pytest.mark.parametrize("line", ["kill %1", "kill $pid", "kill -9 %", "killall loop"])
def test_kill_ends_it_and_its_finally_runs(session, line):
    _hold(session, "/opt/loop")
    pid = _number(session, "[p.pid for p in sdata.procs if 'loop' in p.cmd][0]")
    output = session.run(line.replace("$pid", str(pid)))
    assert output == "kept" + KEPT[4:] + "\n/opt/loop: ended"
    assert session.run("echo $?; jobs") == "130"


@both
def test_ctrl_c_after_fg(session):
    _hold(session, "/opt/loop")
    session.type("fg")
    session.target.read_quiet(0.3, 10)
    session.type("\x03")
    session.wait_prompt()
    assert "/opt/loop: ended" in session.text


@both
def test_three_quick_ctrl_c_end_a_stubborn_one_after_fg(session):
    _hold(session, "/opt/stubborn")
    session.run("pwd")
    session.type("fg")
    session.target.read_quiet(0.3, 10)
    session.target.send(b"\x03")
    session.target.read_quiet(0.1, 10)
    session.target.send(b"\x03")
    session.target.read_quiet(0.1, 10)
    session.target.send(b"\x03")
    session.wait_prompt()
    assert "/opt/stubborn: ended" in session.text


@both
@pytest.mark.parametrize("line", ["sleep 1.5; echo over", "> time.sleep(1.5); print('over')"])
def test_a_sleep(session, line):
    session.type(line)
    session.target.read_quiet(0.3, 10)
    session.type("\x1a")
    session.wait_prompt()
    assert "+ Stopped" in session.text
    assert session.run("pwd") == "/"
    assert session.run("fg").endswith("\nover")


@both
def test_a_script(session):
    assert "+ Stopped  /opt/lines a" in _hold(session, "export x 0; /opt/lines.sh a")
    x = session.run("echo $x")
    assert session.run("echo $x") == x
    session.run("export x 995")
    assert session.run("fg").endswith("end a 1000")


@both
def test_a_script_is_ended(session):
    _hold(session, "export x 0; sh /opt/lines.sh; echo not reached")
    assert "not reached" not in session.run("kill %1")
    assert session.run("echo $?; jobs") == "130"


@both
def test_a_loop_of_the_prompt(session):
    _hold(session, "for i in a b c; do sleep .7; echo $i-; done", "a-")
    assert session.run("for k in x y; do echo $k; done") == "x\ny"
    assert session.run("fg").endswith("\nb-\nc-")


@both
def test_a_pipe_and_a_redirection(session):
    session.type("/opt/loop > /tmp/out; /opt/loop | tr a-z A-Z")
    for _ in range(2):
        session.target.read_quiet(0.5, 10)
        session.type("\x1a")
        session.wait_prompt()
        assert session.run("echo here | tr e a") == "hara"
        session.run("> sdata.d0 = 1")
        session.type("fg")
    session.wait_prompt()
    assert session.run("cat /tmp/out") == "begun\n" + KEPT
    assert "BEGUN\nKEPT" in session.text


@both
def test_an_async_program(session):
    _hold(session, "/opt/async")
    before = session.run("< sdata.d0")
    assert session.run("sleep .3; < sdata.d0") == before
    assert "counted" not in session.run("/opt/job &")
    assert session.run("fg %1").endswith("/opt/async\ncounted True")


@both
def test_an_async_program_above_one_that_is_held(session):
    _hold(session, "/opt/async")
    assert session.run("/opt/async").endswith("begun\ncounted True")
    assert session.run("fg").endswith("counted True")


@both
def test_jobs_go_on_beside_it(session):
    session.run("/opt/job &")
    for line in ("/opt/loop", "/opt/async"):
        _hold(session, line)
        before = _number(session, "$n")
        session.run("sleep .3")
        assert _number(session, "$n") > before
        session.run("kill %" + line)
    assert "R /opt/job" in session.run("jobs")
    session.run("killall job")


@both
def test_a_thread_beside_it(session):
    session.run("export x 0")
    session.run("sh /opt/lines.sh a &")
    _hold(session, "/opt/loop", "begun\n")
    before = _number(session, "$x")
    session.run("sleep .5")
    assert _number(session, "$x") > before
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    session.run("export x 999")
    assert session.run("wait").endswith("lines.sh a")


@both
def test_a_thread_begun_above_it(session):
    _hold(session, "/opt/loop")
    session.run("export x 990")
    session.run("sh /opt/lines.sh a &")
    session.run("wait $!")
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    assert session.run("jobs; echo $x") == "1000"


@both
def test_a_thread_above_it_after_one_below_it(session):
    session.run("export x 990")
    session.run("sh /opt/lines.sh a &")
    _hold(session, "/opt/loop", "begun\n")
    assert session.run("wait $!").endswith("lines.sh a")
    session.run("export x 0")
    session.run("sh /opt/lines.sh a &")
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg %/opt/loop")
    assert session.run("> from upyos import state; print(state.turn is None)") == "False"
    before = _number(session, "$x")
    session.run("sleep .5")
    assert _number(session, "$x") > before
    session.run("export x 999; wait")
    assert session.run("jobs; echo $x") == "1000"


@both
def test_as_deep_as_it_can_be(session):
    _hold(session, "/opt/deep", "begun at True")
    session.run("/opt/garbage")
    session.run("> sdata.d0 = 1")
    assert session.run("fg").endswith("whole True")


@both
def test_two_above_each_other(session):
    _hold(session, "/opt/loop one")
    _hold(session, "/opt/loop two")
    assert session.run("jobs").count(" H ") == 2
    assert "goes on first" in session.run("fg %1")
    session.run("> sdata.d0 = 1")
    assert session.run("fg") == "/opt/loop two\n" + KEPT
    assert session.run("fg") == "/opt/loop one\n" + KEPT
    assert session.run("jobs") == ""


@both
def test_fifty_times_leave_the_heap_as_it_was(session, target):
    def heap():
        session.run("/opt/heap")
        return int(session.run("/opt/heap"))

    _hold(session, "/opt/loop")
    session.run("kill %1")
    before = heap()
    _hold(session, "/opt/loop")
    for _ in range(50):
        session.type("fg")
        session.target.read_quiet(0.05, 10)
        session.type("\x1a")
        session.wait_prompt()
    session.run("> sdata.d0 = 1")
    assert KEPT in session.run("fg")
    assert heap() <= before + LEFT_BYTES[target]


@pytest.mark.parametrize("target", ["RPI_PICO"])
def test_no_memory_for_the_prompt(session):
    _begin(session, "/opt/full 200000")
    session.type("\x1a")
    session.wait_prompt()
    assert "cannot hold it: out of memory\nwent on True" in session.text


@both
def test_what_waits_for_a_line(session):
    _begin(session, "/opt/reads", "say: ")
    session.type("\x1a")
    session.wait_prompt()
    assert session.run("echo prompt") == "prompt"
    session.type("fg")
    session.target.read_quiet(0.3, 10)
    session.type("yes")
    session.wait_prompt()
    assert "got yes" in session.text


@both
def test_the_directory_is_the_shells(session):
    _hold(session, "/opt/where")
    assert session.run("pwd") == "/"
    session.run("cd /tmp")
    session.run("> sdata.d0 = 1", cwd="/tmp")
    assert session.run("fg").endswith("in /opt")
    assert session.run("pwd") == "/"


@both
def test_bg_says_to_use_fg(session):
    _hold(session, "/opt/loop")
    assert "use fg" in session.run("bg")
    assert session.run("echo $?") == "1"


@both
def test_exit_warns_once_and_ends_it(session):
    _hold(session, "/opt/loop")
    assert session.run("exit") == "There are stopped jobs."
    assert session.run("echo $?") == "1"
    session.type("exit -f")
    session.wait_texts(["kept [", "/opt/loop: ended"], 10)
    assert KEPT in session.text


@both
def test_ctrl_d_and_a_syntax_error_do_not_lose_it(session):
    _hold(session, "/opt/loop")
    session.type("\x04")
    session.wait_prompt()
    assert "Type exit to leave." in session.text
    session.run("echo 'x")
    assert " H /opt/loop" in session.run("jobs")


@both
def test_a_key_where_keys_are_read(session):
    session.type("vi /tmp/x.txt")
    session.target.read_quiet(0.5, 10)
    session.type("\x1a")
    session.target.read_quiet(0.5, 10)
    session.type(":q!")
    session.wait_prompt()
    assert "Stopped" not in session.text


@pytest.mark.parametrize("target", ["RPI_PICO"])
def test_a_reset_above_it(session):
    _hold(session, "/opt/loop")
    session.type("> import upyos_port; upyos_port.soft_reset()")
    session.wait_texts(["soft reboot", "$: "], 20)
    assert session.run("jobs") == ""
    assert "+ Stopped" in _hold(session, "/opt/loop")
    assert session.run("kill %1").endswith("/opt/loop: ended")
