# SPDX-License-Identifier: MIT
"""Generated modules: index, help, board description."""

import io
import time
import zlib

import pytest
from upyfw.base.errors import UpyfwError
from upyfw.build import codegen

LS = '''"""ls [-a] [P...]

List names.

-a  hidden ones too

Source: POSIX.1-2024 ls. Not provided: -R.
"""
def __main__(args): pass
'''


@pytest.fixture
def tree(tmp_path):
    """A tree with two groups and three commands."""
    _put(tmp_path, "files/ls.py", LS)
    _put(tmp_path, "files/pwd.py", '"""pwd\n\nCurrent directory."""\n')
    _put(tmp_path, "process/ps.py", '"""ps"""\n')
    _put(tmp_path, "files/_shared.py", "no command and no Python\n")
    return tmp_path


def _put(tree, name, text):
    path = tree / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _generate(tree):
    codegen.generate(tree / "out", tree / "bin", "1.2.3", "upyOS-rp2", '{"a":"\\u00e9\'"}\n')
    return tree / "out" / "upyos" / "made"


def _names(path) -> dict:
    found = {}
    exec(path.read_text(), found)
    return found


def test_the_index_finds_a_command_by_its_whole_name(tree):
    index = _names(_generate(tree) / "index.py")
    assert index["COMMANDS"] == "\nls\nps\npwd\n"
    assert index["VERSION"] == "1.2.3"
    assert index["COMMANDS"].find("\nps\n") > 0
    assert index["COMMANDS"].find("\ns\n") == -1
    assert index["COLD"] == "\n"


def _help(folder, group):
    """The texts of the commands of a group, as docs/formats/generated-modules.md says."""
    *sizes, packed = _names(folder / f"help_{group}.py")["HELP"]
    texts = io.BytesIO(zlib.decompress(packed, -10))
    found = {
        name: texts.read(size).decode() for name, size in zip(sizes[::2], sizes[1::2], strict=True)
    }
    assert texts.read() == b""
    return found


def test_a_cold_command_is_in_no_frozen_module(tree):
    cold = frozenset({"ps", "pwd"})
    _generate(tree)
    codegen.generate(tree / "out", tree / "bin", "1.2.3", "n", "t", cold=cold)
    folder = tree / "out" / "upyos" / "made"
    index = _names(folder / "index.py")
    assert (index["COMMANDS"], index["COLD"]) == ("\nls\n", "\nps\npwd\n")
    assert set(_help(folder, "files")) == {"ls"}
    assert not (folder / "help_process.py").exists()


def test_the_help_is_the_docstring_without_its_source(tree):
    found = _help(_generate(tree), "files")
    assert list(found) == ["ls", "pwd"]
    assert found["ls"] == "ls [-a] [P...]\n\nList names.\n\n-a  hidden ones too"
    assert _help(tree / "out" / "upyos" / "made", "process") == {"ps": "ps"}


def test_the_help_of_the_grammar_is_packed_as_that_of_commands(tree):
    texts = {"cd": "cd [DIR]\n\nGo.", "if": "if COND ... fi"}
    codegen.generate(tree / "out", tree / "bin", "1.2.3", "n", "t", grammar=texts)
    assert _help(tree / "out" / "upyos" / "made", "grammar") == texts


def test_the_board_is_kept_byte_for_byte(tree):
    board = _names(_generate(tree) / "board_default.py")
    assert (board["NAME"], board["TEXT"]) == ("upyOS-rp2", '{"a":"\\u00e9\'"}\n')


def test_the_default_tree_is_kept_byte_for_byte(tree):
    files = {"/etc/a": "x\r\n'\u00e9", "/etc/b": ""}
    codegen.generate(tree / "out", tree / "bin", "1.2.3", "n", "t", files)
    found = _names(tree / "out" / "upyos" / "made" / "skel.py")["FILES"]
    assert dict(zip(found[::2], found[1::2], strict=True)) == files


def test_what_did_not_change_is_not_written(tree):
    folder = _generate(tree)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    time.sleep(0.02)
    _put(tree, "process/kill.py", '"""kill PID..."""\n')
    _generate(tree)
    after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"index.py", "help_process.py"}


def test_a_group_that_is_gone_takes_its_help_along(tree):
    _generate(tree)
    (tree / "bin" / "process" / "ps.py").unlink()
    folder = _generate(tree)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["board_default.py", "help_files.py", "help_grammar.py", "index.py"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (
            "files/rm.py",
            "def __main__(args): pass\n",
            "bin/files/rm.py: the docstring's first line is ''",
        ),
        ("files/rm.py", '"""Remove files."""\n', "first line is 'Remove files.'"),
        ("files/rm.py", '"""rmdir DIR"""\n', "first line is 'rmdir DIR'"),
        ("files/rm.py", '"""rm"""\ndef (\n', "bin/files/rm.py: not Python"),
        ("files/rm.py", "\0", "bin/files/rm.py: not Python"),
        ("files/ps.py", '"""ps"""\n', "bin/process/ps.py: command ps is in group files too"),
    ],
)
def test_a_bad_command_file_is_refused_by_name(tree, name, text, why):
    _put(tree, name, text)
    with pytest.raises(UpyfwError) as caught:
        _generate(tree)
    assert why in caught.value.what
    assert caught.value.status == 2


def test_a_bad_version_is_refused(tree):
    with pytest.raises(UpyfwError, match="'v1' is not a version"):
        codegen.generate(tree / "out", tree / "bin", "v1", "n", "t")


def test_the_default_tree_travels_in_the_firmware(tree):
    files = {"/etc/init.sh": "echo 'é\\n'\n", "/opt/a.py": "x = 1\n"}
    codegen.generate(tree / "out", tree / "bin", "1.2.3", "upyOS-rp2", "{}\n", files)
    found = _names(tree / "out" / "upyos" / "made" / "skel.py")["FILES"]
    assert dict(zip(found[::2], found[1::2], strict=True)) == files
