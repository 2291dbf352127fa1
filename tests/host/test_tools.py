# SPDX-License-Identifier: MIT
"""Tools: found, too old, missing; installed as root, named in one line otherwise."""

import json
import os

import fabricated
import pytest
from upyfw import cli
from upyfw.base.errors import UpyfwError
from upyfw.source import source_pins, tools


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A PATH with nothing in it but what a test puts there."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def user(monkeypatch):
    """Not root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def refused(*names: str) -> UpyfwError:
    with pytest.raises(UpyfwError) as caught:
        tools.require(*names)
    assert caught.value.status == 1
    assert "\n" not in caught.value.what
    return caught.value


def test_a_program_and_its_version(path):
    program = fabricated.program(path, "node", "echo v20.1.2")
    found = tools.TOOLS["node"].find()
    assert found == tools.Found("20.1.2", str(program))
    tools.require("node")


def test_no_node(path, user):
    error = refused("node", "npm")
    assert "node (for the emulator): missing" in error.what
    assert error.hint == "type: sudo apt-get install --no-install-recommends nodejs npm"


def test_node_too_old(path, user):
    fabricated.program(path, "node", "echo v16.20.0")
    assert "node (for the emulator): too old, 18 is needed" in refused("node").what


def test_a_program_that_does_not_run(path, user):
    fabricated.program(path, "cmake", "exit 1")
    assert "cmake (for firmware builds): does not run" in refused("cmake").what


def test_no_compiler(path, user):
    error = refused("arm-none-eabi-gcc", "newlib", "libstdc++")
    assert error.what.count("missing") == 3
    assert "libstdc++-arm-none-eabi-newlib" in error.hint


def test_a_cross_compiler_without_its_library(path, user):
    script = 'case "$1" in --version) echo 12.2.1;; -print-file-name=*) echo "${1#*=}";; esac'
    fabricated.program(path, "arm-none-eabi-gcc", script)
    what = refused("arm-none-eabi-gcc", "newlib").what
    assert "newlib (for RP2040, RP2350 firmware): missing" in what


def test_c_without_cpp(path, user):
    fabricated.program(path, "gcc", "echo gcc 12.2.0")
    assert "g++ missing" in refused("gcc").what


def test_root_installs_what_is_missing(path, root, tmp_path, capsys):
    log = tmp_path / "log"
    node = path / "node"
    script = f"""echo "$DEBIAN_FRONTEND $*" >> {log}
case "$1" in install) echo '#!/bin/sh' > {node}; echo 'echo v18.19.0' >> {node};
/bin/chmod 755 {node};; esac"""
    fabricated.program(path, "apt-get", script)
    tools.require("node")
    first, second = log.read_text().splitlines()
    assert first == "noninteractive update -q"
    options = "-y -q --no-install-recommends -o DPkg::Lock::Timeout=1200"
    assert second == f"noninteractive install {options} nodejs"
    assert "installing Debian packages: nodejs" in capsys.readouterr().err


def test_root_whose_packages_cannot_be_had(path, root):
    fabricated.program(path, "apt-get", 'echo "E: Unable to locate package nodejs"; exit 100')
    error = refused("node")
    assert "Unable to locate package nodejs" in error.what
    assert error.hint == "type: apt-get install --no-install-recommends nodejs"


def test_a_package_that_is_too_old_as_well(path, root):
    fabricated.program(path, "apt-get", "exit 0")
    fabricated.program(path, "node", "echo v12.0.0")
    assert "too old" in refused("node").what


def test_nothing_is_installed_when_all_is_there(path, root, tmp_path):
    fabricated.program(path, "apt-get", f"echo > {tmp_path}/ran")
    fabricated.program(path, "npm", "echo 9.2.0")
    tools.require("npm")
    assert not (tmp_path / "ran").exists()


def test_doctor_shows_every_tool_and_fails_for_a_needed_one(path, user, capsys):
    assert cli.run(["doctor"]) == 1
    out = capsys.readouterr().out
    for name in tools.TOOLS:
        assert name in out
    assert "missing: cmake, ninja" in out
    assert "tmux" not in out.splitlines()[-1]


def test_doctor_as_json(path, user, capsys):
    fabricated.program(path, "ninja", "echo 1.11.1")
    assert cli.run(["doctor", "--json"]) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["tools"]}
    assert rows["ninja"]["version"] == "1.11.1"
    assert rows["cmake"]["problem"] == "missing"
    assert rows["node"]["packages"] == ["nodejs"]


def test_doctor_on_this_machine(capsys):
    """The machine that runs the tests has what they need."""
    assert cli.run(["doctor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    built = [name for name, pin in source_pins.read().items() if "rp2" in pin.needed_by]
    there = [row["name"] for row in answer["sources"] if row["is_there"]]
    assert set(built) <= set(there)
    assert all(row["version"] for row in answer["tools"] if row["needed"])
