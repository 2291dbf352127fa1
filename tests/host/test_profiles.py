# SPDX-License-Identifier: MIT
"""Profiles: what each freezes, and that the hot commands are those of the contract."""

import ast
import re

import pytest
from casefile import TREE
from upyfw.build import firmware_frozen
from upyfw.source import sources

ORDER = ("tiny", "core", "net", "full")
# group of commands → the smallest profile that has all of it
PROFILES = dict.fromkeys(("files", "process", "shell", "system", "text"), "core")
PROFILES |= {"network": "net", "hardware": "full"}

BIN = TREE / "modules" / "upyos" / "bin"
# every group that there is: one without a command would make an empty check
GROUPS = sorted({path.parent.name for path in BIN.glob("*/*.py")})


def hot_commands(text: str) -> set[str]:
    """Names marked * at the head of the paragraphs of docs/spec/commands.md."""
    cells = re.findall(r"^\* ([^:`]*\*[^:`]*): ", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"([\w]+)\*", cell)}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    """What each profile freezes on RPI_PICO, as paths on the device."""
    micropython = sources.prepare_micropython("unix").micropython
    generated = tmp_path_factory.mktemp("generated")
    return {
        profile: {f.target for f in firmware_frozen.files(profile, micropython, "rp2", generated)}
        for profile in (*ORDER, "whole")
    }


def _commands(targets: set[str]) -> set[str]:
    """Command files among frozen paths, as group/name."""
    found = [re.fullmatch(r"upyos/bin/(\w+/\w+)\.py", target) for target in targets]
    return {match[1] for match in found if match}


def _in_tree(group: str = "*") -> set[str]:
    return {path.relative_to(BIN).with_suffix("").as_posix() for path in BIN.glob(f"{group}/*.py")}


def _listed(manifest: str = "tiny") -> set[str]:
    """The names that a manifest has in one text: the hot ones in tiny, files in core."""
    body = ast.parse((TREE / "manifest" / f"{manifest}.py").read_text()).body
    values = [node.value for node in body if isinstance(node, ast.Assign)]
    return set(values[0].value.split())


def _as_files() -> set[str]:
    """Commands that no profile freezes, as group/name."""
    return {name for name in _in_tree() if name.partition("/")[2] in _listed("core")}


def _hot() -> set[str]:
    """Hot commands as group/name."""
    return {name for name in _in_tree() if name.partition("/")[2] in _listed()}


def test_the_hot_commands_are_those_of_the_contract():
    marked = hot_commands((TREE / "docs/spec/commands.md").read_text())
    assert len(marked) > 30
    assert _listed() == marked


def test_tiny_has_the_hot_commands_and_no_other(frozen):
    names = {name.partition("/")[2]: name for name in _in_tree()}
    assert _commands(frozen["tiny"]) == {names[name] for name in _listed() & set(names)}
    kernel = {"upyos/shell.py", "upyos/lib/command.py", "sdata.py", "asyncio/core.py"}
    assert kernel | {"editor/session.py"} <= frozen["tiny"]


@pytest.mark.parametrize("group", GROUPS)
def test_a_profile_has_all_commands_of_its_groups(frozen, group):
    profile = PROFILES[group]
    assert _in_tree(group) - _as_files() <= _commands(frozen[profile])
    smaller = [frozen[name] for name in ORDER[1 : ORDER.index(profile)]]
    assert [_in_tree(group) & _commands(targets) - _hot() for targets in smaller] == [
        set() for _ in smaller
    ]


def test_full_has_every_command_that_is_no_file(frozen):
    assert _commands(frozen["full"]) == _in_tree() - _as_files()
    assert _commands(frozen["whole"]) == _in_tree()
    assert len(_as_files()) == len(_listed("core"))


def test_no_hot_command_is_a_file():
    assert not _listed("core") & _listed()
    left_out = {"pager.py", "sedscript.py", "differences.py", "packing.py", "tarfiles.py"}
    assert left_out <= {path.name for path in (TREE / "modules/lib").iterdir()}


def test_each_profile_holds_the_smaller_one(frozen):
    for small, large in zip(ORDER, ORDER[1:], strict=False):
        assert frozen[small] <= frozen[large]


def test_marks_are_read_from_the_head():
    text = "* incr*, decr* (R): `incr V`. x*\n* wait (R): `wait [PID*]`. *Prints:* PID.\n"
    text += "* sh* (r): `sh`.\n"
    assert hot_commands(text) == {"incr", "decr", "sh"}
