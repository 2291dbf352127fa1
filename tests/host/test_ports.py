# SPDX-License-Identifier: MIT
"""Ports: each is held against the contract of ports/README.md, and known by one record."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from casefile import TREE
from upyfw.board import boards
from upyfw.board.ports import PORTS
from upyfw.source import tools

HOST_DIR = TREE / "scripts" / "upyfw"
RECORDS = HOST_DIR / "board" / "ports"
NAMED = re.compile(rf"(?<![\w-])(?:{'|'.join(PORTS)})(?![\w-])")
PORT_DIRS = sorted(path.parent for path in (TREE / "ports").glob("*/upyos_port.py"))
CONTRACT = (TREE / "ports" / "README.md").read_text()


def _contract(section: str = "## `upyos_port`, in Python") -> dict[str, list[str] | None]:
    """Return {name: names of its arguments} as the table has them; None for a constant."""
    table = CONTRACT.partition(section)[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)(?:\((.*?)\))?` \|", table, re.M)
    calls = re.findall(r"^\| `\w+(\()?", table, re.M)
    return {
        name: re.findall(r"\w+", words) if call else None
        for (name, words), call in zip(rows, calls, strict=True)
    }


def _interface(path: Path) -> dict[str, list[str] | None]:
    """Return {name: names of its arguments} of the public names that a file defines."""
    found: dict[str, list[str] | None] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [word.arg for word in node.args.args]
        elif isinstance(node, ast.Assign):
            # one function under two names has the arguments of the first
            value = node.value.id if isinstance(node.value, ast.Name) else ""
            found.update({target.id: found.get(value) for target in node.targets})
    return {name: words for name, words in found.items() if not name.startswith("_")}


def test_the_contract_is_a_table():
    contract = _contract()
    assert contract["NAME"] is None
    assert contract["flash"] == []
    assert contract["timer"] == ["period_ms", "callback"]


@pytest.mark.parametrize("folder", PORT_DIRS, ids=lambda path: path.name)
def test_a_port_keeps_the_contract(folder):
    assert _interface(folder / "upyos_port.py") == _contract()


SLOTS = "## `_slot`, on boards with two firmware slots"


@pytest.mark.parametrize("path", sorted((TREE / "ports").glob("*/_slot.py")), ids=str)
def test_two_slots_keep_their_contract(path):
    found = {
        name: [word.strip("_") for word in words or ()] for name, words in _interface(path).items()
    }
    assert found == _contract(SLOTS)


@pytest.mark.parametrize("folder", ("swap", "pair"))
def test_the_slots_in_c_keep_it_too(folder):
    text = (TREE / "modules/c" / folder / "slot.c").read_text()
    text += (TREE / "modules/c/slots/table.h").read_text()
    names = set(re.findall(r"MP_ROM_QSTR\(MP_QSTR_(\w+)\), MP_ROM_PTR", text))
    assert names == set(_contract(SLOTS))
    counts = {name: int(count) for count, name in re.findall(r"OBJ_(\d)\(slot_(\w+)_obj", text)}
    assert counts == {name: len(words or ()) for name, words in _contract(SLOTS).items()}


@pytest.mark.parametrize("folder", PORT_DIRS, ids=lambda path: path.name)
def test_a_port_says_its_name(folder):
    body = ast.parse((folder / "upyos_port.py").read_text()).body
    values = {
        node.targets[0].id: node.value.value
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    assert values["NAME"] == folder.name
    assert values["PROG_BYTES"] % 8 == 0


def test_every_port_has_a_record_and_every_record_a_port():
    assert set(PORTS) == {folder.name for folder in PORT_DIRS}
    assert set(PORTS) == {path.stem for path in RECORDS.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("port", PORTS.values(), ids=lambda port: port.name)
def test_a_record_is_whole(port):
    assert {chip.port for chip in port.chips} == {port.name}
    assert set(port.tools) <= set(tools.TOOLS)
    assert port.compiler in {"", *port.tools}
    assert port.fs_region in port.regions
    assert (HOST_DIR / "build" / f"firmware_{port.name}.py").is_file()
    assert (TREE / "manifest" / "port" / f"{port.name}.py").is_file()
    assert any(boards.load(name).port == port.name for name in boards.names())


def _texts(tree: ast.AST) -> Iterator[str]:
    """Texts of the code below a node that are no docstrings."""
    documents = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in documents:
            yield str(node.value)


def test_no_other_code_of_the_host_holds_the_name_of_a_port():
    """A port's record and its build may."""
    builds = HOST_DIR / "build"
    own = {path for name in PORTS for path in builds.glob(f"firmware_{name}*.py")}
    # there rp2 is the name of a module that MicroPython freezes
    own |= {HOST_DIR / "measure" / "bench_flash.py"}
    paths = [p for p in HOST_DIR.rglob("*.py") if p not in own and p.parent != RECORDS]
    assert len(paths) > 80
    found = [
        f"{path.relative_to(TREE)}: {text}"
        for path in paths
        for text in _texts(ast.parse(path.read_text()))
        if NAMED.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["port == 'rp2'", "X = {'esp32': 1}", "f('of unix only')"])
def test_a_name_is_seen(text):
    assert any(map(NAMED.search, _texts(ast.parse(text))))
