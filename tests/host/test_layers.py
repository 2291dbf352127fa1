# SPDX-License-Identifier: MIT
"""Who may import whom: docs/design.md §1 and §2."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE

MODULES = TREE / "modules"
API = {"sdata", "utls", "proc", "kernel", "utelnetserver", "uftpdserver", "ftptiny"}
PORT_NAMES = {"upyos_port", "upyos_board"}
# modules of MicroPython that every port of ours has
PORTABLE = {
    *("array", "asyncio", "binascii", "builtins", "collections", "errno", "gc", "hashlib"),
    *("io", "json", "math", "micropython", "os", "random", "re", "select", "struct", "sys"),
    *("time", "vfs", "_upyos", "deflate"),
}
# modules that some ports lack: never at the top of a file, a missing one is an error line
OPTIONAL = {"machine", "network", "socket", "tls", "_thread", "neopixel"}
# loaded only once a job takes a thread
TOP_MAY = {"modules/upyos/threads.py": {"_thread"}}
# always in memory: what they load at once stays there too (docs/design.md §2)
RESIDENT = {"state", "console", "process", "lookup", "lexer", "executor", "shell", "lineedit"}
# made by the build: tables that stay in flash
GENERATED = {"index"}
# parts of the package that commands of a group may import
SHELL_MAY = {"state", "console", "process", "lookup", "executor", "script", "builtins", "index"}
SHELL_MAY |= {"counting", "manual"}
BIN_MAY = {
    "files": {"lib"},
    "text": {"lib"},
    "process": {"lib", "process", "state"},
    "shell": {"lib", *SHELL_MAY},
    "system": {"lib", "log", "auth", "mount", "watchdog"},
    "hardware": {"lib"},
    "network": {"lib", "svc"},
}
# what libraries of modules/lib may import of the system, besides the api and each other
LIBRARY_MAY = {"lib", "console"}
# turns: what jobs in threads share with a command (loaded while there are such jobs only);
# manual: the text that --help prints; cooked: lines that are typed
LIB_MAY = {"lib", "state", "console", "process", "turns", "manual", "cooked"}


LIBRARIES = {path.stem for path in (MODULES / "lib").iterdir() if path.name[0] not in "._"}


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


@pytest.mark.parametrize("group", BIN_MAY)
def test_commands_import_lib_and_little_else(group):
    assert _broken(_sources(f"modules/upyos/bin/{group}"), BIN_MAY[group]) == []


def test_every_group_has_its_rule():
    groups = {path.parent.name for path in (MODULES / "upyos/bin").glob("*/*.py")}
    assert groups - set(BIN_MAY) == set()


def test_lib_imports_no_shell():
    assert _broken(_sources("modules/upyos/lib"), LIB_MAY) == []


def test_libraries_import_lib_and_the_console():
    assert _broken(_sources("modules/lib"), LIBRARY_MAY) == []


def test_libraries_are_dropped_after_a_command():
    tree = ast.parse((MODULES / "upyos/process.py").read_text())
    values = [
        n.value for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "_PASSING"
    ]
    assert set(ast.literal_eval(values[0].args[0])) >= LIBRARIES


def test_nobody_imports_a_command():
    every = _sources("modules", "ports")
    assert [_name(path) for path in every if "bin" in _parts(path)] == []


def test_resident_parts_load_only_each_other():
    found = []
    for part in sorted(RESIDENT):
        path = MODULES / "upyos" / f"{part}.py"
        names = [n.split(".")[1] for n in _top_imports(path) if n.startswith("upyos.")]
        found += [f"{part}: {name}" for name in sorted(set(names) - RESIDENT - GENERATED)]
    assert found == []


def test_device_code_imports_what_is_there():
    known = PORTABLE | OPTIONAL | API | PORT_NAMES | LIBRARIES | {"upyos"}
    found = [f"{_name(p)}: {n}" for p in _sources("modules") for n in sorted(_roots(p) - known)]
    assert found == []


def test_optional_modules_are_not_at_the_top():
    found = []
    for path in _sources("modules"):
        names = {name.split(".")[0] for name in _top_imports(path)} & OPTIONAL
        found += [f"{_name(path)}: {n}" for n in sorted(names - TOP_MAY.get(_name(path), set()))]
    assert found == []


def _top_imports(path: Path) -> list[str]:
    top = ast.parse(path.read_text()).body
    imports = [node for node in top if isinstance(node, ast.Import | ast.ImportFrom)]
    return [name for node in imports for name in _imports(node)]


def test_host_does_not_import_the_device():
    device = {"upyos", "upyos_port", "_upyos", *API}
    paths = _sources("scripts")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & device)] == []


def test_device_does_not_import_the_host():
    host = {"upyfw", "pathlib", "typing", "dataclasses", "subprocess"}
    paths = _sources("modules", "ports")
    assert [f"{_name(p)}: {n}" for p in paths for n in sorted(_roots(p) & host)] == []


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
