# SPDX-License-Identifier: MIT
"""What a firmware was linked from, as its link map says."""

import re
from dataclasses import dataclass
from pathlib import Path

from upyfw.base.errors import UpyfwError
from upyfw.image.artifacts import Artifacts
from upyfw.source import source_pins, sources, tools

# a line of a GNU ld map that puts a section of an object file somewhere
_PLACED = re.compile(r"^ (\.[\w.$-]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.MULTILINE)
_NOT_LOADED = (".debug", ".comment", ".ARM.attributes", ".note")
_MAPS = ("firmware.elf.map", "micropython.map")


@dataclass(frozen=True)
class Component:
    """Something that went in, or built it; "" for what is not known.

    sha256 and archive: the file that it came from. url: where upstream has it. licence_text: of a
    licence that SPDX does not list.
    """

    name: str
    version: str
    licence: str
    sha256: str = ""
    archive: str = ""
    url: str = ""
    licence_text: str = ""


@dataclass(frozen=True)
class _Runtime:
    """A library of the compiler: parts of the names of its objects, and the tool it comes with."""

    name: str
    licence: str
    tool: str
    seen_as: tuple[str, ...]


_GCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
# by what the compiler's folders have in their names
_RUNTIMES = {
    "/arm-none-eabi/": (
        _Runtime("newlib", "", "newlib", ("/arm-none-eabi/lib/",)),
        _Runtime(
            "libgcc", _GCC_LICENCE, "arm-none-eabi-gcc", ("libgcc.a(", "/crtbegin", "/crtend")
        ),
    ),
    "-linux-gnu": (
        _Runtime("glibc start files", "LGPL-2.1-or-later", "", ("crt1.o", "crti.o", "crtn.o")),
        _Runtime("libgcc", _GCC_LICENCE, "gcc", ("libgcc.a(", "/crtbegin", "/crtend")),
    ),
}


def objects(map_text: str) -> set[str]:
    """Return the names of the object files of which a link map puts something in place."""
    placed = map_text[map_text.index("Linker script and memory map") :]
    return {
        name
        for section, address, size, name in _PLACED.findall(placed)
        if int(address, 16) and int(size, 16) and not section.startswith(_NOT_LOADED)
    }


def of_build(made: Artifacts) -> list[Component]:
    """Return what a build was linked from, by name. UpyfwError if its link map is gone."""
    found = objects(_map(made).read_text(errors="replace"))
    components = []
    for source in source_pins.read().values():
        components += _of_source(source, found)
    for folder, runtimes in _RUNTIMES.items():
        names = {name for name in found if folder in name}
        components += [_runtime(each) for each in runtimes if _seen(each.seen_as, names)]
    return sorted(components, key=lambda component: component.name)


def _map(made: Artifacts) -> Path:
    for name in _MAPS:
        path = made.firmware.parent / "obj" / name
        if path.is_file():
            return path
    name = made.board.name
    raise UpyfwError(f"{name}: the build's link map is gone", f"./upyfw build {name}")


def _seen(parts: tuple[str, ...], names: set[str]) -> bool:
    return any(part in name for name in names for part in parts)


def _parts(source: source_pins.Source) -> tuple[str, ...]:
    """Return what the names of a source's object files have in them."""
    # MicroPython's own place is the whole tree
    own = ("/py/", "/extmod/", "/shared/", "/drivers/")
    return own if source.place == "." else (f"{source.place or source.name}/",)


def _of_source(source: source_pins.Source, names: set[str]) -> list[Component]:
    if not _seen(_parts(source), names):
        return []
    inside = [each for each in source.contains if _seen(each.seen_as, names)]
    whole = of_source(source)
    return [
        whole,
        *(
            Component(each.name, each.version, each.licence, whole.sha256, whole.archive)
            for each in inside
        ),
    ]


def of_source(source: source_pins.Source) -> Component:
    """Return a pinned source as it was fetched: an archive with its SHA-256, or a git tag."""
    origin = sources.states()[source.name].origin
    files = source.debian.files if source.debian else ()
    archive = next((file for file in files if file.name == origin), None)
    named = re.search(r"_(\d[\d.]*\d)", archive.name) if archive else None
    return Component(
        name=source.name,
        # a pin may stand for several releases of a branch
        version=named[1] if named else source.version,
        licence=source.licence,
        sha256=archive.sha256 if archive else "",
        archive=archive.name if archive else "",
        url=f"git+{source.git.url}@{source.git.named}" if source.git else "",
        licence_text=_licence_text(source),
    )


def _licence_text(source: source_pins.Source) -> str:
    """Return the text of a licence that SPDX does not list; UpyfwError if it is not there."""
    if not source.licence_file:
        return ""
    path = sources.states()["micropython"].place / source.licence_file
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise UpyfwError(f"{source.name}: its licence: {path}: {exc.strerror}") from None


def _runtime(runtime: _Runtime) -> Component:
    version = tool_version(runtime.tool) if runtime.tool else ""
    return Component(runtime.name, version, runtime.licence)


def tool_version(name: str) -> str:
    """Return the version of a tool of tools.TOOLS; UpyfwError if it does not tell."""
    found = tools.TOOLS[name].find()
    if found.problem:
        raise UpyfwError(f"{name}: {found.problem}", "./upyfw doctor shows what is missing")
    return found.version
