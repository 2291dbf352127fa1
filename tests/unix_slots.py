# SPDX-License-Identifier: MIT
"""Boards with two slots that are processes of this machine: for tests of many boards at once.

The system, its console, its telnet service and its `upgrade` are the real ones. What a process has
not is a flash with slots and a boot loader: `_slot` and a program that init.sh begins with stand
in for these. They keep what the chip keeps in its flash in files.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import upgrade_boards as up
from machines import Machines, image
from network import free_port
from session import Session
from upyfw.image import signing, slotimage
from upyfw.remote import find

NAME = "UNIX"
# what that firmware calls itself (sys.implementation._build)
KIND = "standard"
# the interface of ports/README.md
_SLOT = """\
import hashlib
import json
import struct
_DATA = "/var/slot.bin"
_STATE = "/var/slot.json"
_BYTES = 65536
def load():
    try:
        with open(_STATE) as file:
            return json.load(file)
    except OSError:
        return {"runs": "0.2.0", "asked": "", "before": "", "trial": False, "marks": 0}
def save(**new):
    state = load()
    state.update(new)
    with open(_STATE, "w") as file:
        json.dump(state, file)
_there = bytearray(b"\\xff" * _BYTES)
try:
    with open(_DATA, "rb") as file:
        file.readinto(_there)
except OSError:
    pass
def room():
    return _BYTES
def read(at, block):
    block[:] = _there[at : at + len(block)]
def write(number, data):
    _there[number * 4096 : number * 4096 + 4096] = data
    with open(_DATA, "wb") as file:
        file.write(_there)
def _numbers(version):
    return tuple(map(int, version.split("."))) + (0,)
def _tlvs(at):
    end = at + struct.unpack_from("<H", _there, at + 2)[0]
    found = {}
    at += 4
    while at < end:
        kind, size = struct.unpack_from("<HH", _there, at)
        found[kind] = bytes(_there[at + 4 : at + 4 + size])
        at += 4 + size
    return found, end
def image(which, whole):
    if which == 0:
        return _numbers(load()["runs"]), None, 0, b"", None
    if which != 1 or _there[:4] != b"\\x3d\\xb8\\xf3\\x96":
        return None
    head, protected, size = struct.unpack_from("<HHI", _there, 8)
    names, at = _tlvs(head + size)
    others, end = _tlvs(at)
    digest = hashlib.sha256(_there[:at]).digest()
    if others.get(0x10) != digest:
        return None
    version = tuple(struct.unpack_from("<BBHI", _there, 20))
    return version, names.get(0xA0), end, digest, others.get(0x22)
def request():
    found = image(1, True)
    if found is None:
        return 3
    save(asked="%d.%d.%d" % found[0][:3])
    return 0
def trial():
    return load()["trial"]
def confirm(keep):
    was = trial()
    save(trial=False)
    return was
def revert():
    return 5
def marks():
    return load()["marks"]
"""
# What the boot loader does; and the fate of the new firmware, if it has one.
_BOOT = """\
import os
import sdata
import _slot
def __main__(args):
    state = _slot.load()
    fate = ""
    if state["asked"]:
        _slot.save(asked="", before=state["runs"], runs=state["asked"], trial=True, marks=0)
        with open("/etc/fate") as file:
            fate = file.read()
    elif state["trial"]:
        _slot.save(trial=False, runs=state["before"], marks=1 << 4)
    sdata.version = _slot.load()["runs"]
    import network
    # a trial that came over a network asks for one
    network.WLAN().active(True)
    network.WLAN().connect("stand-in-open")
    if fate == "dies":
        import _upyos
        _upyos.leave(1)
    elif fate == "hangs":
        import upyos_port
        upyos_port.reset()
"""
_INIT = """\
loader
utelnetd start -p {port}
"""
_GUARDED = '{"auth": {"user": "admin", "paswd": "pw7"}}'


def update(version: str) -> bytes:
    """A signed image for such a board."""
    board = replace(up.BOARD, name=KIND)
    return slotimage.wrap(board, bytes(range(256)) * 40, version, up.key())


def files(port: int, fate: str) -> dict[str, str]:
    """What is on such a board.

    fate: of the new firmware, '', 'dies' or 'hangs'; or another board, 'one slot' or 'guarded'.
    """
    init = _INIT.format(port=port)
    found = {"/etc/fate": fate, "/etc/upgrade.key": signing.key_line(up.key(), "test")}
    if fate == "guarded":
        found["/etc/system.conf"] = _GUARDED
    if fate == "one slot":
        return found | {"/etc/init.sh": init.replace("loader\n", "")}
    return found | {"/lib/_slot.py": _SLOT, "/bin/loader.py": _BOOT, "/etc/init.sh": init}


class Fleet:
    """Such boards, and what `upyfw find` would say of them."""

    def __init__(self, machines: Machines, fates: dict[str, str]) -> None:
        self.sessions: dict[str, Session] = {}
        self.found: list[find.Board] = []
        for name, fate in fates.items():
            port = free_port()
            session = Session(machines.start(NAME, image(NAME, files(port, fate))))
            session.wait_prompt()
            self.sessions[name] = session
            services = {"ftp": port} if fate == "silent" else {"telnet": port}
            self.found.append(find.Board(name + ".local", ["127.0.0.1"], services))

    def version(self, name: str) -> str:
        """Return the version that a board runs."""
        # its console showed what the push typed
        self.sessions[name].target.read_quiet(0.2)
        return up.version(self.sessions[name])

    def close(self) -> None:
        """Stop them."""
        for session in self.sessions.values():
            session.target.stop()


def site(folder: Path, version: str) -> Path:
    """An update site for them."""
    return up.site(folder, version, update(version), KIND)
