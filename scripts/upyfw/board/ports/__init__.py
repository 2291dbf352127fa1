# SPDX-License-Identifier: MIT
"""The records of the ports, one file each: a new file is a new port."""

import importlib
import pkgutil

from upyfw.board.port import PROGRAM, Port


def _found() -> dict[str, Port]:
    names = sorted((module.name for module in pkgutil.iter_modules(__path__)), reverse=True)
    records = [importlib.import_module(f"{__name__}.{name}").PORT for name in names]
    return {port.name: port for port in records}


PORTS: dict[str, Port] = _found()
# the one whose firmware runs on this machine
HOST = next(port for port in PORTS.values() if port.image == PROGRAM)
