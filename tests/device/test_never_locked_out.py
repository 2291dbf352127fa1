# SPDX-License-Identifier: MIT
"""Whatever a job does, the next key typed is read or Ctrl-C ends what keeps it out.

The rule is stated in docs/design.md, 2.9. Programs that do their worst are started in every way
there is; after each `ps`, `hold`, `resume` and `kill` answer. test_starts.py has its other half.
"""

import re

import casefile
import machines as at
import pytest
from hostile import GENERATORS, HEAD, KINDS, QUICK, let_pass, sources
from session import Session

both = pytest.mark.parametrize("target", casefile.TARGETS)


def _lines(folder):
    """Every line that starts one: in the foreground, as task, as thread, from a script."""
    for name in KINDS[folder][1]:
        yield f"/{folder}/{name}"
        yield f"/{folder}/{name} &"
    if folder == "n":
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
        let_pass(session, wait_s)


def _check(session, line, target):
    session.type(line)
    let_pass(session, 0.4)
    _interrupt(session)
    _answers(session, "true", target)
    rows = _answers(session, "ps", target)
    assert "Thread_Id" in rows, line
    for pid in re.findall(r"\n +(\d+) ", rows):
        for word in ("hold", "resume", "kill"):
            _answers(session, f"{word} {pid}", target)
    assert "Thread_Id" in _answers(session, "ps", target), line


@both
@pytest.mark.parametrize("folder", KINDS)
def test_the_console_answers(machines, target, folder, full):
    files = sources(folder)
    for line in _lines(folder):
        if not full and line.strip(" &").rpartition("/")[2] not in QUICK:
            continue
        with machines.shared(target, f"locked-out-{folder}", files) as board:
            session = Session(board)
            _check(session, line, target)
            left = _answers(session, "ps", target)
        if re.search(r"\d /(?!n/spin)", left):
            # A thread that does not end has the only other core.
            machines.close()


@both
def test_ctrl_c_at_the_prompt_ends_a_job_that_holds_the_loop(machines, target):
    with machines.at_prompt(target, at.image(target, sources("a"))) as session:
        for name in ("spin", "sleeps", "stubborn", "long_poll"):
            session.forget()
            session.type(f"/a/{name} &")
            let_pass(session, 0.3)
            session.target.send(b"\x03echo ty'ped'\r")
            if name == "stubborn":
                # It catches the first one.
                let_pass(session, 1.2)
                session.target.send(b"\x03echo ty'ped'\r")
            said = (f"/a/{name}: ended", f"+ Done  /a/{name}", "\ntyped\n")
            assert session.wait_texts(said, 10) is None, session.text


@both
def test_a_generator_is_no_coroutine(machines, target):
    with machines.at_prompt(target, at.image(target, sources("n"))) as session:
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
        let_pass(session, 1.9)
        session.type("sleep 30")
        let_pass(session, 0.1)
        session.target.send(b"\x03")
        assert session.wait_texts(("sleep: ended",), 5) is None
        assert "slow" in session.run("ps")
        assert "slow: ended" not in session.text


@both
def test_a_program_may_take_each_ctrl_c_that_is_no_third_in_a_row(machines, target):
    takes = "import time\ndef __main__(args):\n    for i in range(4):\n        try:\n"
    takes += "            while True:\n                time.sleep_ms(10)\n"
    takes += "        except KeyboardInterrupt:\n            print('taken', i)\n"
    with machines.at_prompt(target, at.image(target, {"/opt/takes.py": takes})) as session:
        session.type("/opt/takes")
        let_pass(session, 0.5)
        for i in range(4):
            session.target.send(b"\x03")
            assert session.wait_texts((f"taken {i}",), 5) is None
            let_pass(session, 1.3)
        assert session.run("echo $?") == "0"
        session.type("/opt/takes")
        let_pass(session, 0.5)
        for _ in range(3):
            session.target.send(b"\x03")
            let_pass(session, 0.1)
        assert session.run("echo $?") == "130"


@both
def test_a_held_script_does_not_hold_the_console(machines, target):
    with machines.at_prompt(target, at.image(target, sources("n"))) as session:
        session.run("/opt/up.sh &")
        session.run("hold $!")
        let_pass(session, 1)
        first = _answers(session, "echo k=$k=", target)
        let_pass(session, 1)
        assert _value(first) == _value(_answers(session, "echo k=$k=", target))
        assert " H " in _answers(session, "ps", target)
        _answers(session, "resume $!", target)
        let_pass(session, 1)
        assert _value(first) != _value(_answers(session, "echo k=$k=", target))
        _answers(session, "kill $!", target)
        _answers(session, "wait", target)
        assert "/opt/up" not in session.run("ps")


def _value(text):
    return re.findall(r"k=(\d*)=", text)[-1]


# Interrupts of the core that a thread runs on are not those that bring keys.
OFF = {
    "once": "machine.disable_irq(); spin()",
    "twice": "machine.disable_irq(); machine.disable_irq(); spin()",
    "sleeps": "machine.disable_irq(); time.sleep(1000)",
    "stubborn": """
    while True:
        try:
            machine.disable_irq()
            while True:
                pass
        except BaseException:
            pass""",
}


def test_a_thread_with_interrupts_off_is_ended(machines):
    files = {f"/o/{name}.py": _program("def", body) for name, body in OFF.items()}
    for name in OFF:
        with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", files)) as session:
            session.type(f"/o/{name} &")
            let_pass(session, 0.4)
            for _ in range(3):
                _answers(session, "true", "RPI_PICO")
            if name == "stubborn":
                _answers(session, "kill $!", "RPI_PICO")
            else:
                assert f"/o/{name}: RuntimeError: interrupts were off for too long" in session.text
            assert "Thread_Id" in _answers(session, "ps", "RPI_PICO")


# On core 0 no key comes then, and no timer. What ends such a program is the NMI (masked.c).
def test_a_program_with_interrupts_off_is_ended(machines):
    files = {f"/o/{name}.py": _program("def", body) for name, body in OFF.items()}
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", files)) as session:
        for name in OFF:
            _check_off(session, f"/o/{name}")


def test_a_task_with_interrupts_off_is_ended(machines):
    files = {f"/o/{name}.py": _program("async def", OFF[name]) for name in ("once", "stubborn")}
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", files)) as session:
        for name in ("once", "stubborn"):
            _check_off(session, f"/o/{name} &")


def _program(kind, body):
    return f"{HEAD}{kind} __main__(args):\n    {body.strip()}\n"


def _check_off(session, line):
    session.forget()
    session.type(line)
    let_pass(session, 1.2)
    if "stubborn" in line:
        _interrupt(session)
    assert "Thread_Id" in _answers(session, "ps", "RPI_PICO"), line
    assert "/o/" not in _answers(session, "ps", "RPI_PICO"), line
    if "stubborn" not in line:
        assert "RuntimeError: interrupts were off for too long" in session.text, line


def test_interrupts_off_in_a_start_hold_it_up_no_longer(machines):
    """After a sleep of the chip too, which turns the NMI off."""
    init = "> import machine\n> machine.lightsleep(20)\n> while True: machine.disable_irq()\n"
    with machines.at_prompt("RPI_PICO", at.image("RPI_PICO", {"/etc/init.sh": init})) as session:
        assert "interrupts were off for too long" in session.text
        assert session.run("echo fi'ne'") == "fine"


# The scheduler is locked while they run.
CALLED = {
    "spin": "micropython.schedule(spin, 0)",
    "sleeps": "micropython.schedule(time.sleep, 1000)",
    "stubborn": "micropython.schedule(lambda _: stubborn(), 0)",
    "timer": "t = machine and machine.Timer(period=10, callback=spin); time.sleep(.3)",
}


@both
def test_a_callback_that_does_not_return_is_ended(machines, target):
    files = {f"/n/{name}.py": _program("def", body) for name, body in CALLED.items()}
    files |= {f"/a/{name}.py": _program("async def", body) for name, body in CALLED.items()}
    lines = ("/n/spin", "/a/spin &", "/n/sleeps", "/a/stubborn &", "/n/timer", "/a/timer &")
    with machines.at_prompt(target, at.image(target, files)) as session:
        for line in lines[: 4 if target == "UNIX" else 6]:
            session.forget()
            session.type(line)
            let_pass(session, 1.2)
            if "stubborn" in line:
                session.target.send(b"\x03")
                let_pass(session, 0.4)
            session.target.send(b"\x03")
            assert session.wait_texts(("callback: ended",), 10) is None, line
            assert "Thread_Id" in _answers(session, "ps", target), line


@both
def test_a_callback_fails_on_one_line_and_is_called_again(machines, target):
    program = "micropython.schedule(int, 'x'); time.sleep(.1); micropython.schedule(int, 'y')"
    files = {"/n/fails.py": _program("def", program)}
    with machines.at_prompt(target, at.image(target, files)) as session:
        session.type("/n/fails")
        wanted = "callback: ValueError: invalid syntax for integer with base 10"
        assert session.wait_texts((wanted, wanted), 10) is None, session.text
        assert "Traceback" not in session.text
