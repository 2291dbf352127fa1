# SPDX-License-Identifier: MIT
"""What a build trusts of the one before, and what it says when a step fails."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import boards
from upyfw.build import firmware_rp2, workdir
from upyfw.source import sources

MADE_FROM = {"board": "a"}


@pytest.fixture
def work(tmp_path):
    """An empty work folder."""
    return workdir.Workdir(tmp_path / "T", "T")


def _write_object(work, name: str) -> Path:
    path = work.objects / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(name)
    return path


def _build(work, *names: str, fail: bool = False) -> list[Path]:
    with work.building(MADE_FROM, checked=(".obj",)):
        made = [_write_object(work, name) for name in names]
        if fail:
            raise KeyboardInterrupt
    return made


def _interrupted(work, *names: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        _build(work, *names, fail=True)


def test_a_finished_build_is_kept(work):
    (path,) = _build(work, "genhdr/q.h")
    _build(work)
    assert path.exists()


def test_what_an_interrupted_build_wrote_is_thrown_away(work):
    (old,) = _build(work, "genhdr/old.h")
    time.sleep(0.02)
    _interrupted(work, "genhdr/half.h", "frozen_content.c", "map.c.obj")
    _build(work)
    left = sorted(path.name for path in work.objects.rglob("*") if path.is_file())
    assert left == ["map.c.obj", "old.h"]
    assert old.exists()


def test_other_inputs_throw_all_objects_away(work):
    (path,) = _build(work, "map.c.obj")
    with work.building({"board": "b"}, checked=()):
        assert not path.exists()


def test_a_damaged_record_is_not_trusted(work):
    (path,) = _build(work, "map.c.obj")
    (work.path / "made-from.json").write_bytes(b"{")
    _build(work)
    assert not path.exists()


def _failure(work, script: str) -> str:
    work.path.mkdir(exist_ok=True)
    with pytest.raises(UpyfwError) as caught:
        work.run("compile", ["sh", "-c", script], dict(os.environ))
    full = "No space left" in caught.value.what
    assert caught.value.hint.startswith("make room" if full else f"all: {work.log}")
    assert "\n" not in caught.value.what
    return caught.value.what


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo [1/2] CC; echo a.c:3: error: no x; echo stopped; exit 1", "a.c:3: error: no x"),
        ("echo a.c: error: x; echo cc1: No space left on device; exit 1", "cc1: No space left on"),
        (
            "echo 'FAILED: a.c.obj'; echo 'gcc -Wall -Werror -DNO_ERROR -o a.c.obj -c a.c';"
            "echo \"a.c:3:1: error: 'x' undeclared\"; exit 1",
            "a.c:3:1: error: 'x' undeclared",
        ),
        (
            "echo \"-- git rev-parse returned 'fatal: not a git repository'\";"
            "echo 'fatal: no names found'; echo 'CMake Error at a.cmake:5 (message):'; echo;"
            "echo '  The compiler is not there.'; echo '  more'; exit 1",
            "CMake Error at a.cmake:5 (message): The compiler is not there.",
        ),
        (
            "echo \"-- git rev-parse returned 'fatal: not a git repository'\"; echo stopped;"
            "exit 1",
            "stopped",
        ),
        ("echo something; exit 3", "something"),
        ("exit 3", "ended with status 3"),
        ("echo error: one; yes two | head -c 9999 | tr '\\n' ' '; exit 1", "error: one"),
        ("yes two | head -c 9999 | tr '\\n' ' '; exit 1", "two " * 70),
        (
            "echo error compiling x.py:; echo Traceback; echo '  File \"/tmp/t.py\", line 4';"
            "echo SyntaxError: bad; exit 1",
            "x.py, line 4: SyntaxError: bad",
        ),
    ],
)
def test_a_failed_step_says_the_best_line(work, script, why):
    assert _failure(work, script).startswith(f"T: compile: {why}")


def test_a_tool_that_is_not_there_is_one_line(work):
    work.path.mkdir()
    with pytest.raises(UpyfwError, match="T: compile: nothing-like-it: No such file"):
        work.run("compile", ["nothing-like-it"], {})


def test_firmware_larger_than_its_room_is_explained():
    line = "RPI_PICO: compile: ld: region `FLASH' overflowed by 4660 bytes"
    error = firmware_rp2.explained(UpyfwError(line), boards.load("RPI_PICO"))
    assert error.what == (
        "RPI_PICO: firmware needs 823,860 bytes, 4,660 more than its region of 800KiB at 0x4000"
    )
    assert "board.toml" in error.hint


def test_the_linker_gets_the_regions_numbers():
    port = sources.prepare_micropython("unix").micropython / "ports" / "rp2"
    board = boards.load("RPI_PICO")
    text = firmware_rp2.linker_script(board, port)
    assert "FLASH(rx) : ORIGIN = 0x10004100, LENGTH = 818688" in text
    board = boards.load("RPI_PICO_W")
    moved = [replace(region, offset=region.offset + 0x4000) for region in board.regions[:1]]
    text = firmware_rp2.linker_script(replace(board, regions=tuple(moved)), port)
    assert "FLASH(rx) : ORIGIN = 0x10004000, LENGTH = 1204224" in text


def test_a_smaller_heap_is_in_the_linker_script_only_if_asked_for():
    port = sources.prepare_micropython("unix").micropython / "ports" / "rp2"
    board = boards.load("RPI_PICO")
    small = firmware_rp2.linker_script(board, port, 36 * 1024)
    assert "__GcHeapEnd = __GcHeapStart + 36864;" in small
    assert "__GcHeapEnd = ORIGIN(RAM) + LENGTH(RAM);" in firmware_rp2.linker_script(board, port)


def test_the_stack_takes_of_the_end_of_the_heap():
    port = sources.prepare_micropython("unix").micropython / "ports" / "rp2"
    text = firmware_rp2.linker_script(boards.load("RPI_PICO"), port, stack_bytes=1024)
    assert "__GcHeapEnd = ORIGIN(RAM) + LENGTH(RAM) - 1024;" in text
    assert "__StackBottom = __StackTop - SIZEOF(.stack_dummy) - 1024;" in text


def test_a_change_is_noted_only_after_what_it_invalidates_is_gone(work):
    calls = []

    def drop_and_die() -> None:
        calls.append("cut off")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.on_change("frozen", "a", drop_and_die)
    work.on_change("frozen", "a", lambda: calls.append("dropped"))
    work.on_change("frozen", "a", lambda: calls.append("again"))
    work.on_change("frozen", "b", lambda: calls.append("changed"))
    assert calls == ["cut off", "dropped", "changed"]


# Ctrl-C


_DRIVER = """
import sys
from pathlib import Path
from upyfw.build.workdir import Workdir
work = Workdir(Path(sys.argv[1]), "T")
with work.locked(), work.building({}, checked=()):
    script = "echo half > obj/out.h; echo $$ > child; sleep 60; echo whole > obj/out.h"
    (work.path / "obj").mkdir()
    work.run("compile", ["sh", "-c", f"cd {work.path}; {script}"], {"PATH": sys.argv[2]})
"""


def _wait_for(path: Path) -> None:
    end = time.monotonic() + 120
    while not path.exists() or not path.read_text().strip():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.02)


def test_ctrl_c_ends_the_command_and_leaves_nothing_trusted(tmp_path):
    folder = tmp_path / "T"
    process = subprocess.Popen(
        [sys.executable, "-c", _DRIVER, str(folder), os.environ["PATH"]],
        env=os.environ | {"PYTHONPATH": str(REPO / "scripts")},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    _wait_for(folder / "child")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode != 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "child").read_text()), 0)
    assert (folder / "obj" / "out.h").read_text() == "half\n"
    work = workdir.Workdir(folder, "T")
    with work.building({}, checked=()):
        assert not (folder / "obj" / "out.h").exists()


def test_a_second_build_waits_for_the_first(work):
    code = _DRIVER.splitlines()[1:5]
    code += ["with work.locked(): print('mine', flush=True)"]
    command = [sys.executable, "-c", "\n".join(code), str(work.path)]
    env = os.environ | {"PYTHONPATH": str(REPO / "scripts")}
    with work.locked():
        process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert "waiting for another build" in process.stderr.readline()
        assert process.poll() is None
    assert process.communicate(timeout=120)[0] == "mine\n"


def test_a_log_that_cannot_be_written_ends_no_build(work):
    work.path.mkdir()
    work.log.symlink_to("/dev/full")
    work.run("compile", ["sh", "-c", "echo fine"], dict(os.environ))
    script = "echo cc1: No space left on device; yes | head -c 300000; exit 1"
    assert _failure(work, script) == "T: compile: cc1: No space left on device"
