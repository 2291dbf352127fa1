# SPDX-License-Identifier: MIT
"""`upyfw capture`: a picture of a real session on the emulated board."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.text import Text

from upyfw import boards, firmware, fsimage
from upyfw.paths import REPO
from upyfw.targets.emulator import Emulator

_COLUMNS = 84
_BOARD = "RPI_PICO"
_LINES = (
    "ls /etc",
    'echo "$TZ hours from UTC" > /tmp/note.txt && cat /tmp/note.txt',
    'for n in 1 2 3 ; incr sum $n ; done ; echo "sum: $sum"',
    "free > m ; < $m['Free'], 'bytes of heap are free'",
    "/opt/asy_test &",
    "ps",
    "killall asy_test",
)
_PAUSE_S = 1.2
# Fonts that the picture would load from elsewhere
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@click.command()
@click.option("--svg", type=click.Path(path_type=Path), default=REPO / "docs" / "session.svg")
def command(svg: Path) -> None:
    """Type a few lines at the emulated board and draw its screen.

    The lines are typed into the firmware itself; what it prints is drawn as it came.
    """
    text = _session()
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    drawing = console.export_svg(title="upyOS on an emulated Raspberry Pi Pico")
    svg.write_text(_FONT_FACE.sub("", drawing) + "\n")
    click.echo(svg)


def _session() -> str:
    """Return everything that the board printed, from its reset on."""
    files = firmware.build(_BOARD)
    board = boards.load(_BOARD)
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "fs.bin"
        image.write_bytes(fsimage.make(board))
        with Emulator(files.firmware, image) as machine:
            machine.wait_prompt()
            for line in _LINES:
                machine.send(line.encode() + b"\r")
                machine.wait_prompt()
                machine.read_quiet(_PAUSE_S)
            output = machine.output
    return output.decode().replace("\r\n", "\n").replace("\x1b[2J\x1b[H", "").strip()
