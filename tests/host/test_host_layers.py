# SPDX-License-Identifier: MIT
"""The host tool's folders import downwards only, and its modules in no circle."""

import ast
import graphlib
from pathlib import Path

import pytest
from casefile import TREE

ROOT = TREE / "scripts" / "upyfw"
# the lowest first: a folder imports itself and those in front of it (docs/design.md 3)
FOLDERS = ("base", "board", "source", "image", "build", "release")
FOLDERS += ("flash", "targets", "remote", "measure", "commands")
# the start stands at the top of the package, and knows the commands alone by what it is given
ALONE = {"__init__": set(), "__main__": {"cli"}, "cli": {"__init__", "base", "commands"}}


def _modules(root: Path) -> dict[str, Path]:
    """Return {dotted name without the package's: file}."""
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)] = path
    return found


def _imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules of the tool that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [n if n.removeprefix("upyfw.") in known else node.module for n in names]
        else:
            continue
        mine = [name for name in names if name.split(".")[0] == "upyfw"]
        found |= {name.partition(".")[2] or "__init__" for name in mine}
    return found


def _graph(root: Path) -> dict[str, set[str]]:
    known = _modules(root)
    return {name: _imports(path, known) - {name} for name, path in known.items()}


def _climbing(graph: dict[str, set[str]]) -> list[str]:
    """Imports of a folder that stands above the importing one."""
    return [
        f"{name} -> {other}"
        for name, others in sorted(graph.items())
        if name not in ALONE
        for other in sorted(others - {"__init__"})
        if FOLDERS.index(other.split(".")[0]) > FOLDERS.index(name.split(".")[0])
    ]


def test_every_module_stands_in_a_folder_of_the_order():
    tops = {name.split(".")[0] for name in _modules(ROOT)}
    assert tops == {*FOLDERS, *ALONE}


def test_no_import_climbs():
    assert _climbing(_graph(ROOT)) == []


def test_the_start_knows_little():
    graph = _graph(ROOT)
    assert {name: {o.split(".")[0] for o in graph[name]} - ALONE[name] for name in ALONE} == {
        name: set() for name in ALONE
    }


def test_no_circle():
    """static_order raises CycleError, which names the circle."""
    assert len(list(graphlib.TopologicalSorter(_graph(ROOT)).static_order())) > 80


def test_commands_stand_alone():
    graph = _graph(ROOT)
    found = [
        f"{name} -> {other}"
        for name, others in graph.items()
        for other in others
        if name.startswith("commands.") and other.startswith("commands.")
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["from upyfw.flash import b", "def f():\n    import upyfw.flash.b"]
)
def test_a_climbing_import_is_seen(tmp_path, text):
    for name, content in (("base/a.py", text), ("flash/b.py", "")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content + "\n")
    assert _climbing(_graph(tmp_path)) == ["base.a -> flash.b"]
