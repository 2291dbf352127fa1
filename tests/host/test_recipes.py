# SPDX-License-Identifier: MIT
"""What a change should touch (CONTRIBUTING.md), replayed in a copied tree: nothing else had to."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fabricated
import pytest
from casefile import TREE
from upyfw.board import boards
from upyfw.build import firmware_build, firmware_rp2
from upyfw.source import sources

LIMIT_S = 240
# what the tools of the tree write after a change: tables, never typed
GENERATED = {"README.md", "tests/cases/pending.toml"}
BOARD = """\
# SPDX-License-Identifier: MIT
name = "WEACTSTUDIO"
like = "RPI_PICO"
vendor = "WeAct"
product = "Studio RP2040"
tier = 3
upstream = "WEACTSTUDIO"

[flash]
size = "4MiB"

[[regions]]
name = "firmware"
offset = 0x000000
size = "1MiB"

[[regions]]
name = "littlefs"
offset = 0x100000
size = "3MiB"
"""
COMMAND = '''\
# SPDX-License-Identifier: MIT
"""frob [-n] [WORD...]

Print the WORDs backwards.

-n  no line feed at the end

Source: ours.
"""

from upyos.lib import command


def __main__(args):
    flags, words = command.options(args, "n")
    command.write(" ".join(words)[::-1] + ("" if "n" in flags else "\\n"))
    return 0
'''
CASES = "# SPDX-License-Identifier: MIT\n" + "".join(
    f'[[check]]\nid = "frob-{i}"\ncmd = "frob {i}"\nout = "{i}"\n\n' for i in range(4)
)
CASES += '[[check]]\nid = "frob-wrong"\ncmd = "frob -x"\nusage = true\nstatus = 2\n'

# prints the paths on the device of what the whole system freezes
FROZEN = """
from pathlib import Path
from upyfw.build import firmware_frozen
from upyfw.source import sources
micropython = sources.prepare_micropython("rp2").micropython
generated = Path("generated").resolve()
generated.mkdir()
for file in firmware_frozen.files("whole", micropython, "rp2", generated):
    print(file.target)
"""

PORT_RECORD = '''\
# SPDX-License-Identifier: MIT
"""The port to a chip that does not exist."""

from upyfw.board.chip import Chip
from upyfw.board.port import UF2, Port

PORT = Port(
    name="frobchip",
    platform="frobchip",
    chips=(Chip("fc1", "frobchip", "FC1", "Cortex-M0+", "armv6m", 0x10000000, "rp2040"),),
    image=UF2,
    firmware_file="firmware.uf2",
    regions=("firmware", "littlefs"),
    tools=("make",),
)
'''
# gives a line of what it was given to freeze, as if that were a program
PORT_BUILD = '''\
# SPDX-License-Identifier: MIT
"""Firmware of a port that does not exist."""

from upyfw.build.firmware_build import Binary
from upyfw.image import uf2

CHECKED = ()


def compiler(board):
    return "make"


def compile(board, work, inputs):
    work.objects.mkdir(exist_ok=True)
    lines = inputs.manifest.read_text().splitlines()
    content = "\\n".join(line for line in lines if "upyos_port" in line).encode()
    pages = uf2.pages(board.chip.flash_addr, content)
    image = work.objects / "firmware.uf2"
    image.write_bytes(uf2.write(uf2.Image(board.chip.uf2_family, pages)))
    return Binary(image, image)
'''
PORT_FILES = {
    "scripts/upyfw/board/ports/frobchip.py": PORT_RECORD,
    "scripts/upyfw/build/firmware_frobchip.py": PORT_BUILD,
    "manifest/port/frobchip.py": '# SPDX-License-Identifier: MIT\ninclude("chip.py")\n',
    "boards/FROBCHIP/board.toml": BOARD.replace("WEACTSTUDIO", "FROBCHIP").replace(
        'like = "RPI_PICO"\n', 'like = "RPI_PICO"\nchip = "fc1"\nusbnet = false\n'
    ),
}


class Copy:
    """A copy of what git knows of the tree, and what changed in it since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "-C", TREE, "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (TREE / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(TREE / name, folder / name)
        self.before = self._digests()

    def _digests(self) -> dict[str, str]:
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    def changed(self) -> set[str]:
        """Names of files that are other ones now, or new, or gone."""
        return {name for name, _ in self._digests().items() ^ self.before.items()} - GENERATED

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *words: str) -> str:
        """Run a Python module of the copy; return what it prints."""
        path = f"{self.folder / 'scripts'}:{self.folder / 'tests'}"
        env = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        return done.stdout

    def tables(self) -> None:
        """Make the generated tables, as whoever makes a change does."""
        self.run("-P", "-m", "upyfw", "readme")
        self.run("tests/casefile.py")

    def test(self, which: str, *names: str) -> None:
        """Run host tests of the copy, those that match which (pytest -k)."""
        paths = [f"tests/host/test_{name}.py" for name in names]
        plugins = ("-p", "no:cacheprovider", "-p", "no:xdist")
        self.run("-m", "pytest", "-q", "-k", which, *plugins, *paths)


@pytest.fixture
def copy(tmp_path) -> Copy:
    return Copy(tmp_path / "tree")


def test_a_board_that_micropython_has_is_one_file(copy):
    copy.write("boards/WEACTSTUDIO/board.toml", BOARD)
    copy.tables()
    copy.test("WEACTSTUDIO or json or up_to_date or license", "boards", "readme", "style")
    assert copy.changed() == {"boards/WEACTSTUDIO/board.toml"}
    assert "Studio RP2040 (`WEACTSTUDIO`)" in (copy.folder / "README.md").read_text()
    board = boards.load("WEACTSTUDIO", copy.folder / "boards")
    trees = sources.prepare_micropython("unix")
    inputs = firmware_build.Inputs(trees, copy.folder, None, {}, sys.executable)
    told = firmware_rp2.board_files(board, copy.folder, inputs)
    upstream = f"{trees.micropython}/ports/rp2/boards/WEACTSTUDIO"
    assert f"include({upstream}/mpconfigboard.cmake)" in told["mpconfigboard.cmake"]
    assert "STORAGE_BASE (0x100000)" in told["mpconfigboard.h"]


def test_a_command_is_one_file_and_its_cases(copy):
    copy.write("modules/upyos/bin/text/frob.py", COMMAND)
    copy.write("tests/cases/frob.toml", CASES)
    copy.tables()
    which = "frob or layers or up_to_date or license or pending"
    copy.test(which, "commands_doc", "casefile", "layers", "readme", "style")
    assert copy.changed() == {"modules/upyos/bin/text/frob.py", "tests/cases/frob.toml"}
    assert "\n* `frob [-n] [WORD...]`: " in (copy.folder / "README.md").read_text()


def test_a_command_in_a_new_group_is_one_file_and_its_cases(copy):
    """The group is the folder: it is frozen, found, described and held to its layer by that."""
    copy.write("modules/upyos/bin/radio/frob.py", COMMAND)
    copy.write("tests/cases/frob.toml", CASES)
    copy.tables()
    which = "frob or radio or layers or up_to_date or license or pending or little_else"
    copy.test(which, "commands_doc", "casefile", "layers", "readme", "style")
    assert copy.changed() == {"modules/upyos/bin/radio/frob.py", "tests/cases/frob.toml"}
    assert "\n* `frob [-n] [WORD...]`: " in (copy.folder / "README.md").read_text()
    assert "upyos/bin/radio/frob.py" in copy.run("-c", FROZEN)


def test_a_port_is_its_own_files_and_one_board(copy):
    """It builds, into files that can be flashed, without a change to what was there."""
    interface = (copy.folder / "ports/rp2/upyos_port.py").read_text()
    port = interface.replace('NAME = "rp2"', 'NAME = "frobchip"')
    files = PORT_FILES | {"ports/frobchip/upyos_port.py": port}
    for name, text in files.items():
        copy.write(name, text)
    copy.tables()
    which = "frobchip or FROBCHIP or ports or layers or up_to_date or license"
    copy.test(which, "ports", "boards", "host_layers", "readme", "style")
    assert copy.changed() == set(files)
    build = "from upyfw.build import firmware; print(*firmware.build('FROBCHIP').to_flash())"
    made = [Path(path) for path in copy.run("-P", "-c", build).split()]
    assert [path.name for path in made] == [
        "upyos-FROBCHIP.uf2",
        "upyos-FROBCHIP.bin",
        "upyos-FROBCHIP-update.uf2",
    ]
    assert b"'upyos_port.py'" in made[1].read_bytes()[:4096]


def test_another_micropython_is_a_change_of_its_pins(tmp_path, checkout):
    """The new version comes from a mirror; what names the old one elsewhere would be left over."""
    copy = Copy(tmp_path / "whole")
    pins = (copy.folder / "ports/upstream.toml").read_text()
    old = re.search(r'^version = "(.*)"$', pins, re.M)[1]
    archive = fabricated.tar(
        tmp_path / "micropython_9.9.9.orig.tar.xz",
        "micropython-9.9.9",
        {"py/mpconfig.h": "#define X\n", "lib/.keep": ""},
    )
    checkout.mirror.add("micropython", archive)
    library = fabricated.tar(
        tmp_path / "mbedtls_3.6.6.orig.tar.xz", "mbedtls-3.6.6", {"a.c": "\n"}
    )
    checkout.mirror.add("mbedtls", library)
    pins = pins.replace(f'"{old}"', '"9.9.9"').replace(f'"v{old}"', '"v9.9.9"')
    pins = _offered(_offered(pins, "micropython", archive), "mbedtls", library)
    copy.write("ports/upstream.toml", pins)
    copy.test("real_file", "sources_pins")
    assert copy.changed() == {"ports/upstream.toml"}
    checkout.pin(pins)
    status, out, lines = checkout.run("fetch", "--port", "unix")
    assert status == 0, lines
    assert "micropython-9.9.9-" in out
    assert _mentions(copy.folder, old) == []


def _offered(pins: str, package: str, archive: Path) -> str:
    """Let a package's files be one archive of the made-up mirror."""
    one = f'files = [{{ name = "{archive.name}", sha256 = "{fabricated.sha256(archive)}" }}]\n'
    head, table, rest = pins.partition(f"[{package}.debian]\n")
    rest = re.sub(r"suites = .*\n", f'suites = ["{fabricated.SUITE}"]\n', rest, count=1)
    rest = re.sub(r"(?:#.*\n)*files = \[\n(?:.*\n)*?\]\n", one, rest, count=1)
    return head + table + rest


def _mentions(folder: Path, version: str) -> list[str]:
    """Return the files of code, data and cases that name a version of MicroPython.

    Examples in comments and docstrings may; tests of releases make one up.
    """
    parts = ("boards", "manifest", "modules", "ports", "scripts", "tests/cases")
    paths = [path for part in parts for path in (folder / part).rglob("*") if path.is_file()]
    kinds = (".py", ".toml", ".cmake", ".mk", ".h")
    return [
        path.relative_to(folder).as_posix()
        for path in paths
        if path.suffix in kinds and re.search(rf"\b{re.escape(version)}\b", _code(path))
    ]


def _code(path: Path) -> str:
    return re.sub(r'"""(?:.|\n)*?"""|#.*', "", path.read_text())
