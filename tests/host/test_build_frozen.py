# SPDX-License-Identifier: MIT
"""From a manifest to the folder of frozen modules."""

import json
import os
import time
from pathlib import Path

import pytest
from machines import built
from upyfw.base.errors import UpyfwError
from upyfw.base.paths import REPO
from upyfw.board import variant
from upyfw.build import firmware_frozen, freezing
from upyfw.source import sources


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
    assert "bare, core, full, net, tiny" in caught.value.hint


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


def test_whole_has_the_same_modules_that_the_tree_holds(micropython):
    generated = built("RPI_PICO").parent / "generated"
    found = {file.target for file in firmware_frozen.files("whole", micropython, "rp2", generated)}
    tree = REPO / "modules"
    own = {path.relative_to(tree).as_posix() for path in (tree / "upyos").rglob("*.py")}
    assert (
        own | {"sdata.py", "utls.py", "upyos/made/index.py", "rp2.py", "asyncio/core.py"} <= found
    )
    assert "_boot_fat.py" not in found


def test_another_level_is_noticed(staged):
    folder, stage, manifest = staged
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.py")}
    assert stage('freeze("../a", opt=3)\nfreeze("../b")\n') != manifest
    changed = {path.name for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert changed == {path.name for path in folder.rglob("*.py") if "a" in path.stem}


@pytest.mark.parametrize("board", ["UNIX", "RPI_PICO"])
def test_the_first_build_freezes_what_the_second_does(tmp_path, micropython, board):
    """Nothing in it depends on what the build before it left."""
    first = freezing.freeze(variant.of(board), tmp_path, micropython)
    names = (tmp_path / "frozen.names").read_text()
    assert "webclient.resume" in json.loads(names)
    assert freezing.freeze(variant.of(board), tmp_path, micropython) == first
    assert (tmp_path / "frozen.names").read_text() == names
