# SPDX-License-Identifier: MIT
"""The pure parts of modules/upyos/lib on CPython: paths, options of commands."""

import importlib.util
import posixpath
import sys
import types

import pytest
from casefile import TREE
from hypothesis import given
from hypothesis import strategies as st


class WrongUse(Exception):
    """Stands for upyos.process.UsageError."""


def _load(name: str, **fakes: types.ModuleType) -> types.ModuleType:
    """Load modules/upyos/lib/<name>.py with fake modules; they are gone afterwards."""
    kept = {key: sys.modules.get(key) for key in fakes}
    sys.modules.update(fakes)
    try:
        spec = importlib.util.spec_from_file_location(
            f"lib_{name}", TREE / f"modules/upyos/lib/{name}.py"
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        for key, value in kept.items():
            sys.modules.pop(key)
            if value is not None:
                sys.modules[key] = value


def _fake(name: str, **content) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(content)
    return module


MICROPYTHON = _fake("micropython", const=lambda value: value)
SDATA = _fake("sdata", cache_enabled=False, sysconfig={"pfiles": []})
REASONS = _load("reasons")
PATHS = _load("paths", micropython=MICROPYTHON, sdata=SDATA)
CONSOLE = _fake("upyos.console", ask=None, write=None, error=None)
PROCESS = _fake("upyos.process", UsageError=WrongUse)
STATE = _fake("upyos.state", result=False, turn=None)
COMMAND = _load(
    "command",
    **{
        "micropython": MICROPYTHON,
        "upyos": _fake("upyos", console=CONSOLE, process=PROCESS, state=STATE),
        "upyos.console": CONSOLE,
        "upyos.process": PROCESS,
        "upyos.state": STATE,
    },
)

PARTS = st.lists(st.sampled_from(["", ".", "..", "a", "b.c", ".d", "..e", "f..", "g h"]))


@given(PARTS)
def test_absolute_is_what_posix_says(parts):
    path = "/" + "/".join(parts)
    assert PATHS.absolute(path) == posixpath.normpath("/" + path.lstrip("/"))


@given(PARTS)
def test_absolute_twice_is_absolute_once(parts):
    once = PATHS.absolute("/" + "/".join(parts))
    assert PATHS.absolute(once) == once


def test_absolute_begins_at_the_current_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert PATHS.absolute("x/../y") == f"{tmp_path}/y"
    assert PATHS.absolute("") == str(tmp_path)


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [("/", "/", ""), ("/x", "/", "x"), ("/x/y/", "/x", "y"), ("x", "", "x"), ("x/y", "x", "y")],
)
def test_split(path, folder, name):
    assert PATHS.split(path) == (folder, name)


@pytest.mark.parametrize(
    ("path", "folder", "inside"),
    [("/a", "/a", True), ("/a/b", "/a", True), ("/ab", "/a", False), ("/a", "/", True)],
)
def test_within(path, folder, inside):
    assert PATHS.within(path, folder) is inside


@pytest.mark.parametrize("path", ["/etc/keep", "/etc/./keep", "//etc//x/../keep", "/../etc/keep"])
def test_protected_under_any_spelling(path, monkeypatch):
    monkeypatch.setitem(SDATA.sysconfig, "pfiles", ["/etc/../etc//keep"])
    assert PATHS.protected(path)
    assert not PATHS.protected(path + "r")


def test_guard_refuses_a_directory_that_holds_a_protected_file(tmp_path, monkeypatch):
    (tmp_path / "d").mkdir()
    (tmp_path / "d/keep").touch()
    (tmp_path / "other").mkdir()
    pfiles = [str(tmp_path / "d/keep"), str(tmp_path / "other/absent")]
    monkeypatch.setitem(SDATA.sysconfig, "pfiles", pfiles)
    for refused in ("d", "d/keep", "other/absent"):
        with pytest.raises(OSError, match="13"):
            PATHS.guard(str(tmp_path / refused))
    PATHS.guard(str(tmp_path / "other"))


@pytest.mark.parametrize(
    ("args", "found", "rest"),
    [
        (["-ab", "x"], {"a": True, "b": True}, ["x"]),
        (["x", "-a", "y"], {"a": True}, ["x", "y"]),
        (["--", "-a"], {}, ["-a"]),
        (["-", "a-b", ""], {}, ["-", "a-b", ""]),
        (["-n", "5", "x"], {"n": "5"}, ["x"]),
        (["-n5", "-an", "-1"], {"n": "-1", "a": True}, []),
    ],
)
def test_options(args, found, rest):
    assert COMMAND.options(args, "ab", "n") == (found, rest)


@pytest.mark.parametrize("args", [["-z"], ["-az"], ["-n"], ["--all"]])
def test_wrong_options(args):
    with pytest.raises(WrongUse):
        COMMAND.options(args, "ab", "n")


@pytest.mark.parametrize(("count", "low", "high"), [(0, 1, None), (3, 0, 2)])
def test_wrong_number_of_operands(count, low, high):
    with pytest.raises(WrongUse):
        COMMAND.operands(["x"] * count, low, high)


def test_number():
    assert COMMAND.number("-12") == -12
    with pytest.raises(WrongUse):
        COMMAND.number("12a")


@pytest.mark.parametrize(
    ("exc", "text"),
    [
        (OSError(28, ""), "no space left on device"),
        (OSError(13, ""), "protected"),
        (OSError(999, ""), "error 999"),
        (ValueError("why"), "why"),
    ],
)
def test_reason(exc, text):
    assert REASONS.reason(exc) == text
