# SPDX-License-Identifier: MIT
"""Programs, good and bad: what they return, and that nothing they do keeps the prompt away."""

import re

import casefile
import machines as at
import pytest
from upyfw.image import fsimage

both = pytest.mark.parametrize("target", casefile.TARGETS)

# name: (body of __main__, status, text on the console)
ENDS = {
    "none": ("pass", 0, ""),
    "true": ("return True", 0, ""),
    "false": ("return False", 1, ""),
    "number": ("return 7", 7, ""),
    "text": ("return 'text'", 0, ""),
    "exit": ("raise SystemExit", 0, ""),
    "exit_none": ("raise SystemExit(None)", 0, ""),
    "exit_number": ("sys.exit(5)", 5, ""),
    "exit_text": ("sys.exit('sorry')", 1, "sorry"),
    "raises": ("1 / 0", 1, "raises: ZeroDivisionError: divide by zero"),
    "imports": ("import nothing", 1, "imports: ImportError: no module named 'nothing'"),
    "own": ("raise Own('x')", 1, "own: Own: x"),
    "silent": ("raise Silent('x')", 1, "silent: Silent: no text"),
    "interrupt": ("raise KeyboardInterrupt", 130, "interrupt: ended"),
    "deep": ("deep()", 1, "deep: RuntimeError: maximum recursion depth exceeded"),
    "memory": ("memory()", 1, "memory: out of memory"),
    "memory_small": ("memory(20)", 1, "memory_small: out of memory"),
}
# what damages the system
DAMAGES = {
    "print": "builtins.print = builtins.open = builtins.len = builtins.input = None",
    "getattr": "builtins.getattr = builtins.isinstance = builtins.hasattr = lambda *a: 1 / 0",
    "import": "builtins.__import__ = lambda *a: None",
    "stdout": "sys.stdout.close()",
    "stdin": "sys.stdin.close()",
    "modules": "sys.modules.update({'m%d' % n: n for n in range(200)})",
    "no_modules": "sys.modules.clear()",
    "path": "sys.path.clear()",
    "procs": "sdata.procs.clear()",
    "no_procs": "del sdata.procs",
    "config": "sdata.sysconfig = None",
    "no_env": "del sdata.sysconfig['env']",
    "kernel": "sdata.upyos = None",
    "no_kernel": "del sdata.upyos, sdata.debug, sdata.log, sdata.name",
    "chdir": "os.chdir('/tmp')",
    "gc": "gc.disable()",
    "heap": "micropython.heap_lock()",
    "heap_twice": "micropython.heap_lock(); micropython.heap_lock()",
    "interrupt_char": "micropython.kbd_intr(-1)",
    "schedule": "micropython.schedule(lambda n: 1 / 0, 0)",
    "loop": "asyncio.create_task(forever())",
    "loop_stop": "asyncio.run(stops())",
    "new_loop": "asyncio.new_event_loop()",
    "path_variable": "utls.setenv('PATH', 7)",
    "no_path": "sys.path = None",
}
BOARD_DAMAGES = {
    "irq": "machine.disable_irq()",
    "timer": "machine.Timer(mode=machine.Timer.ONE_SHOT, period=5, callback=lambda t: t.nothing)",
    "timers": "machine.Timer(period=5, callback=lambda t: gc.collect())",
    "hard_timer": "machine.Timer(period=5, callback=lambda t: 1 / 0, hard=True)",
}

PROGRAM = """
import asyncio, builtins, gc, micropython, os, sys, time
import sdata, utls
try:
    import machine
except ImportError:
    pass

proc = None


class Own(Exception):
    pass


class Silent(Exception):
    def __str__(self):
        raise ValueError("no text")


def deep():
    deep()


def memory(size=1000):
    kept = []
    while True:
        kept.append(bytearray(size))


def said(*args):
    print("wai" + "ted", *args)


async def forever():
    while True:
        await asyncio.sleep_ms(1)


async def stops():
    asyncio.create_task(forever())
    raise ValueError("stops")


{main}
"""
# what is there beside them
FURTHER = {
    "spins": "while True: pass",
    "sleeps": "time.sleep(30)",
    "runs": "asyncio.run(forever())",
    "asks": "input('?')",
    "reads": "proc.stdin.read()",
    "inputs": """
    found = []
    try:
        while True: found.append(input())
    except EOFError as exc:
        print(found, type(exc).__name__)""",
    "lines": "s = proc.stdin; print(repr(s.readline()), repr(s.readline()), repr(s.read()))",
    "stays": "global count; count = 1; proc.rmmod = False",
    "waits": "while proc.sts != 'S': time.sleep(0.02)\n    said(*args)",
}
FURTHER_ASYNC = {
    "awaits": "await forever()",
    "task/waits": "while proc.sts != 'S': await asyncio.sleep(0.02)\n    said(*args)",
}

MAIN = "def __main__(args):\n    "
ASYNC_MAIN = "async def __main__(args):\n    await asyncio.sleep_ms(1)\n    "


def _image(target, bodies, further=()):
    """The file system of a target with programs of these bodies, sync and async."""
    files = {"/etc/init.sh": at.SILENT}
    for name, body in bodies.items():
        files[f"/opt/{name}.py"] = PROGRAM.format(main=MAIN + body).encode()
        files[f"/opt/task/{name}.py"] = PROGRAM.format(main=ASYNC_MAIN + body).encode()
    for main, bodies in further:
        for name, body in bodies.items():
            files[f"/opt/{name}.py"] = PROGRAM.format(main=main + body).encode()
    return fsimage.make(at.board(target), files)


@pytest.fixture(scope="module")
def images():
    bodies = {name: body for name, (body, _, _) in ENDS.items()}
    further = ((MAIN, FURTHER), (ASYNC_MAIN, FURTHER_ASYNC))
    return {name: _image(name, bodies, further) for name in casefile.TARGETS}


@pytest.fixture(scope="module")
def damaging():
    return {name: _image(name, DAMAGES | BOARD_DAMAGES) for name in casefile.TARGETS}


@pytest.fixture
def session(machines, target, images):
    with machines.at_prompt(target, images[target]) as session:
        yield session


def _check_system(session):
    """The system works: files, variables, pipes, scripts, Python lines, jobs."""
    assert session.run("pwd") == "/"
    assert session.run("echo al'i've | cat") == "alive"
    session.run("echo one > /tmp/x.txt ; export v two")
    assert session.run("cat /tmp/x.txt ; echo $v") == "one\ntwo"
    assert session.run("ls /nothing ; echo $?").endswith("\n1")
    assert session.run("< len(sdata.procs), 6 * 7") == "0 42"
    assert "alive" in session.run("echo alive > /tmp/b.txt & wait ; cat /tmp/b.txt")
    assert session.run("nothing ; echo $?") == "nothing: not found\n127"


@both
def test_what_a_program_returns(session):
    for name, (_, status, text) in ENDS.items():
        output = session.run(f"/opt/{name}").replace("/opt/", "")
        assert text in output, name
        assert session.run("echo $?") == str(status), name
        assert "Traceback" not in output
    _check_system(session)


@both
def test_tracebacks_where_they_are_wanted(session):
    session.run("> sdata.debug = True")
    for name in ("raises", "own", "task/raises"):
        assert "Traceback" in session.run(f"/opt/{name}")
    session.run("> sdata.debug = False")
    assert "Traceback" not in session.run("/opt/raises")


@both
@pytest.mark.parametrize("folder", ["", "task/"])
def test_what_a_job_says_at_its_end(session, folder):
    for name, (_, _, text) in ENDS.items():
        session.forget()
        session.run(f"/opt/{folder}{name} &")
        session.run("wait")
        done = f"+ Done  /opt/{folder}{name}"
        assert session.wait_texts([done], limit_s=5) is None, session.text
        assert text in session.text.replace(f"/opt/{folder}", ""), name
        assert "Traceback" not in session.text
    _check_system(session)


@both
@pytest.mark.parametrize("name", [*DAMAGES, *BOARD_DAMAGES])
@pytest.mark.parametrize("line", ["/opt/{}", "/opt/{} & wait", "/opt/task/{} & wait"])
def test_the_system_survives(machines, damaging, target, name, line):
    with machines.at_prompt(target, damaging[target]) as session:
        if name in BOARD_DAMAGES and target == "UNIX":
            assert "AttributeError" in session.run(f"/opt/{name}")
        session.type(line.format(name))
        # a timer's exception may stand behind the prompt
        session.target.read_quiet(0.3, 10)
        session.run("")
        _check_system(session)


# what waits for Ctrl-C; the name that ends
WAITING = {
    "/opt/spins": "/opt/spins",
    "/opt/sleeps": "/opt/sleeps",
    "/opt/runs": "/opt/runs",
    "/opt/awaits": "/opt/awaits",
    "/opt/asks": "/opt/asks",
    "/opt/reads": "/opt/reads",
    "/opt/spins | cat": "/opt/spins",
    "echo x | /opt/sleeps | cat": "/opt/sleeps",
    "/opt/sleeps > /tmp/o.txt": "/opt/sleeps",
    "if /opt/spins ; echo no ; fi": "/opt/spins",
    "sleep 30": "sleep",
    "cat": "cat",
}


@both
@pytest.mark.parametrize("job", [None, "/opt/waits", "/opt/task/waits"])
def test_ctrl_c_ends_the_program_in_the_foreground(session, job):
    if job:
        session.run(f"{job} &")
    for line, name in WAITING.items():
        session.forget()
        session.type(line)
        session.target.read_quiet(0.15, 10)
        session.type("\x03")
        session.wait_prompt()
        assert f"{name}: ended" in session.text, line
        assert session.run("echo st=$?").endswith("st=130"), line
    if job:
        assert job in session.run("ps")
        session.run(f"killall {job} ; wait")
        assert session.wait_texts(["waited"], limit_s=5) is None
    _check_system(session)


@both
def test_standard_input(session):
    session.run("echo -e 'one\\ntwo' > /tmp/in.txt")
    assert session.run("/opt/inputs < /tmp/in.txt") == "['one', 'two'] EOFError"
    assert session.run("cat /tmp/in.txt | /opt/lines") == "'one\\n' 'two\\n' ''"
    assert session.run("/opt/lines", ("typed", "\x04", "\x04")).endswith("'typed\\n' '' ''")


@both
@pytest.mark.parametrize("end", ["", " & wait"])
def test_a_program_stays_loaded_if_it_wants(session, end):
    session.run(f"/opt/stays{end}")
    session.run("/opt/none")
    modules = session.run("lsmod").split()
    assert "stays" in modules
    assert "none" not in modules
    assert session.run("> import stays ; print(stays.count)") == "1"
    session.run("rmmod stays")
    assert "stays" not in session.run("lsmod").split()


@both
def test_two_instances_are_two_processes(session):
    session.run("/opt/task/waits a & /opt/task/waits b & /opt/waits c &")
    assert session.run("ps").count("/opt/task/waits") == 2
    session.run("> [p for p in sdata.procs if 'a' in p.args][0].sts = 'S'")
    session.run("sleep 0.3")
    assert session.wait_texts(["waited a"], limit_s=5) is None
    assert "waited b" not in session.text
    session.run("killall waits")
    assert session.wait_texts(["waited a", "waited"], limit_s=5) is None
    session.run("wait")
    assert "waited b" in session.text
    assert "waited c" in session.text


def test_no_free_thread_starts_nothing(machines, images):
    with machines.at_prompt("RPI_PICO", images["RPI_PICO"]) as session:
        session.run("/opt/waits one &")
        output = session.run("/opt/waits two &")
        assert re.fullmatch("/opt/waits: no free thread: .*", output)
        assert session.run("echo $?") == "1"
        assert session.run("ps").count("/opt/waits") == 1
        session.run("killall waits ; wait")
        session.run("/opt/waits three &")
        session.run("killall waits ; wait")
        assert session.wait_texts(["waited one", "waited three"], limit_s=5) is None
