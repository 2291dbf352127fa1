# SPDX-License-Identifier: MIT
"""Device modules on CPython: the shell's own files, with small fakes for what is below them."""

import ast
import functools
import importlib
import os
import sys
import time
import tomllib
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from casefile import TREE

_KINDS = ("BUILTIN", "PROGRAM", "SCRIPT", "NOT_FOUND")
_OURS = ("upyos", "_upyos", "micropython", "sdata")


# of the kernel: its files, not those of commands and of what they share
_KERNEL = [
    path
    for path in sorted((TREE / "modules/upyos").rglob("*.py"))
    if path.relative_to(TREE / "modules/upyos").parts[0] not in ("bin", "lib", "svc")
    or path.stem == "codes"
]


@functools.cache
def real(name: str, stem: str = "") -> object:
    """The device's own constant, function or class of that name, without what stands around it.

    stem: the file's, where several have the name. It fails for a name that no file defines.
    """
    found = []
    for path in _KERNEL:
        for node in ast.parse(path.read_text()).body:
            names = [getattr(node, "name", None), *map(_target, getattr(node, "targets", ()))]
            if name in names and path.stem == (stem or path.stem):
                found.append(node)
    (node,) = found
    scope: dict[str, object] = {"const": lambda value: value}
    exec(compile(ast.Module([node], []), "<device>", "exec"), scope)
    return scope[name]


def _target(node: ast.AST) -> str:
    return getattr(node, "id", "")


def span(text: str, at: int, chars: str, among: bool = False) -> int:
    """What modules/c/upyos/span.c does."""
    while at < len(text) and (text[at] in chars) == among:
        at += 1
    return at


def _module(name: str, **content) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module
    return module


class Device:
    """The shell on CPython.

    programs: command name → function(args, stdin) → status, prints with `out`. files: made-up
    script files are real ones, so a test brings a tmp_path. keys: bytes that the terminal sends.
    """

    def __init__(self) -> None:
        self.programs: dict[str, Callable] = {}
        self.printed: list[str] = []
        self.errors: list[str] = []
        self.runs: list[list[str]] = []
        self.keys = bytearray()
        self.target = None

    def out(self, text: str | bytes) -> None:
        """Print, as a program does: into the redirection, if there is one."""
        text = text.decode() if isinstance(text, bytes) else text
        if self.target is None:
            self.printed.append(text)
        else:
            self.target.write(text.encode())

    def redirect(self, stream):
        before, self.target = self.target, stream
        return before

    def key(self, _wait_ms: int = -1) -> int:
        """Return the next key; the end of the keys ends the test that waits for one."""
        if not self.keys:
            raise EOFError("no more keys")
        return self.keys.pop(0)

    def find(self, word: str):
        lookup = sys.modules["upyos.lookup"]
        if word in ("cd", "exit", "set", "alias", "unalias", "history"):
            return lookup.BUILTIN, word
        if word in self.programs:
            return lookup.PROGRAM, "bin/" + word
        return (lookup.SCRIPT, word) if word.endswith(".sh") else (lookup.NOT_FOUND, word)

    def run(self, _path: str, cmd: str, args: list[str], stdin=None) -> int:
        self.runs.append([cmd, *args])
        return self.programs[cmd](args, stdin)


def _guard(path: str) -> None:
    """What lib.paths.guard does, with one protected name."""
    if path.endswith("keep.txt"):
        raise OSError(13)


def _ilistdir(folder: str) -> Iterator[tuple[str, int]]:
    """What os.ilistdir of MicroPython gives, as far as it is looked at."""
    for entry in os.scandir(folder):
        yield entry.name, 0x4000 if entry.is_dir() else 0x8000


def _reason(exc: Exception) -> str:
    """What lib.reasons.reason does."""
    if isinstance(exc, MemoryError):
        return "out of memory"
    return f"errno {exc.errno}" if isinstance(exc, OSError) else str(exc)


def _cells(data: bytes, at: int, end: int, _columns: int) -> tuple[int, int]:
    """What _upyos.cells does with text whose characters take one column each."""
    return end, len(bytes(data[at:end]).decode(errors="replace"))


def _shown(data: bytes, at: int, end: int, left: int, right: int) -> bytes:
    """What _upyos.shown does with such text."""
    text = bytes(data[at:end]).decode(errors="replace")
    part = text[left:right]
    part = "<" + part[1:] if left else part
    return (part[:-1] + ">" if len(text) > right else part).encode()


def _fakes(device: Device) -> None:
    """Enter the fake modules."""
    _module("micropython", const=lambda value: value)
    _module(
        "_upyos",
        span=span,
        redirect=device.redirect,
        key=device.key,
        hold=lambda on: None,
        changes=lambda: 0,
        mend=lambda: False,
        load=lambda path, _name: importlib.import_module(path[:-3].replace("/", ".")),
        heap=lambda: (200_000, 100_000, 100_000, 100_000),
        cells=_cells,
        shown=_shown,
        near=lambda _word, *_names: None,
        line_at=lambda text, start: bytes(text[start : text.index(b"\n", start) + 1]),
    )
    sdata = _module("sdata", sysconfig={"env": {}, "pfiles": []}, procs=[], debug=False)
    sdata.upyos = types.SimpleNamespace(stop=False)
    package = _module("upyos", __path__=[str(TREE / "modules/upyos")])
    lookup = _module(
        "upyos.lookup",
        **{name: real("_" + name, "codes") for name in _KINDS},
        BUILTIN_NAMES=" cd exit set alias unalias history ",
        find=device.find,
        reachable=lambda path: path,
        names_in=lambda _directory: None,
        in_directory=lambda _directory, _name: None,
    )
    console = _module(
        "upyos.console",
        write=device.out,
        error=device.errors.append,
        read_key=device.key,
        editing=None,
    )
    proc = types.SimpleNamespace(sts="R")
    process = _module(
        "upyos.process",
        enter=lambda path, args: proc,
        leave=lambda proc: None,
        current=lambda: None,
        status_of=real("status_of"),
        UsageError=real("UsageError"),
        Proc=real("Proc"),
    )
    _module("upyos.lib", __path__=[str(TREE / "modules/upyos/lib")])
    _module("upyos.made", __path__=[])
    _module("upyos.made.index", COLD="\n", COMMANDS="\n", VERSION="0.0.0")
    texts = tomllib.loads((TREE / "modules/upyos/grammar/help.toml").read_text())
    package.programs = _module("upyos.programs", __path__=[str(TREE / "modules/upyos/programs")])
    package.programs.manual = _module(
        "upyos.programs.manual", usage=lambda name: "usage: " + texts[name].partition("\n")[0]
    )
    _module("upyos.lib.paths", guard=_guard)
    _module("upyos.lib.reasons", reason=_reason)
    package.loader = _module("upyos.loader", run=device.run, mend=lambda path: None)
    package.lookup, package.console, package.process = lookup, console, process
    device.proc = proc


@contextmanager
def device() -> Iterator[Device]:
    """The shell's modules, importable as `upyos.*`; everything is put back afterwards."""

    def ours() -> list[str]:
        return [n for n in sys.modules if n.split(".")[0] in _OURS]

    kept = {name: sys.modules.pop(name) for name in ours()}
    try:
        made = Device()
        _fakes(made)
        if not hasattr(os, "ilistdir"):
            os.ilistdir = _ilistdir
        if not hasattr(time, "sleep_ms"):
            time.sleep_ms = lambda ms: time.sleep(ms / 1000)
        yield made
    finally:
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)


def load(name: str) -> types.ModuleType:
    """Import one of the shell's modules, inside `device()`."""
    return importlib.import_module("upyos." + name)
