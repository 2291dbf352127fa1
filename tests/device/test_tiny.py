# SPDX-License-Identifier: MIT
"""The profile tiny: cold commands are used as frozen ones, and 36 KB of heap are enough."""

import lines
import machines as at
import pytest
from upyfw.build import codegen, freezing
from upyfw.measure import bench_lines

UNIX = "UNIX-tiny"
SMALL = "RPI_PICO-36KiB"
HEAP_BYTES = 36 * 1024
LEAST_FREE_BYTES = 24 * 1024
MANY = 200
AT_ONCE = 50
# more than of a session that has done everything once: some things stay from their first use on
MOST_LOST_BYTES = 1024

COLD = {path[5:-4] for path in at.cold_files(UNIX) if path.startswith("/bin/")}
TEXTS = {command.name: command.help for command in codegen.commands(freezing.COMMANDS)}


@pytest.fixture(scope="module")
def session(machines):
    """A session for all tests that change nothing."""
    with machines.at_prompt(UNIX, at.image(UNIX, {})) as started:
        yield started


def test_there_are_cold_commands(session):
    assert {"uptime", "which", "env", "true"} <= COLD
    assert session.run("which uptime ls") == "/bin/uptime.mpy\n.frozen/ls"


def _listed(session) -> list[str]:
    """Names that help lists, below the text of /etc/help.txt."""
    return session.run("help").partition("At exit: ")[2].split()[1:]


def test_help_lists_cold_commands(session):
    assert set(_listed(session)) >= COLD


def test_help_of_every_command(session):
    shown = {name: session.run(f"help {name}") for name in TEXTS}
    assert shown == {name: "usage: " + text for name, text in TEXTS.items()}


def test_the_usage_line_of_every_cold_command(session):
    """--help, and an option that no command has; true, false and printf take anything."""
    for name in sorted(COLD - {"true", "false", "printf"}):
        usage = "usage: " + TEXTS[name].split("\n")[0]
        assert session.run(f"{name} --help") == usage
        assert session.run(f"{name} -~") == usage
        assert session.run("echo $?") == "2"


def test_tab_completes_cold_commands(session):
    start = len(session.target.output)
    session.target.send(b"upti\t -~\r")
    session.wait_prompt()
    assert b"uptime  -~\r\n" in session.target.output[start:].replace(b"\x1b[K", b"")


def test_cold_commands_add_no_names(machines):
    """MicroPython never frees a name: what a cold command brings along must be there already."""
    with machines.at_prompt(UNIX, at.image(UNIX, {})) as session:
        before = session.run("< __import__('micropython').qstr_info()")
        # The paths of their libraries are too long for names of a firmware (build/interned.py).
        for name in COLD - {"curl", "wget"}:
            session.run(f"{name} --help")
        assert session.run("< __import__('micropython').qstr_info()") == before


def test_a_copy_of_a_cold_command_keeps_its_help(machines):
    with machines.at_prompt(UNIX, at.image(UNIX, {})) as session:
        session.run("cp -q /bin/uptime.mpy /local/bin/up.mpy")
        assert session.run("up -x") == session.run("help up").split("\n")[0] == "usage: uptime"


def test_without_the_image_a_cold_command_says_where_it_is(machines):
    """A blank flash: the firmware formats it and has no cold commands to put there."""
    blank = b"\xff" * at.board(UNIX).fs_region.size_bytes
    with machines.at_prompt(UNIX, blank) as session:
        assert set(_listed(session)) & COLD == set()
        said = "uptime: not found (it comes with the file system image)"
        assert session.run("uptime") == said
        assert session.run("echo $?") == "127"
        assert session.run("help uptime") == f"help: {said}"
        assert session.run("nosuch") == "nosuch: not found"


@pytest.mark.parametrize("part", [0, 3, 20, 0.5, 0.9])
def test_a_cold_command_that_is_cut_off_is_an_error_line(machines, part):
    """What a power cut leaves of a .mpy file that somebody wrote."""
    whole = at.cold_files(UNIX)["/bin/which.mpy"]
    code = whole[: whole.rindex(b"which [-a]")]
    cut = code[: int(part * len(code)) if isinstance(part, float) else part]
    with machines.at_prompt(UNIX, at.image(UNIX, {}, overlay={"/bin/which.mpy": cut})) as session:
        assert session.run("which ls").startswith("which: ValueError: incompatible .mpy")
        assert session.run("help which") == "help: which: no help"
        assert session.run("pwd") == "/"


# 36 KB of heap

FILES = {
    "/t/a.txt": "alpha\nbeta\n" * 40,
    "/t/s.sh": "export n 0\nwhile test $n -lt 20\nincr n\ndone\necho $n $1\nls / | cat > /t/ls\n",
}


def _free_bytes(session, *lines: str) -> int:
    """Free heap after lines, the most of three readings: the history is written now and then."""
    for line in lines:
        session.run(line)
    line = "< (gc.collect(), gc.mem_free())[1]"
    return max(int(session.run(line)) for _ in range(3))


def test_commands_of_every_day_run_in_36_kb(machines):
    with machines.at_prompt(SMALL, at.image(SMALL, FILES)) as session:
        assert int(session.run("free").split()[1]) <= HEAP_BYTES
        assert _free_bytes(session) >= LEAST_FREE_BYTES
        assert session.run("cat /t/a.txt") == FILES["/t/a.txt"].removesuffix("\n")
        assert "bin" in session.run("ls /")
        assert session.run("cp /t/a.txt /tmp/b.txt") == "/t/a.txt -> /tmp/b.txt"
        assert session.run("cat /tmp/b.txt | cat > v ; test -f /tmp/b.txt") == "True"
        assert session.run("sh /t/s.sh x") == "20 x"
        assert "local" in session.run("cat /t/ls")
        assert session.run("mv -q /tmp/b.txt /tmp/c.txt ; rm /tmp/c.txt ; test -e /tmp/c.txt") == (
            "False"
        )
        assert "usage: uptime" in session.run("help uptime")
        assert "up 0 days" in session.run("uptime")
        assert session.run("which which ps") == "/bin/which.mpy\n.frozen/ps"
        assert session.run("mkdir /tmp/d ; rmdir /tmp/d ; echo $?") == "0"
        assert _free_bytes(session) >= LEAST_FREE_BYTES


def test_vi_edits_a_small_file_in_36_kb(machines):
    with machines.at_prompt(SMALL, at.image(SMALL, FILES)) as session:
        assert session.run("which vi") == "/bin/vi.mpy"
        before = _free_bytes(session)
        session.target.send(b"vi /t/a.txt\r")
        session.target.read_quiet(0.5)
        session.target.send(b"dd:%s/beta/gamma/g\rGoend\x1b:wq\r")
        session.wait_prompt()
        text = FILES["/t/a.txt"].removeprefix("alpha\n").replace("beta", "gamma")
        assert session.run("cat /t/a.txt") == text + "end"
        assert before - _free_bytes(session) <= MOST_LOST_BYTES


def test_many_commands_run_in_36_kb_or_end_for_want_of_memory(machines):
    different = bench_lines.different(MANY)
    assert len(different) == MANY
    ended = []
    # beside the commands a Pico has room for the files of some lines
    for start in range(0, MANY, AT_ONCE):
        some = different[start : start + AT_ONCE]
        flash = at.image(SMALL, bench_lines.files(some), lean=True)
        with machines.at_prompt(SMALL, flash) as session:
            clean = bench_lines.put_back(some)
            before = _free_bytes(session, *clean)
            for line in some:
                output = lines.run(session, line)
                assert "MemoryError" not in output
                ended += [line.text] if "out of memory" in output else []
            assert before - _free_bytes(session, *clean) <= MOST_LOST_BYTES
    assert len(ended) <= MANY // 20, ended
