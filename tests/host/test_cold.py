# SPDX-License-Identifier: MIT
"""What a profile does not freeze: .mpy files for the file system image."""

from pathlib import Path

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.board import boards
from upyfw.build import firmware_cold, interned
from upyfw.build.firmware_frozen import FrozenFile

COMMAND = '''"""sort [FILE...]"""
from upyos.lib import command


def __main__(args):
    command.write("a text", args[0].strip())
'''


@pytest.fixture
def board():
    return boards.load("RPI_PICO")


@pytest.fixture
def modules(tmp_path):
    """Two modules of a tree: a command and a library."""
    found = {}
    for path, target in (
        ("/bin/sort.mpy", "upyos/bin/text/sort.py"),
        ("/lib/edit.mpy", "edit.py"),
    ):
        source = tmp_path / "tree" / target
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(COMMAND)
        found[path] = FrozenFile(source, target, 3)
    return found


def _files(*targets: str) -> list[FrozenFile]:
    return [FrozenFile(Path("x") / target, target, 3) for target in targets]


def test_commands_go_to_bin_and_libraries_to_lib():
    frozen = _files("upyos/shell.py", "upyos/bin/files/ls.py")
    whole = frozen + _files(
        "upyos/bin/text/sort.py", "edit/keys.py", "edit.py", "upyos/svc/ftp.py"
    )
    found = firmware_cold.chosen(frozen, whole)
    assert {path: file.target for path, file in found.items()} == {
        "/bin/sort.mpy": "upyos/bin/text/sort.py",
        "/lib/edit/keys.mpy": "edit/keys.py",
        "/lib/edit.mpy": "edit.py",
    }


def test_the_same_sources_give_the_same_bytes(board, modules, tmp_path):
    folders = [tmp_path / "here", tmp_path / "some" / "where"]
    for folder in folders:
        firmware_cold.compile(board, modules, folder)
    made = [firmware_cold.image_files(folder, {"sort": "sort"}) for folder in folders]
    assert made[0] == made[1]
    assert sorted(made[0]) == ["/bin/sort.mpy", "/lib/edit.mpy"]
    assert all(str(tmp_path).encode() not in data for data in made[0].values())


def test_what_is_hot_again_goes(board, modules, tmp_path):
    firmware_cold.compile(board, modules, tmp_path / "cold")
    del modules["/bin/sort.mpy"]
    firmware_cold.compile(board, modules, tmp_path / "cold")
    assert list(firmware_cold.image_files(tmp_path / "cold", {})) == ["/lib/edit.mpy"]


def test_names_are_read_from_the_code(board, modules, tmp_path):
    firmware_cold.compile(board, modules, tmp_path)
    assert firmware_cold.commands(tmp_path) == {"sort"}
    names = firmware_cold.names(tmp_path)
    assert {"upyos.lib", "command", "a text", "edit"} <= names
    # MicroPython itself has them: py/makeqstrdata.py, static_qstr_list
    assert not {"sort", "strip"} & names


def test_a_module_makes_names_of_its_path():
    found = interned.of_modules(["upyos/__init__.py", "upyos/lib/files.py", "sdata.py"])
    parts = {"upyos", "pyos", "lib", "files", "sdata"}
    assert found == parts | {"upyos.lib", "upyos.lib.files"}


def test_frozen_code_has_names_itself():
    source = b"""import a.b as c, d
from e.f import g as h
class I:
    def j(self, k, *l):
        return k.m[n], o(p=q)
"""
    assert set(interned.of_source(source)) == {"a.b", "d", "e.f", "g", "j", "self", "k", "l", "m"}
    assert not set(interned.of_source(b"def ("))


def test_the_help_stands_behind_the_code(board, modules, tmp_path):
    firmware_cold.compile(board, modules, tmp_path)
    found = firmware_cold.image_files(tmp_path, {"sort": "sort\n\nSort é."})
    code = (tmp_path / "bin" / "sort.mpy").read_bytes()
    assert found["/bin/sort.mpy"] == code + "sort\n\nSort é.help0014".encode()
    assert found["/lib/edit.mpy"] == (tmp_path / "lib" / "edit.mpy").read_bytes()


def test_a_text_that_is_too_long_is_refused(board, modules, tmp_path):
    firmware_cold.compile(board, modules, tmp_path)
    with pytest.raises(UpyfwError, match="a help text of 10000 bytes: sort"):
        firmware_cold.image_files(tmp_path, {"sort": "sort\n" + 9995 * "x"})


def test_a_module_that_does_not_compile_is_named(board, modules, tmp_path):
    modules["/bin/sort.mpy"].source.write_text("def (\n")
    with pytest.raises(UpyfwError) as caught:
        firmware_cold.compile(board, modules, tmp_path / "cold")
    assert caught.value.what == "upyos/bin/text/sort.py: SyntaxError: invalid syntax"
    assert caught.value.status == 2
