# SPDX-License-Identifier: MIT
"""What comes between two steps of the foreground: a tick of the jobs, Ctrl-C, another thread."""

import random
import time

import pytest
from casefile import TARGETS
from held import begin
from machines import image
from upyfw.targets.base import TargetError

# How long a prompt may take to come after Ctrl-C, and how often that is typed until then.
LIMIT_S = 0.7
TRIES = 12

TASK = """import asyncio
async def __main__(args):
    while True:
        await asyncio.sleep_ms(1)
"""
SHORT = """def __main__(args):
    pass
"""
THREAD = """import time
def __main__(args):
    while True:
        time.sleep_ms(1)
"""
# Each begins a loop of its own, with a task that ends in its first step.
LOOPS = {
    "run": "asyncio.run(main(i))",
    "task": "asyncio.get_event_loop().run_until_complete(asyncio.create_task(main(i)))",
}
LOOP = """import asyncio
async def main(i):
    return i
def __main__(args):
    for i in range({rounds}):
        if {call} != i:
            print("not", i)
    print("all of them")
"""
# What programs do with the values of their line, in the turn.
TURNS = {
    "variable": "variables.get('?')",
    "command": "kernel.run_cmd('cd /')",
}
TURN = """import kernel
from upyos import variables
def __main__(args):
    while True:
        {call}
"""
LOGS = """import asyncio, utls
async def __main__(args):
    for i in range(60):
        utls.log("task%d" % i, "from")
        await asyncio.sleep_ms(1)
"""
LOG = """import utls
def __main__(args):
    for i in range(60):
        utls.log("fore%d" % i, "from")
"""
COUNTS = """import asyncio, sdata
async def __main__(args):
    sdata.d0 = 0
    while True:
        sdata.d0 += 1
        await asyncio.sleep_ms(0)
"""
SPINS = """import asyncio
async def __main__(args):
    print("begun")
    while True:
        await asyncio.sleep_ms(50)
"""
SLEEPS = """import asyncio, sdata
async def __main__(args):
    sleep = asyncio.sleep_ms(60000)
    print("begun")
    while sdata.d0 > -1:
        pass
    await sleep
"""


both = pytest.mark.parametrize("target", TARGETS)


def _started(machines, target="UNIX", **files):
    texts = {f"/t/{name}.py": text for name, text in files.items()}
    return machines.at_prompt(target, image(target, texts | {"/t/big.txt": "x" * 6000}))


def _rounds(target, unix, board):
    """How often: the emulator is slower, and what comes in between has more room there."""
    return unix if target == "UNIX" else board


def _pass(session, seconds):
    """Let time of the target go by."""
    if hasattr(session.target, "advance"):
        session.target.advance(seconds)
    else:
        time.sleep(seconds)


def _interrupt(session, line, most):
    """Type a line, and while it runs Ctrl-C, several at once; the prompt comes."""
    session.type(line)
    _pass(session, random.uniform(0.01, 0.05))
    for _ in range(random.randint(1, most)):
        session.target.send(b"\x03")
        _pass(session, random.uniform(0, 0.002))
    for _ in range(TRIES):
        try:
            return session.wait_prompt(LIMIT_S)
        except TargetError:
            # it was typed before the line began
            session.target.send(b"\x03")
    return session.wait_prompt(LIMIT_S)


def _write_loop(session, line):
    """Write /t/fore.sh: a line for ever."""
    session.run(f"echo 'while true' > /t/fore.sh; echo '{line}' >> /t/fore.sh")
    session.run("echo done >> /t/fore.sh")


def _clear(session):
    """Wait for the last of many prompts, with nothing typed behind it."""
    session.target.read_quiet(0.3, 10)
    session.target.send(b"\x15")


@both
@pytest.mark.parametrize("call", LOOPS.values(), ids=LOOPS)
def test_a_loop_whose_task_a_tick_has_run(machines, target, call):
    fore = LOOP.format(call=call, rounds=_rounds(target, 20000, 5000))
    with _started(machines, target, task=TASK, fore=fore) as session:
        session.run("/t/task.py &")
        assert session.run("/t/fore.py") == "all of them"


@both
@pytest.mark.parametrize("call", TURNS.values(), ids=TURNS)
def test_ctrl_c_while_a_program_has_the_turn(machines, target, call):
    """It never leaves it taken: nobody could take it again, and no prompt come."""
    random.seed(1)
    with _started(machines, target, thread=THREAD, fore=TURN.format(call=call)) as session:
        session.run("/t/thread.py &")
        for _ in range(_rounds(target, 60, 30)):
            _interrupt(session, "/t/fore.py", 2)


@both
def test_ctrl_c_while_the_turn_comes_back(machines, target):
    """The prompt has its own values then, not those of the job that had the turn before."""
    random.seed(1)
    files = {"/t/job.sh": "while true\ncd /\ndone\n", "/t/short.py": SHORT}
    with machines.at_prompt(target, image(target, files)) as session:
        session.run("/t/job.sh &")
        for _ in range(_rounds(target, 60, 12)):
            for _ in range(5):
                _interrupt(session, "/t/short.py", 5)
            _clear(session)
            assert session.run('echo "<$0>"') == "<>"


SCRIPTS = {
    "output": "/t/short.py > /tmp/o.txt",
    "errors": "ls /nosuch 2> /tmp/o.txt",
    "pipe": "echo a | cat",
}


@both
@pytest.mark.parametrize("line", SCRIPTS.values(), ids=SCRIPTS)
def test_ctrl_c_leaves_nothing_of_a_script_to_the_prompt(machines, target, line):
    """Neither its redirections nor its frame; nor does it end the system."""
    random.seed(3)
    with _started(machines, target, short=SHORT) as session:
        _write_loop(session, line)
        for _ in range(_rounds(target, 10, 4)):
            for _ in range(20):
                _interrupt(session, "/t/fore.sh", 5)
            _clear(session)
            assert session.run('echo "<$0>"') == "<>"
            assert "nosuch" in session.run("ls /nosuch")


@both
def test_ctrl_c_ends_no_job(machines, target):
    """The loop is without what jobs run for a moment, after each program of a user."""
    random.seed(2)
    with _started(
        machines, target, short=SHORT, task=TASK.replace("True", "proc.sts != 'S'")
    ) as session:
        _write_loop(session, "/t/short.py")
        jobs = _rounds(target, 10, 3)
        for _ in range(jobs):
            session.run("/t/task.py &")
        for _ in range(_rounds(target, 300, 25)):
            _interrupt(session, "/t/fore.sh", 5)
        _clear(session)
        session.forget()
        session.run("for i in $(ps | grep task | cut -c1-6); do kill $i; done")
        assert session.wait_texts(["+ Done"] * jobs, 10) is None, session.text


@both
def test_lines_of_the_log_are_all_there(machines, target):
    with _started(machines, target, logs=LOGS, log=LOG) as session:
        session.run("mkdir /var/log")
        wanted = {f"{who}{i}: from" for who in ("fore", "task") for i in range(60)}
        for _ in range(_rounds(target, 30, 2)):
            session.run("/t/logs.py &")
            session.run("/t/log.py")
            assert session.wait_texts(["+ Done"], 30) is None
            session.forget()
            lines = session.run("cat /var/log/messages").split("\n")
            assert wanted - {line[20:] for line in lines} == set()
            session.run("rm /var/log/messages")


@both
def test_pipes_in_pipes_have_files_of_their_own(machines, target):
    with _started(machines, target) as session:
        line = "{ cat /t/big.txt | cat; } | wc -c"
        assert session.run(line) == "6000"
        assert session.run("< os.listdir('/tmp')") == "[]"


LEFT = {
    "pipes": "cat /t/big.txt | cat | cat",
    "scripts": "sh /t/inner.sh | cat > /dev/null",
    "programs": "/t/short.py",
}


@both
@pytest.mark.parametrize("line", LEFT.values(), ids=LEFT)
def test_ctrl_c_leaves_neither_a_process_nor_a_file(machines, target, line):
    random.seed(4)
    with _started(machines, target, short=SHORT) as session:
        session.run("echo '/t/short.py' > /t/inner.sh")
        _write_loop(session, line)
        for _ in range(_rounds(target, 12, 5)):
            for _ in range(_rounds(target, 20, 10)):
                _interrupt(session, "/t/fore.sh", 2)
            _clear(session)
            assert session.run("ps").count("\n") == 1
            assert session.run("< os.listdir('/tmp')") == "[]"


def _goes_on(session):
    before = session.run("< sdata.d0")
    _pass(session, 0.05)
    return session.run("< sdata.d0") != before


@both
@pytest.mark.parametrize("key", ["\x1a", "\x03"], ids=["ctrl-z", "ctrl-c"])
def test_no_key_comes_between_the_queue_and_the_step_of_a_job(machines, target, key, full):
    """The job's task is in no queue there: it would not go on, nor ever again."""
    random.seed(2)
    with _started(machines, target, job=COUNTS, fore=SPINS) as session:
        session.run("/t/job.py &")
        for _ in range(_rounds(target, 40, 20) * (10 if full else 1)):
            begin(session, "/t/fore.py")
            _pass(session, random.uniform(0.001, 0.02))
            session.target.send(key.encode())
            session.wait_prompt()
            assert _goes_on(session)
            if key == "\x1a":
                session.run("kill %+")
                assert _goes_on(session)


@both
def test_two_loops_wait_for_their_streams_alone(machines, target):
    """Neither has a task that is due some time; the program waits on."""
    server = """import asyncio
async def __main__(args):
    server = await asyncio.start_server(print, "127.0.0.1", {port})
    print("begun")
    await server.wait_closed()
"""
    files = {name: server.format(port=port) for name, port in (("job", 8123), ("fore", 8124))}
    with _started(machines, target, **files) as session:
        session.run("/t/job.py &")
        begin(session, "/t/fore.py")
        _pass(session, 0.5)
        session.target.send(b"\x03")
        session.wait_prompt()
        assert session.run("jobs") == "[2] R /t/job"
        assert "IndexError" not in session.text


@both
def test_a_job_does_not_take_the_sleep_of_a_program(machines, target):
    """All sleeps share one object, from their call to their await."""
    with _started(machines, target, job=COUNTS, fore=SLEEPS) as session:
        session.run("/t/job.py &")
        begin(session, "/t/fore.py")
        session.target.send(b"\x1a")
        session.wait_prompt()
        assert _goes_on(session)
        assert _goes_on(session)
        session.run("kill %+")
        assert _goes_on(session)
