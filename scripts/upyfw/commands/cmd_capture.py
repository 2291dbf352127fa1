# SPDX-License-Identifier: MIT
"""`upyfw capture`: pictures of a real session on the emulated board."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyte
import rich_click as click
from rich.console import Console
from rich.text import Text

from upyfw.base.files import write_atomic
from upyfw.base.paths import REPO
from upyfw.board import boards
from upyfw.build import firmware
from upyfw.image import fsimage
from upyfw.targets.emulator import Emulator

_COLUMNS = 84
_ROWS = 20
_BOARD = "RPI_PICO"
_TITLE = "upyOS on an emulated Raspberry Pi Pico"
_LINES = (
    "ls -h /etc",
    "seq 40 | grep -E '[13]$' | sort -rn | head -n 3 | cat -n",
    'for n in 1 2 3 ; incr sum $n ; done ; echo "sum: $sum"',
    "free > m ; < $m['Free'], 'bytes of heap are free'",
    "/opt/asy_test &",
    "ps",
    "killall asy_test",
)
_EDITED = "/opt/asy_test.py"
# what is typed into the editor, one after the other
_KEYS = (":set number\r", "/sleep\r", "O        print('still counting')", "\x1b")
_PAUSE_S = 1.2
# asks the terminal where its cursor is
_ASK = re.compile(rb"\x1b\[6n")
# Fonts that the picture would load from elsewhere
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


@click.command()
@click.option("--to", type=click.Path(path_type=Path), default=REPO / "docs", help="The folder.")
def command(to: Path) -> None:
    """Draw session.svg and vi.svg: lines typed at the emulated board, and its editor.

    All is typed into the firmware itself; what it prints is drawn as it came.
    """
    with tempfile.TemporaryDirectory() as folder, _started(Path(folder)) as machine:
        pictures = {"session.svg": _session(machine), "vi.svg": _editor(machine)}
    for name, text in pictures.items():
        console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True)
        console.print(text)
        drawing = _FONT_FACE.sub("", console.export_svg(title=_TITLE))
        write_atomic(to / name, drawing.encode() + b"\n")
        click.echo(to / name)


def _started(folder: Path) -> Emulator:
    image = folder / "fs.bin"
    image.write_bytes(fsimage.make(boards.load(_BOARD)))
    return Emulator(firmware.build(_BOARD).firmware, image)


def _session(machine: Emulator) -> Text:
    """Return everything that the board prints, from its reset on."""
    machine.wait_prompt()
    for line in _LINES:
        machine.send(line.encode() + b"\r")
        machine.wait_prompt()
        machine.read_quiet(_PAUSE_S)
    text = machine.output.decode().replace("\r\n", "\n").replace("\x1b[2J\x1b[H", "")
    return Text.from_ansi(text.strip())


def _editor(machine: Emulator) -> Text:
    """Return the screen of the editor with a text that is being changed."""
    before = len(machine.output)
    machine.send(f"vi {_EDITED}\r".encode())
    machine.read_until(_ASK)
    machine.send(f"\x1b[{_ROWS};{_COLUMNS}R".encode())
    machine.read_quiet(_PAUSE_S)
    for keys in _KEYS:
        machine.send(keys.encode())
        machine.read_quiet(_PAUSE_S)
    screen = pyte.Screen(_COLUMNS, _ROWS)
    pyte.ByteStream(screen).feed(machine.output[before:])
    return Text("\n").join(_rows(screen))


def _rows(screen: pyte.Screen) -> Iterator[Text]:
    """Yield the rows of a screen, its cursor and what is shown in reverse in reverse."""
    for y in range(screen.lines):
        row = Text()
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            is_cursor = (y, x) == (screen.cursor.y, screen.cursor.x)
            row.append(cell.data, "reverse" if cell.reverse != is_cursor else "")
        yield row
