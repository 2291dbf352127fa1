# SPDX-License-Identifier: MIT
"""Who may import whom: docs/design.md §1 and §2."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE

MODULES = TREE / "modules"
API = {"sdata", "utls", "proc", "kernel"}
PORT_NAMES = {"upyos_port", "upyos_board"}
# modules of MicroPython that every port of ours has
PORTABLE = {
    *("array", "asyncio", "binascii", "builtins", "collections", "errno", "gc", "hashlib"),
    *("io", "json", "math", "micropython", "os", "random", "re", "select", "struct", "sys"),
    *("time", "vfs", "_upyos", "deflate"),
}
# modules that some ports lack: never at the top of a file, a missing one is an error line
OPTIONAL = {"machine", "network", "socket", "tls", "_thread", "neopixel"}
# parts of the package that a part may import, by the design's picture
KERNEL = {"state", "console", "process", "lookup", "config", "board", "jobs", "log", "boot"}
SHELL = {"lexer", "executor", "shell", "lineedit", "script", "pyline", "complete", "builtins"}
LIB_MAY = {"lib", "state", "console", "process"}


def _sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (TREE / folder).rglob("*.py"))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all modules imported below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node)


def _from(node: ast.ImportFrom) -> Iterator[str]:
    """Modules that a from-import names: upyos.state in `from upyos import state`."""
    for alias in node.names:
        whole = f"{node.module}.{alias.name}"
        is_module = (MODULES / whole.replace(".", "/")).with_suffix(".py").is_file()
        yield whole if is_module else node.module


def _parts(path: Path) -> set[str]:
    """Parts of the package upyos that a file imports: lib, state, bin, …"""
    names = _imports(ast.parse(path.read_text()))
    return {name.split(".")[1] for name in names if name.startswith("upyos.")}


def _roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(ast.parse(path.read_text()))}


def _name(path: Path) -> str:
    return path.relative_to(TREE).as_posix()


def _broken(paths: list[Path], allowed: set[str]) -> list[str]:
    return [f"{_name(p)}: upyos.{part}" for p in paths for part in sorted(_parts(p) - allowed)]


def test_commands_import_lib_and_api_only():
    assert _broken(_sources("modules/upyos/bin"), {"lib"}) == []


def test_lib_imports_no_shell():
    assert _broken(_sources("modules/upyos/lib"), LIB_MAY) == []


def test_kernel_imports_no_command():
    paths = [MODULES / "upyos" / f"{name}.py" for name in KERNEL | SHELL]
    present = [path for path in paths if path.is_file()]
    assert _broken(present, KERNEL | SHELL | {"lib", "index"}) == []


def test_every_part_has_its_place():
    names = {path.stem for path in (MODULES / "upyos").glob("*.py")} - {"__init__"}
    assert names - KERNEL - SHELL == set()


def test_device_code_imports_what_is_there():
    known = PORTABLE | OPTIONAL | API | PORT_NAMES | {"upyos"}
    found = [f"{_name(p)}: {n}" for p in _sources("modules") for n in sorted(_roots(p) - known)]
    assert found == []


def test_optional_modules_are_not_at_the_top():
    found = []
    for path in _sources("modules"):
        top = ast.parse(path.read_text()).body
        imports = [n for n in top if isinstance(n, ast.Import | ast.ImportFrom)]
        names = {name.split(".")[0] for node in imports for name in _imports(node)}
        found += [f"{_name(path)}: {name}" for name in sorted(names & OPTIONAL)]
    assert found == []


def test_host_does_not_import_the_device():
    device = {"upyos", "upyos_port", "_upyos", *API}
    paths = _sources("scripts")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & device)] == []


def test_device_does_not_import_the_host():
    host = {"upyfw", "pathlib", "typing", "dataclasses", "subprocess"}
    paths = _sources("modules", "ports")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & host)] == []


def test_every_port_has_the_same_interface():
    files = [path for path in _sources("ports") if path.stem == "upyos_port"]
    ports = {path.parent.name: _functions(path) for path in files}
    every = set().union(*ports.values())
    assert len(ports) >= 2
    assert {
        name: every - functions for name, functions in ports.items() if every - functions
    } == {}


def _functions(path: Path) -> set[str]:
    body = ast.parse(path.read_text()).body
    return {n.name for n in body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("from upyos import state\n", {"upyos.state"}),
        ("def f():\n    import upyos.shell\n", {"upyos.shell"}),
        ("from upyos.lib.command import fail\n", {"upyos.lib.command"}),
    ],
)
def test_imports_are_seen(text, parts, monkeypatch, tmp_path):
    (tmp_path / "upyos/lib").mkdir(parents=True)
    (tmp_path / "upyos/state.py").touch()
    (tmp_path / "upyos/lib/command.py").touch()
    monkeypatch.setitem(globals(), "MODULES", tmp_path)
    assert set(_imports(ast.parse(text))) == parts
