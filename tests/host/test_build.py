# SPDX-License-Identifier: MIT
"""What a build trusts, notices and publishes; the real builds are those of the test run."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from machines import built
from upyfw import (
    boards,
    cli,
    files,
    firmware,
    firmware_frozen,
    firmware_rp2,
    fsimage,
    runflash,
    sources,
    uf2,
    workdir,
)
from upyfw.errors import UpyfwError
from upyfw.paths import REPO

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
    assert caught.value.hint == f"all: {work.log}"
    assert "\n" not in caught.value.what
    return caught.value.what


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo [1/2] CC; echo a.c:3: error: no x; echo stopped; exit 1", "a.c:3: error: no x"),
        ("echo a.c: error: x; echo cc1: No space left on device; exit 1", "cc1: No space left on"),
        ("echo something; exit 3", "something"),
        ("exit 3", "ended with status 3"),
        (
            "echo error compiling x.py:; echo Traceback; echo '  File \"x.py\", line 4, in f';"
            "echo SyntaxError: bad; exit 1",
            'File "x.py", line 4, in f: SyntaxError: bad',
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
        "RPI_PICO: firmware needs 1,208,884 bytes, 4,660 more than its region of 1176KiB at 0x0"
    )
    assert "board.toml" in error.hint


def test_the_linker_gets_the_regions_numbers():
    port = sources.prepare_micropython("unix").micropython / "ports" / "rp2"
    board = boards.load("RPI_PICO")
    moved = [replace(region, offset=region.offset + 0x4000) for region in board.regions[:1]]
    text = firmware_rp2.linker_script(replace(board, regions=tuple(moved)), port)
    assert "FLASH(rx) : ORIGIN = 0x10004000, LENGTH = 1204224" in text


# Ctrl-C


_DRIVER = """
import sys
from pathlib import Path
from upyfw.workdir import Workdir
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


# Full disk


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "upyos.uf2"
    path.write_bytes(b"old")
    (tmp_path / "upyos.uf2.part").symlink_to("/dev/full")
    with pytest.raises(UpyfwError) as caught:
        files.write_atomic(path, b"new")
    assert caught.value.what == f"{path}: cannot be written: No space left on device"
    assert caught.value.hint.startswith("make room")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["upyos.uf2"]


def test_a_full_disk_is_one_line_of_the_command(tmp_path, monkeypatch, capsys):
    """The file that does not fit is the combined one; everything before it is real."""
    made = firmware.build("RPI_PICO")
    before = made.combined_uf2.read_bytes()
    made.combined_uf2.with_name(made.combined_uf2.name + ".part").symlink_to("/dev/full")
    monkeypatch.setattr(uf2, "write", lambda image: b"other")
    assert cli.run(["image", "RPI_PICO"]) == 1
    error = capsys.readouterr().err
    assert "upyos-RPI_PICO.uf2: cannot be written: No space left on device" in error
    assert made.combined_uf2.read_bytes() == before


# What is frozen


@pytest.fixture
def micropython():
    """The real source tree, for its manifest reader."""
    return sources.prepare_micropython("unix").micropython


@pytest.fixture
def manifests(tmp_path, monkeypatch):
    """A folder for manifests, with a module each in a and b."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(f"x = {name!r}\n")
    (tmp_path / "m").mkdir()
    monkeypatch.setattr(firmware_frozen, "MANIFESTS", tmp_path / "m")
    return tmp_path / "m"


def _frozen(manifests, micropython, text: str) -> list:
    (manifests / "core.py").write_text(text)
    return firmware_frozen.files("core", micropython, "rp2", manifests / "generated")


def test_frozen_files_are_sorted_by_name(manifests, micropython):
    found = _frozen(manifests, micropython, 'freeze("../b")\nfreeze("../a", opt=3)\n')
    assert [(file.target, file.opt) for file in found] == [("a.py", 3), ("b.py", None)]


def test_two_files_for_one_module_are_refused(manifests, micropython):
    (manifests.parent / "b" / "a.py").write_text("")
    with pytest.raises(UpyfwError, match=r"manifest/core.py: a.py comes from .*/b/a.py and"):
        _frozen(manifests, micropython, 'freeze("../a")\nfreeze("../b")\n')


@pytest.mark.parametrize("text", ["freeze(", 'freeze("../a", "gone.py")', "require('nothing')"])
def test_a_manifest_that_does_not_run_is_refused(manifests, micropython, text):
    with pytest.raises(UpyfwError, match="manifest/core.py: ") as caught:
        _frozen(manifests, micropython, text)
    assert caught.value.status == 2


def test_an_unknown_profile_is_refused(micropython):
    with pytest.raises(UpyfwError, match="cor: no such profile") as caught:
        firmware_frozen.files("cor", micropython, "rp2", Path("x"))
    assert "bare, core" in caught.value.hint


@pytest.fixture
def staged(manifests, micropython, tmp_path):
    """A staged folder of a.py and b.py, and the function that stages it again."""
    folder = tmp_path / "frozen"

    def stage(text: str = 'freeze("../a")\nfreeze("../b")\n') -> str:
        return firmware_frozen.stage(_frozen(manifests, micropython, text), folder)

    return folder, stage, stage()


def _times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.py")}


def test_staging_again_changes_nothing(staged):
    folder, stage, manifest = staged
    before = _times(folder)
    assert stage() == manifest
    assert _times(folder) == before


def test_an_edit_is_noticed_even_with_an_older_time(staged, manifests):
    folder, stage, manifest = staged
    before = _times(folder)
    time.sleep(0.02)
    source = manifests.parent / "a" / "a.py"
    source.write_text("x = 2\n")
    os.utime(source, (1, 1))
    assert stage() == manifest
    assert [name for name, at in _times(folder).items() if at > before[name]] == ["a.py"]
    assert (folder / "a.py").read_text() == "x = 2\n"


def test_a_module_that_goes_or_comes_is_noticed(staged, manifests):
    folder, stage, manifest = staged
    fewer = stage('freeze("../a")\n')
    assert fewer != manifest
    assert sorted(path.name for path in folder.iterdir()) == ["a.py"]
    (manifests.parent / "a" / "c.py").write_text("")
    assert stage('freeze("../a")\n') not in (fewer, manifest)


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


def test_core_freezes_the_same_modules_that_the_tree_holds(micropython):
    generated = firmware.out_dir(boards.load("RPI_PICO")) / "generated"
    built("RPI_PICO")
    found = {file.target for file in firmware_frozen.files("core", micropython, "rp2", generated)}
    tree = REPO / "modules"
    own = {path.relative_to(tree).as_posix() for path in (tree / "upyos").rglob("*.py")}
    assert own | {"sdata.py", "utls.py", "upyos/index.py", "rp2.py", "asyncio/core.py"} <= found
    assert "_boot_fat.py" not in found


# The real build


def test_a_build_without_changes_touches_no_file():
    made = firmware.build("RPI_PICO")
    paths = [made.firmware, made.elf, made.fs_image, *made.to_flash()]
    before = [path.stat().st_mtime_ns for path in paths]
    assert firmware.build("RPI_PICO") == made
    assert [path.stat().st_mtime_ns for path in paths] == before


def test_picotool_sees_the_firmware_and_its_drive():
    made = firmware.build("RPI_PICO")
    trees = sources.prepare_micropython("rp2")
    picotool = next(trees.picotool_dir.parents[2].rglob("bin/picotool"))
    info = subprocess.run(
        [picotool, "info", "-a", made.combined_uf2], capture_output=True, text=True, check=True
    ).stdout
    assert "family ID 'rp2040'" in info
    assert "embedded drive:    0x10126000-0x10200000 (872K): MicroPython" in info
    assert "upyos/index" in info
    assert "binary start:      0x10000000" in info


def test_the_firmware_holds_no_path_of_this_machine():
    for name in ("RPI_PICO", "UNIX"):
        data = built(name).read_bytes()
        if name == "RPI_PICO":
            image = uf2.read(data)
            data = image.content(image.start_addr, image.end_addr - image.start_addr)
        trees = sources.prepare_micropython("unix")
        for folder in (REPO, trees.micropython, trees.pico_sdk):
            assert os.fsencode(folder) not in data, (name, folder)


def test_the_image_of_the_build_is_the_boards():
    made = firmware.build("RPI_PICO")
    image = made.fs_image.read_bytes()
    fsimage.check(made.board, image)
    region = made.board.fs_region
    assert made.combined_bin.read_bytes()[region.offset : region.end] == image
    text = fsimage.read(made.board, image)["/etc/upyOS-rp2.board"]
    assert json.loads(text)["board"]["name"] == "Pico"


def test_files_of_a_run_survive_a_build_but_not_fresh(tmp_path, monkeypatch):
    made = firmware.build("RPI_PICO")
    monkeypatch.setattr(runflash, "path", lambda board: tmp_path / "flash.bin")
    flash = runflash.prepare(made)
    assert flash.read_bytes() == made.combined_bin.read_bytes()
    region = made.board.fs_region
    mine = fsimage.make(made.board, {"/local/mine": b"x"})
    flash.write_bytes(b"\0" * region.offset + mine)
    kept = runflash.prepare(made).read_bytes()
    assert kept[region.offset :] == mine
    assert kept[: region.offset] == made.combined_bin.read_bytes()[: region.offset]
    flash.write_bytes(b"\0" * 100)
    assert runflash.prepare(made).read_bytes() == made.combined_bin.read_bytes()
    flash.write_bytes(kept)
    assert runflash.prepare(made, fresh=True).read_bytes() == made.combined_bin.read_bytes()


def test_image_without_firmware_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(firmware, "build_dir", lambda: tmp_path)
    assert cli.run(["image", "RPI_PICO"]) == 2
    assert "RPI_PICO: not built yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["build", "--all", "RPI_PICO"],
        ["build", "--profile", "cor"],
        ["run", "--board", "RPI_PICO2"],
    ],
)
def test_wrong_use_is_status_2(words, capsys):
    assert cli.run(words) == 2
    assert capsys.readouterr().err.startswith("upyfw: ")


# CMake


def _cmake(*words: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(["cmake", *words], capture_output=True, text=True, timeout=900)


def test_cmake_gives_the_same_bytes(tmp_path):
    made = firmware.build("RPI_PICO")
    before = [path.read_bytes() for path in made.to_flash()]
    assert _cmake("-S", REPO, "-B", tmp_path, "-DBOARD=RPI_PICO").returncode == 0
    result = _cmake("--build", tmp_path)
    assert result.returncode == 0, result.stderr
    assert str(made.combined_uf2) in result.stdout
    assert [path.read_bytes() for path in made.to_flash()] == before


def test_cmake_refuses_an_unknown_board(tmp_path):
    result = _cmake("-S", REPO, "-B", tmp_path, "-DBOARD=PICO")
    assert result.returncode != 0
    assert "PICO: no such board; known: RPI_PICO, RPI_PICO2, UNIX" in " ".join(
        result.stderr.split()
    )
