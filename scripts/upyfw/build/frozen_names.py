# SPDX-License-Identifier: MIT
"""Freezing without what stands twice: MicroPython's mpy-tool.py, told what to keep.

Each frozen module has its path twice, as what import looks for and as the name (qstr) that
tracebacks show, which takes 29 bytes more. For the system's modules tracebacks show a name that
there is anyway: "upyos.lib.files" for what is imported, "ls" for a command. MicroPython's own
import makes a name of the path, for __file__, so the others keep theirs. Equal constants of
several modules are one object. And a firmware has names that no frozen module has itself
(interned.py).

The builds of all ports run this file after tools/makemanifest.py, with its arguments
(modules/c/upyos/micropython.cmake and .mk), by a Python that may have nothing but its own library.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

# what modules/c/upyos loads: it makes no name of a path
_SYSTEM = re.compile(r"upyos/(?!.*__init__\.py)")
# what mpy-tool.py prints of each module
_MPY = re.compile(r"^// - original source file: (.+)$", re.M)
# the first line that it prints; makemanifest.py has written the modules that are texts before it
_FIRST = '#include "py/mpconfig.h"\n'
# the first line of what is written here
_MARK = "// names: "


def names_path(manifest: Path) -> Path:
    """Return the file beside a manifest that has the further names, a JSON list."""
    return manifest.with_suffix(".names")


def names_of(manifest: Path) -> list[str]:
    """Return the further names of a manifest."""
    return json.loads(names_path(manifest).read_text())


def content(tool: Path, names: Iterable[str], words: list[str]) -> str:
    """Return the C source that mpy-tool.py prints for its arguments, with those names besides."""
    mpy_tool = _load(tool)
    freeze = mpy_tool.freeze_mpy

    def freeze_mpy(firmware_names: set[str], modules: list) -> None:
        _rename(mpy_tool, firmware_names, modules, names)
        freeze(firmware_names, modules)

    mpy_tool.freeze_mpy = freeze_mpy
    _share_constants(mpy_tool.CompiledModule)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        mpy_tool.main(words)
    return printed.getvalue()


def _load(tool: Path) -> ModuleType:
    """Import mpy-tool.py anew: it keeps what it has read. It looks for its helpers below here."""
    sys.path.insert(0, str(tool.parent))
    try:
        spec = importlib.util.spec_from_file_location("mpy_tool", tool)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(tool.parent))
    return module


def _share_constants(compiled: type) -> None:
    """Have a constant that is frozen already stand for each equal one: all are in one C file."""
    freeze = compiled.freeze_constant_obj
    # by their texts: 1, 1.0 and True are equal
    frozen: dict[str, str] = {}

    def freeze_constant_obj(module: object, name: str, constant: object) -> str:
        text = repr(constant)
        if text not in frozen:
            frozen[text] = freeze(module, name, constant)
        return frozen[text]

    compiled.freeze_constant_obj = freeze_constant_obj


def _rename(
    mpy_tool: ModuleType, firmware_names: set[str], modules: list, names: Iterable[str]
) -> None:
    """Take the system's paths out of the names, and give its modules names that there are."""
    listed = mpy_tool.global_qstrs
    system = [module for module in modules if _SYSTEM.match(module.source_file.str)]
    used = {name.str for module in modules for name in module.qstr_table[1:]}
    used.update(text for module in modules for text in _texts(module.obj_table))
    paths = {module.source_file.str for module in system} - used
    # the first one stands for none
    listed.qstrs = [None, *(name for name in listed.qstrs[1:] if name.str not in paths)]
    for name in sorted(names):
        listed.add(name)
    idents = firmware_names | {name.qstr_esc for name in listed.qstrs[1:]}
    for module in system:
        module.qstr_table[0] = _shown(mpy_tool.QStrType, module.source_file.str, idents)
        listed.qstrs.append(module.qstr_table[0])


def _texts(objects: Iterable) -> Iterator[str]:
    """Return the texts among constants, those in tuples too."""
    for one in objects:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple):
            yield from _texts(one)


def _shown(make: type, path: str, idents: set[str]) -> object:
    """Return what tracebacks call a module: what imports do if that is a name, else its stem."""
    dotted = make(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return dotted if dotted.qstr_esc in idents else make(dotted.str.rpartition(".")[2])


def main(arguments: list[str]) -> None:
    """Write the frozen content that makemanifest.py has written once more, unless that is done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", dest="content", type=Path)
    parser.add_argument("-b", dest="build", type=Path)
    parser.add_argument("-v", dest="variables", action="append", default=[])
    parser.add_argument("-f", dest="mpy_cross_flags")
    parser.add_argument("--mpy-tool-flags", default="")
    parser.add_argument("manifest", type=Path)
    given = parser.parse_args(arguments)
    names = names_of(given.manifest)
    mark = f"{_MARK}{_digest(names)}\n"
    before = given.content.read_text()
    if before.startswith(mark):
        return
    texts = before.partition(_FIRST)[0]
    if texts.startswith(_MARK):
        texts = texts.partition("\n")[2]
    words = ["-f", "-q", str(given.build / "genhdr" / "qstrdefs.preprocessed.h")]
    words += [*given.mpy_tool_flags.split(), *_MPY.findall(before)]
    folders = dict(row.split("=", 1) for row in given.variables)
    tool = Path(folders["MPY_DIR"], "tools", "mpy-tool.py")
    made = given.content.with_suffix(".tmp")
    made.write_text(mark + texts + content(tool, names, words))
    os.replace(made, given.content)


def _digest(names: list[str]) -> str:
    """Return what changes with the names, and with this file."""
    return hashlib.sha256(json.dumps(names).encode() + Path(__file__).read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
