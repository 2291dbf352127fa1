# SPDX-License-Identifier: MIT
"""upyfw monitor: a board's console in the user's terminal."""

import rich_click as click

from upyfw.base.errors import BadInput
from upyfw.base.progress import say
from upyfw.flash import detect, serial_ports
from upyfw.targets.interactive import interact
from upyfw.targets.serial_port import SerialPort


@click.command("monitor")
@click.option("--port", metavar="P", help="Serial port of the board.")
@click.option(
    "--baud",
    default=115200,
    type=serial_ports.BAUDS,
    help="Its speed; USB of the chip itself has none.",
)
def command(port: str | None, baud: int) -> None:
    """Open the console of the board at this machine; Ctrl-] leaves."""
    path = port or _only_port()
    serial_ports.check(path)
    say(f"{path}; Ctrl-] leaves")
    with SerialPort(path, baud) as target:
        ended = interact(target)
    say("" if ended is None else f"{path}: {ended}")


def _only_port() -> str:
    found = {each.where: each for each in serial_ports.find()}
    if not found:
        raise BadInput("no serial port of a board found", "plug it in, or name one: --port")
    return detect.choose("port", found, "name one: --port").path
