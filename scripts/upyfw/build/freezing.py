# SPDX-License-Identifier: MIT
"""Putting together what is frozen into a firmware, and what its profile leaves to the files."""

import json
import re
import tomllib
from pathlib import Path

import upyfw
from upyfw.base.files import write_if_changed
from upyfw.base.paths import REPO, make_dir
from upyfw.board import boards
from upyfw.board.variant import BARE, WHOLE, Variant
from upyfw.build import (
    codegen,
    constants,
    firmware_cold,
    firmware_frozen,
    frozen_names,
    interned,
)
from upyfw.build.firmware_frozen import FrozenFile
from upyfw.image import fsimage

COMMANDS = REPO / "modules" / "upyos" / "bin"
GRAMMAR_HELP = REPO / "modules" / "upyos" / "grammar" / "help.toml"
# what boards with a radio have besides, path for path
WIFI = REPO / "fsimage" / "wifi"
# A smaller file system has no room for all that the smallest profile leaves to it: each file takes
# a block. It lacks the clients of the network then, and what is large and used now and then.
_ROOM_BYTES = 512 * 1024
_LEFT_OUT = (
    *("curl", "iperf3", "mqttc", "nc", "ping", "wget", "mqtt", "uiperf3", "uping", "webclient"),
    *("dd", "diff", "gunzip", "gzip", "less", "more", "sed", "tar", "zcat"),
    *("differences", "packing", "pager", "sdcard", "sedscript", "tarfiles"),
)
# what is loaded by its path, never imported
_LOADED = ("upyos/bin/", "upyos/made/help_")
_LEFT_OUT_PATH = re.compile(rf"/({'|'.join(_LEFT_OUT)})[./]")


def freeze(what: Variant, folder: Path, micropython: Path) -> tuple[list[FrozenFile], str]:
    """Write folder/generated, folder/frozen, its manifest folder/frozen.py and its further names.

    What the profile leaves to the file system is compiled to the variant's own folder. Returns
    the frozen modules and the manifest's text.
    """
    generated = make_dir(folder / "generated")
    port, parts = what.board.port, _parts(what)

    def chosen(profile: str) -> list[FrozenFile]:
        return firmware_frozen.files(profile, micropython, port, generated, parts)

    frozen = chosen(what.profile)
    cold = _cold_folder(what)
    if what.profile != BARE:
        whole = chosen(WHOLE)
        chosen_cold = _with_room(what, firmware_cold.chosen(frozen, whole))
        firmware_cold.compile(what.board, chosen_cold, cold)
    codegen.generate(
        generated,
        COMMANDS,
        upyfw.__version__,
        what.board.system_name,
        fsimage.board_text(what.board),
        fsimage.skeleton(),
        firmware_cold.commands(cold),
        tomllib.loads(GRAMMAR_HELP.read_text()),
    )
    # now with what was generated
    frozen = chosen(what.profile)
    names = frozen_names.names_path(folder / "frozen.py")
    write_if_changed(names, json.dumps(_names(frozen, cold), indent=0).encode())
    return frozen, firmware_frozen.stage(frozen, folder / "frozen")


def _names(frozen: list[FrozenFile], cold: Path) -> list[str]:
    """Return the names that a firmware is to have and that no frozen module has itself."""
    imported = (file.target for file in frozen if not file.target.startswith(_LOADED))
    names = interned.of_modules(imported) | interned.CHARACTERS | firmware_cold.names(cold)
    sources = (constants.put_in_place(file.source) for file in frozen)
    return sorted(names - {name for source in sources for name in interned.of_source(source)})


def _parts(what: Variant) -> tuple[str, ...]:
    """What a board with a radio has besides: a network to join, and TLS of services.

    The slots of the boards with profile core have no room for the second.
    """
    if what.profile == BARE or not what.board.pins["wifi"]:
        return ()
    has_tls = what.board.record.has_tls and what.profile != "core"
    return ("wifi", "tls") if has_tls else ("wifi",)


def _with_room(what: Variant, cold: dict[str, FrozenFile]) -> dict[str, FrozenFile]:
    """What of the cold files the variant's file system has room for."""
    if what.profile != "tiny" or what.board.fs_region.size_bytes >= _ROOM_BYTES:
        return cold
    return {path: file for path, file in cold.items() if not _LEFT_OUT_PATH.search(path)}


def _cold_folder(what: Variant) -> Path:
    return what.folder / "cold"


def image_files(what: Variant) -> dict[str, bytes]:
    """Return {path: content} of what a build adds to the default tree in the image.

    What the last freeze left to the file system, and the board files of further boards for
    loadboard: those with the same chip, as the firmware runs on no other. Under the names that
    they had before this firmware they are there too: users' init.sh have these. Boards with a
    radio get what stands in WIFI; they have TLS too, and so the certificates that it trusts.
    """
    texts = {command.name: command.help for command in codegen.commands(COMMANDS)}
    alike = boards.like_chip(what.board.name)
    further = {
        f"/etc/boards/{board.name}.board": fsimage.board_text(board).encode() for board in alike
    }
    for board in (what.board, *alike):
        for name in board.formerly:
            further[f"/etc/{name}.board"] = fsimage.board_text(board).encode()
    if what.board.pins.get("wifi"):
        files = (path for path in WIFI.rglob("*") if path.is_file())
        further |= {f"/{path.relative_to(WIFI).as_posix()}": path.read_bytes() for path in files}
    return firmware_cold.image_files(_cold_folder(what), texts) | further
