# SPDX-License-Identifier: MIT
"""Whatever a job does, the console answers; whatever init.sh starts, the fourth start can mend it.

The rule is stated in docs/design.md, 2.10. Programs that do their worst are started in every way
there is; after each the next keys typed are read or Ctrl-C ends what keeps them out, and `ps`,
`hold`, `resume` and `kill` answer.
"""

import re

import casefile
import machines as at
import pytest
from session import Session
from upyfw.targets.base import TargetError

both = pytest.mark.parametrize("target", casefile.TARGETS)

HEAD = """
import asyncio, gc, io, micropython, sys, time
import sdata
try:
    import _thread
    import machine
except ImportError:
    machine = None

proc = None


class Text(Exception):
    def __str__(self):
        while True:
            pass


class Left:
    def __del__(self):
        while True:
            pass


# Only a poll misbehaves: MicroPython for UNIX crashes if the question for a file number raises.
class Never(io.IOBase):
    def ioctl(self, request, argument):
        return self.poll() if request == 3 else -1

    def poll(self):
        return 0


class Long(Never):
    def poll(self):
        while True:
            pass


class Bad(Never):
    def poll(self):
        raise Text


class Stubborn(Never):
    def poll(self):
        stubborn()


def spin(*args):
    while True:
        pass


def stubborn():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def held():
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


async def away():
    while True:
        await asyncio.sleep_ms(20)


async def bad():
    raise Text


"""

# What synchronous and async programs have in common.
COMMON = {
    "spin": "spin()",
    "sleeps": "while True: time.sleep(1)",
    "sleeps_long": "time.sleep(1000)",
    "stubborn": "stubborn()",
    "stubborn_sleep": """
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass""",
    "finally": """
    try:
        spin()
    finally:
        stubborn()""",
    "nested_handlers": """
    while True:
        try:
            try:
                stubborn()
            except BaseException:
                stubborn()
        except BaseException:
            continue""",
    "lock": "held().acquire()",
    "lock_stubborn": """
    lock = held()
    while True:
        try:
            lock.acquire()
        except BaseException:
            pass""",
    "with_lock": "with held(): pass",
    "text": "raise Text",
    "exit_text": "raise SystemExit(Text())",
    "del": "Left(); gc.collect()",
    "prints": "while True: print('x' * 70)",
    "own_loop": "asyncio.run(away())",
    "own_loop_stubborn": """
    while True:
        try:
            asyncio.run(away())
        except BaseException:
            pass""",
    "handler": """
    asyncio.get_event_loop().set_exception_handler(spin)
    asyncio.create_task(bad())
    asyncio.run(away())""",
    "reads": "while True: sys.stdin.read(1)",
    "closes": "sys.stdin.close(); sys.stdout.close(); spin()",
    "kbd_intr": "micropython.kbd_intr(-1); time.sleep(0.1); 1 / 0",
    "heap": "micropython.heap_lock(); spin()",
    "memory": "kept = []\n    while True: kept.append(bytearray(500))",
    "collect": "while True: gc.collect()",
    "thread": "_thread.start_new_thread(time.sleep, (3,)); spin()",
    "waits_job": "sdata.upyos.run_cmd('/n/spin')",
    "procs": "sdata.procs = None; sdata.procs = [7]; time.sleep(0.5)",
    "proc_args": "proc.args = 7",
    "proc_cmd": "proc.cmd = None",
    "proc_pid": "proc.pid = 'x'",
    "proc_all": """
    for name in ('args', 'cmd', 'pid', 'tid', 'sts', 'stt', 'isthr', 'rmmod', 'outer'):
        setattr(proc, name, Text())
    for name in ('source', 'line', 'text', 'ext'):
        setattr(proc, name, Text())""",
    "proc_none": "proc.__init__ = proc.outer = proc.line = proc.tid = proc.stt = None; spin()",
    "proc_gone": "del proc.cmd, proc.args, proc.pid, proc.stt",
}
GENERATORS = {
    "yields": "yield",
    "yields_on": "while True: yield",
    "yields_number": "while True: yield 5",
    "yields_busy": "while True:\n        time.sleep(0.3)\n        yield",
}
ASYNC = {
    "never_ready": """
    from asyncio import core
    while True:
        await asyncio.StreamReader(Never()).read(1)""",
    "long_poll": "await asyncio.StreamReader(Long()).read(1)",
    "bad_poll": "await asyncio.StreamReader(Bad()).read(1)",
    "stubborn_poll": "await asyncio.StreamReader(Stubborn()).read(1)",
    "awaits_stubborn": """
    while True:
        try:
            await asyncio.sleep_ms(10)
            spin()
        except BaseException:
            pass""",
    "part": """
    asyncio.create_task(bad())
    while True:
        await asyncio.sleep_ms(10)""",
    "part_spins": """
    async def other():
        spin()
    asyncio.create_task(other())
    while True:
        await asyncio.sleep_ms(10)""",
    "part_closes": """
    async def other():
        try:
            await away()
        finally:
            stubborn()
    asyncio.create_task(other())
    await asyncio.sleep_ms(50)""",
}
# Chosen from all: those that found something, and one of each kind.
QUICK = ("spin", "sleeps", "stubborn_sleep", "lock", "text", "proc_all", "yields_on", "own_loop")


def _sources():
    files = {}
    for folder, head, bodies in (
        ("n", "def __main__(args):\n    ", COMMON | GENERATORS),
        ("a", "async def __main__(args):\n    ", COMMON | ASYNC),
    ):
        for name, body in bodies.items():
            files[f"/{folder}/{name}.py"] = HEAD + head + body.strip() + "\n"
    files["/n/module.py"] = HEAD + "spin()\n"
    files["/opt/up.sh"] = ":a\nsleep 0.2\nincr k\ngoto a\n"
    files["/opt/line.sh"] = "> while True: pass\n"
    files["/opt/load.sh"] = "/n/module\n"
    return files


def _lines():
    """Every line that starts one: in the foreground, as task, as thread, from a script."""
    for name in [*COMMON, *GENERATORS]:
        yield f"/n/{name}"
        yield f"/n/{name} &"
    for name in [*COMMON, *ASYNC]:
        yield f"/a/{name}"
        yield f"/a/{name} &"
    yield from ("/n/module", "/n/module &", "/opt/up.sh &", "/opt/line.sh &", "/opt/load.sh &")


# Kept short: the emulator runs at about the speed of a board.
LIMIT_S = {"RPI_PICO": 2.0, "UNIX": 30.0}


def _answers(session, line, target):
    """What a line prints, between other output; it must answer within 2 s of the board."""
    session.target.send(f"{line} ; echo an'swer'ed\r".encode())
    return session.target.read_until(re.compile(rb"answered"), LIMIT_S[target]).decode()


def _interrupt(session):
    """Press Ctrl-C as a user does who sees nothing happen: now, after a moment, thrice quickly."""
    for wait_s in (1.2, 0.3, 0.1, 0.1, 0.3):
        session.target.send(b"\x03")
        _pass(session, wait_s)


def _pass(session, seconds):
    """Let time of the target go by, whatever it prints."""
    try:
        session.target.read_until(re.compile(rb"\0never\0"), seconds)
    except TargetError:
        return


def _check(session, line, target):
    session.type(line)
    _pass(session, 0.4)
    _interrupt(session)
    _answers(session, "true", target)
    rows = _answers(session, "ps", target)
    assert "Thread_Id" in rows, line
    for pid in re.findall(r"\n +(\d+) ", rows):
        for word in ("hold", "resume", "kill"):
            _answers(session, f"{word} {pid}", target)
    assert "Thread_Id" in _answers(session, "ps", target), line


@both
def test_the_console_answers(machines, target, full):
    files = _sources()
    for line in _lines():
        if not full and line.strip(" &").rpartition("/")[2] not in QUICK:
            continue
        with machines.shared(target, "locked-out", files) as board:
            session = Session(board)
            _check(session, line, target)
            left = _answers(session, "ps", target)
        if re.search(r"\d /(?!n/spin)", left):
            # A thread that does not end has the only other core.
            machines.close()


@both
def test_ctrl_c_at_the_prompt_ends_a_job_that_holds_the_loop(machines, target):
    with machines.at_prompt(target, at.image(target, _sources())) as session:
        for name in ("spin", "sleeps", "stubborn", "long_poll"):
            session.forget()
            session.type(f"/a/{name} &")
            _pass(session, 0.3)
            session.target.send(b"\x03echo ty'ped'\r")
            if name == "stubborn":
                # It catches the first one.
                _pass(session, 1.2)
                session.target.send(b"\x03echo ty'ped'\r")
            said = (f"/a/{name}: ended", f"+ Done  /a/{name}", "\ntyped\n")
            assert session.wait_texts(said, 10) is None, session.text


@both
def test_a_generator_is_no_coroutine(machines, target):
    with machines.at_prompt(target, at.image(target, _sources())) as session:
        for name in GENERATORS:
            assert "yield without await" in session.run(f"/n/{name}")
            assert session.run("echo $?") == "1"
            session.forget()
            session.run(f"/n/{name} &")
            assert session.wait_texts(("yield without await", "+ Done"), 10) is None


@both
def test_a_long_step_now_and_then_ends_nothing(machines, target):
    """Ctrl-C meets the foreground while a job gives way, however long its steps were before."""
    slow = "import asyncio, time\nasync def __main__(args):\n    while True:\n"
    slow += "        time.sleep(1.5)\n        await asyncio.sleep(1)\n"
    with machines.at_prompt(target, at.image(target, {"/opt/slow.py": slow})) as session:
        session.type("/opt/slow &")
        _pass(session, 1.9)
        session.type("sleep 30")
        _pass(session, 0.1)
        session.target.send(b"\x03")
        assert session.wait_texts(("sleep: ended",), 5) is None
        assert "slow" in session.run("ps")
        assert "slow: ended" not in session.text


@both
def test_a_held_script_does_not_hold_the_console(machines, target):
    with machines.at_prompt(target, at.image(target, _sources())) as session:
        session.run("/opt/up.sh &")
        session.run("hold $!")
        _pass(session, 1)
        first = _answers(session, "echo k=$k=", target)
        _pass(session, 1)
        assert _value(first) == _value(_answers(session, "echo k=$k=", target))
        assert " H " in _answers(session, "ps", target)
        _answers(session, "resume $!", target)
        _pass(session, 1)
        assert _value(first) != _value(_answers(session, "echo k=$k=", target))
        _answers(session, "kill $!", target)
        _answers(session, "wait", target)
        assert "/opt/up" not in session.run("ps")


def _value(text):
    return re.findall(r"k=(\d*)=", text)[-1]


# ---- from init.sh ------------------------------------------------------------------------------

STARTS = ("/a/spin &", "/a/stubborn &", "/n/stubborn", "/n/spin &\n/a/sleeps &", "/a/lock &")


def _locked_start(session, target):
    """Let a start lock itself up, press some keys, press reset."""
    _pass(session, 2.5 if target == "RPI_PICO" else 1.5)
    session.type("true")
    _pass(session, 0.2)
    session.target.reset()


@both
def test_the_fourth_start_is_a_prompt_that_can_mend(machines, target, full):
    for init in STARTS if full else STARTS[:2]:
        _lock_three_starts(machines, target, init)


def _lock_three_starts(machines, target, init):
    image = at.image(target, {**_sources(), "/etc/init.sh": init + "\n"})
    with machines.started(target, image) as session:
        for _ in range(3):
            _locked_start(session, target)
        session.forget()
        session.wait_prompt()
        assert "Recovery mode" in session.text
        assert "3 starts did not keep the prompt" in session.text
        session.run("echo > /etc/init.sh")
        session.type("reset")
        assert session.wait_texts(("Normal mode", "/ $: "), 30) is None
        assert session.run("echo fi'ne'") == "fine"


@both
def test_resets_after_a_line_are_no_failures(machines, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        for typed in ("\r", "pwd\r", "\r", "pwd\r"):
            session.target.send(typed.encode())
            session.wait_prompt()
            session.target.reset()
            session.forget()
            session.wait_prompt()
            assert "Normal mode" in session.text


@both
def test_a_start_is_good_after_some_seconds_and_not_before(machines, target):
    with machines.at_prompt(target, at.image(target, {})) as session:
        for seconds, mode in ((0, 0), (0, 0), (6, 0), (0, 0), (0, 0), (0, 1)):
            _pass(session, seconds)
            session.target.reset()
            session.forget()
            session.wait_prompt()
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
